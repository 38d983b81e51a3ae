"""What an update writes over, and what it refuses to: the rules of srar-update, held to it."""

import json
import os
import shutil
import subprocess

import pytest
import torch
from conftest import TOOLS, contents, random_records, srar_fsdp, weights
from safetensors.torch import load_file, save_file
from test_command import FAST, refused, written

from srar_fsdp.errors import UsageError
from srar_fsdp.places import POLICY_NAMES, check_place


@pytest.fixture
def own(policy, tmp_path):
    """A policy of the test's own."""
    return shutil.copytree(policy, tmp_path / "own")


def both_refuse(*arguments, says, status=64, cwd=None):
    """Both tools refuse with the same status and the same words."""
    refused(*arguments, status=status, says=says)
    result = subprocess.run([TOOLS / "srar-update", *map(str, arguments)], capture_output=True, text=True, cwd=cwd)
    assert result.returncode == status, result.stderr
    assert says in result.stderr


def test_a_folder_that_is_no_policy_stays(policy, rollouts, tmp_path):
    output = tmp_path / "notes"
    output.mkdir()
    (output / "thesis.txt").write_text("years of work")
    says = 'is no policy\'s folder, and replacing it would delete "thesis.txt"; name another'
    both_refuse(rollouts, "--policy", policy, "--output", output, *FAST, says=says)
    assert (output / "thesis.txt").read_text() == "years of work"


def test_a_policy_with_something_else_in_it_stays(policy, rollouts, own):
    (own / "results").mkdir()
    says = 'holds "results", which is no part of a policy and would be deleted; move it away, or name another folder'
    both_refuse(rollouts, "--policy", policy, "--output", own, *FAST, says=says)
    (own / "results").rmdir()
    (own / "optimizer" / "notes").parent.mkdir(exist_ok=True)
    (own / "optimizer" / "notes").touch()
    both_refuse(rollouts, "--policy", policy, "--output", own, *FAST, says='holds "optimizer/notes", which is no part')


def test_an_older_policy_and_an_empty_folder_are_replaced(policy, rollouts, own, tmp_path):
    before = weights(own)["model.norm.weight"]
    srar_fsdp(rollouts, "--policy", policy, "--output", own, *FAST)
    assert not torch.equal(before, weights(own)["model.norm.weight"])
    empty = tmp_path / "empty"
    empty.mkdir()
    srar_fsdp(rollouts, "--policy", policy, "--output", empty, *FAST)
    assert contents(own) == contents(empty)
    # Also where it is one that was updated here before.
    srar_fsdp(rollouts, "--policy", policy, "--output", own, *FAST)
    assert contents(own) == contents(empty)


def test_files_and_links_are_not_replaced(policy, rollouts, own, tmp_path):
    (tmp_path / "file").touch()
    both_refuse(
        rollouts, "--policy", policy, "-o", tmp_path / "file", *FAST, says="is a file, and a policy is a folder; name another"
    )
    (tmp_path / "link").symlink_to(own)
    says = "is a link, which a policy folder does not replace; name the folder itself"
    both_refuse(rollouts, "--policy", policy, "-o", tmp_path / "link", *FAST, says=says)
    assert (own / "config.json").exists()


def test_what_is_read_is_not_written_over(policy, reference, rollouts, own, tmp_path, monkeypatch):
    both_refuse(rollouts, "--policy", own, "-o", own, *FAST, says="is the folder of '--policy', which would be lost")
    link = tmp_path / "other-name"
    link.symlink_to(own)
    both_refuse(rollouts, "--policy", link, "-o", own, *FAST, says="is the folder of '--policy', which would be lost")
    options = ["--policy", policy, "--reference", own, "--kl-coefficient", "0.1", "-o", own]
    both_refuse(rollouts, *options, *FAST, says="is the folder of '--reference', which would be lost")
    inside = shutil.copy(rollouts, own / "in.json")
    both_refuse(inside, "--policy", policy, "-o", own, *FAST, says="of the input, which would be lost; name another")
    os.remove(inside)
    options = ["--policy", policy, "-o", own, "--metrics", own / "metrics.jsonl"]
    both_refuse(rollouts, *options, *FAST, says="of '--metrics', which would be lost; name another")
    monkeypatch.chdir(own)
    both_refuse(rollouts, "--policy", policy, "-o", own, *FAST, cwd=own, says="is the working folder or one around it")


def test_no_file_destroys_another(policy, rollouts, tmp_path):
    records = tmp_path / "records.jsonl"
    shutil.copy(rollouts, records)
    os.link(records, tmp_path / "hard")
    (tmp_path / "soft").symlink_to(records)
    ends = ["--policy", policy, "-o", tmp_path / "out", *FAST]
    for name in (records, tmp_path / "hard", tmp_path / "soft"):
        both_refuse(records, *ends, "--rejects", name, says="the input and '--rejects' must be two files, but")
        both_refuse(records, *ends, "--metrics", name, says="the input and '--metrics' must be two files, but")
    new = tmp_path / "new"
    both_refuse(records, *ends, "--rejects", new, "--metrics", tmp_path / "." / "new", says="must be two files, but")
    both_refuse(records, *ends, "--metrics", "-", says="'--metrics' must name a file, but is '-'")
    other = tmp_path / "other"
    other.write_text("mine")
    both_refuse(records, *ends, "--rejects", other, says="holds no rejected lines; name another file")
    other.write_bytes(b"\x28\xb5\x2f\xfd..")
    both_refuse(records, *ends, "--metrics", other, says="is compressed; name another file")
    assert records.read_text() == rollouts.read_text()
    assert not (tmp_path / "out").exists()


def test_names_of_policies_are_those_of_srar_update():
    source = (TOOLS.parents[1] / "Sources/Checkpoints/PolicyPlace.swift") if TOOLS.name == "release" else None
    if source is None or not source.exists():
        pytest.skip("the sources of srar-update are not beside its programs")
    listed = source.read_text().partition("policyNames: Set = [")[2].partition("]")[0]
    names = {word.strip(' "\n') for word in listed.split(",")} - {""}
    constants = {
        "singleFileName": "model.safetensors",
        "indexFileName": "model.safetensors.index.json",
        "optimizerFolderName": "optimizer",
    }
    assert {constants.get(name, name) for name in names} == POLICY_NAMES


def test_what_came_meanwhile_stays_too(tmp_path):
    (tmp_path / "out").mkdir()
    check_place(str(tmp_path / "out"), set())
    (tmp_path / "out" / "x").touch()
    with pytest.raises(UsageError, match="no policy's folder"):
        check_place(str(tmp_path / "out"), set())


def test_a_rollout_that_comes_twice_is_an_error(policy, rollouts, tmp_path):
    ends = ["--policy", policy, "-o", tmp_path / "out", *FAST]
    both_refuse(rollouts, rollouts, *ends, status=65, says="has rollout 0 twice, first in")
    records = random_records(1)
    records[1]["rollout"]["index"] = records[0]["rollout"]["index"]
    both_refuse(
        written(tmp_path / "twice", records), *ends, status=65, says="give each file once, and each rollout of a problem an"
    )


def test_unknown_log_probabilities_are_counted(policy, tmp_path):
    records = random_records(1)
    records[0]["rollout"]["logprobs"][0] = None
    records[1]["rollout"]["logprobs"][:2] = [None, None]
    path = written(tmp_path / "in.jsonl", records)
    metrics = tmp_path / "metrics"
    result = srar_fsdp(path, "--policy", policy, "-o", tmp_path / "out", "--metrics", metrics, *FAST[:-1])
    assert "the rollouts do not know the log-probability of 3 tokens" in result.stderr
    assert json.loads(metrics.read_text())["unknown_logprobs"] == 3


def test_a_policy_that_is_not_finite_is_not_read(rollouts, own, tmp_path):
    tensors = load_file(own / "model.safetensors")
    tensors["model.norm.weight"][0] = float("nan")
    save_file(tensors, own / "model.safetensors")
    refused(
        rollouts,
        "--policy",
        own,
        "-o",
        tmp_path / "out",
        *FAST,
        status=65,
        says='"model.norm.weight" holds a number that is not finite',
    )


@pytest.mark.parametrize(("moment", "value"), [("first_moment", float("inf")), ("second_moment", -1.0)])
def test_moments_that_no_optimizer_has_are_not_read(policy, rollouts, tmp_path, moment, value):
    from conftest import srar_update

    srar_update(rollouts, "--policy", policy, "--output", tmp_path / "one", *FAST)
    path = tmp_path / "one" / "optimizer" / "state.safetensors"
    state = load_file(path)
    name = f"{moment}.model.norm.weight"
    state[name][0] = value
    save_file(state, path)
    refused(
        rollouts,
        "--policy",
        tmp_path / "one",
        "-o",
        tmp_path / "out",
        *FAST,
        status=65,
        says="holds a number that no optimizer can have",
    )


@pytest.mark.parametrize("rate", ["1e15", "3e38"])
def test_a_policy_whose_predictions_are_not_finite_is_not_written(policy, rollouts, tmp_path, rate):
    options = ["--learning-rate", rate, "--warm-up-steps", "0", "--weight-decay", "0", "--adam-epsilon", "1e-8", "-q"]
    refused(rollouts, "--policy", policy, "-o", tmp_path / "out", *options, status=65, says="because the training diverged")
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []
