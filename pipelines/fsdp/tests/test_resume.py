"""The optimizer's state goes with the policy, and a killed update is made again to the same bytes."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from conftest import contents, last_metrics, srar_fsdp, srar_update, weights

OPTIONS = [
    "--learning-rate",
    "1e-2",
    "--warm-up-steps",
    "2",
    "--adam-epsilon",
    "1e-3",
    "-q",
    "--old-log-probabilities",
    "recomputed",
]


@pytest.fixture(scope="module")
def first(work, policy, rollouts):
    srar_fsdp(rollouts, "--policy", policy, "--output", work / "first", *OPTIONS, processes=2)
    return work / "first"


@pytest.fixture(scope="module")
def second(work, first, rollouts):
    metrics = work / "second.metrics"
    srar_fsdp(rollouts, "--policy", first, "--output", work / "second", "--metrics", metrics, *OPTIONS, processes=2)
    assert last_metrics(metrics)["optimizer_step"] == 2
    return work / "second"


def largest_difference(one, other):
    one, other = weights(one), weights(other)
    return max((one[name] - other[name]).abs().max().item() for name in one)


def test_the_same_update_gives_the_same_bytes(work, policy, rollouts, first):
    srar_fsdp(rollouts, "--policy", policy, "--output", work / "again", *OPTIONS, processes=2)
    assert contents(work / "again") == contents(first)


def test_two_updates_equal_those_of_srar_update(work, policy, rollouts, second):
    srar_update(rollouts, "--policy", policy, "--output", work / "swift-first", *OPTIONS)
    srar_update(rollouts, "--policy", work / "swift-first", "--output", work / "swift-second", *OPTIONS)
    assert largest_difference(second, work / "swift-second") < 1e-4
    assert largest_difference(second, policy) > 1e-2


def test_another_number_of_processes_goes_on(work, first, second, rollouts):
    srar_fsdp(rollouts, "--policy", first, "--output", work / "alone", *OPTIONS)
    assert largest_difference(work / "alone", second) < 1e-4


def test_the_state_of_srar_update_is_taken_on(work, policy, rollouts, second):
    srar_update(rollouts, "--policy", policy, "--output", work / "by-swift", *OPTIONS)
    srar_fsdp(rollouts, "--policy", work / "by-swift", "--output", work / "by-torch", *OPTIONS)
    assert largest_difference(work / "by-torch", second) < 1e-4


def test_a_damaged_state_is_bad_data(work, first, rollouts):
    shutil.copytree(first, work / "damaged")
    (work / "damaged/optimizer/.metadata").write_bytes(b"nothing")
    result = srar_fsdp(rollouts, "--policy", work / "damaged", "--output", work / "never", *OPTIONS, check=False)
    assert result.returncode == 65, result.stderr
    assert "not the state of this policy's optimizer" in result.stderr
    assert not (work / "never").exists()


@pytest.mark.parametrize("moment", ["computing", "writing"])
def test_a_killed_update_is_made_again_to_the_same_bytes(work, first, second, rollouts, moment):
    output = work / f"killed-{moment}"
    arguments = [rollouts, "--policy", first, "--output", output, *OPTIONS]
    command = [sys.executable, "-m", "srar_fsdp.launch", *map(str, arguments)]
    environment = os.environ | {"NPROC": "2", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)
    if moment == "computing":
        time.sleep(3)
    else:
        while process.poll() is None and not list(work.glob(f".{output.name}.tmp-*")):
            time.sleep(0.001)
    # torchrun's children are in sessions of their own.
    children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()
    subprocess.run(["kill", "-KILL", str(process.pid), *children], stderr=subprocess.DEVNULL)
    process.wait()
    assert not output.exists()
    srar_fsdp(*arguments, processes=2)
    assert contents(output) == contents(second)
    assert not list(work.glob(f".{output.name}.*")), "something of the killed run is left"
