"""The command: its exit statuses and words, and what its options do."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from conftest import TOOLS, contents, last_metrics, random_records, srar_fsdp, srar_update, weights
from safetensors import safe_open

FAST = ["--learning-rate", "1e-2", "--warm-up-steps", "0", "--adam-epsilon", "1e-3", "-q"]

PACKAGE = Path(__file__).parents[1]


def written(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def refused(*arguments, status, says, processes=1):
    result = srar_fsdp(*arguments, check=False, processes=processes)
    assert result.returncode == status, result.stderr
    assert says in result.stderr
    assert result.stderr.startswith("srar-fsdp: ")
    assert result.stderr.count("\n") == 1, result.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--clip-ratio-low", "1.2"], "'--clip-ratio-low' must be in 0 ..< 1, but is 1.2"),
        (["--dual-clip", "0.5"], "'--dual-clip' must be 0 or above 1, but is 0.5"),
        (["--kl-coefficient", "0.1"], "'--kl-coefficient' needs '--reference'"),
        (["--kl-estimator", "k9"], "'--kl-estimator' must be k1, k2, k3 or abs, with or without a '+', but is k9"),
        (["--loss-reduction", "seq-mean-token-sum-norm"], "needs '--length-scale'"),
        (["--mask-above-cap"], "'--mask-above-cap' needs '--importance-cap'"),
        (["--memory", "3G", "--micro-batch-tokens", "9"], "give '--memory' or '--micro-batch-tokens', not both"),
        (["--epochs", "0"], "'--epochs' must be at least 1, but is 0"),
        (["--shard", "3/2"], "'--shard' must be a part such as 2/8, but is '3/2'"),
        (["--no-such-option"], "unrecognized arguments: --no-such-option"),
    ],
)
def test_wrong_usage(policy, rollouts, tmp_path, options, says):
    refused(rollouts, "--policy", policy, "--output", tmp_path / "out", *options, status=64, says=says)


def test_log_probabilities_of_another_temperature_are_not_compared(policy, rollouts, tmp_path):
    options = ["--output", tmp_path / "out", "--old-log-probabilities", "rollout", "--temperature", "1"]
    refused(rollouts, "--policy", policy, *options, status=64, says="would compare log-probabilities at other temperatures")


def test_wrong_usage_starts_no_processes(policy, rollouts, tmp_path):
    arguments = [rollouts, "--policy", policy, "--output", tmp_path / "out", "--epochs", "0"]
    refused(*arguments, status=64, says="'--epochs' must be at least 1, but is 0", processes=2)


def test_options_and_defaults_are_those_of_srar_update():
    def options(text):
        return {word.strip(",.;:'[]") for word in text.split() if word.strip("[").startswith("--")}

    swift = subprocess.run([TOOLS / "srar-update", "update", "--help"], capture_output=True, text=True).stdout
    torch_help = srar_fsdp("--help").stdout
    assert options(swift) - options(torch_help) == set()


def test_several_nodes_need_an_address(policy, rollouts, tmp_path):
    launch = [sys.executable, "-m", "srar_fsdp.launch", rollouts, "--policy", policy, "--output", tmp_path / "out"]
    environment = {name: value for name, value in os.environ.items() if name not in ("MASTER_ADDR", "NODE_RANK")}
    result = subprocess.run(launch, env=environment | {"NNODES": "2"}, cwd=PACKAGE, capture_output=True, text=True)
    assert result.returncode == 64
    assert result.stderr == "srar-fsdp: NNODES is 2, but MASTER_ADDR and NODE_RANK not set; set both on every node\n"


def test_shards_are_those_of_srar_update(policy, tmp_path):
    records = [record for number in range(6) for record in random_records(number + 1)]
    for number, record in enumerate(records):
        record["id"] = f"problem-{number // 2} é"
    path = tmp_path / "records"
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + "no JSON\n")
    counts = []
    for number in (1, 2, 3):
        both = []
        for name, run in (("torch", srar_fsdp), ("swift", srar_update)):
            output = tmp_path / f"{name}-{number}"
            rejects = [] if number > 1 else ["--rejects", f"{output}.rejects"]
            ends = ["--policy", policy, "--output", output, "--metrics", f"{output}.metrics"]
            run(path, *ends, "--shard", f"{number}/3", *rejects, *FAST)
            metrics = last_metrics(tmp_path / f"{name}-{number}.metrics")
            both.append([metrics["rollouts"], metrics["rejected"], metrics["response_tokens"]])
        assert both[0] == both[1]
        counts.append(both[0])
    assert sum(count for count, *_ in counts) == len(records)
    assert all(0 < count < len(records) for count, *_ in counts)
    assert [rejected for _, rejected, _ in counts] == [1, 0, 0]


def test_too_little_memory_says_how_much_is_needed(policy, rollouts, tmp_path):
    arguments = [rollouts, "--policy", policy, "--output", tmp_path / "out", "--memory", "1M"]
    refused(*arguments, status=64, says="or give '--recompute', with which it is")
    srar_fsdp(*arguments[:-1], "4G", *FAST)


def test_missing_input_and_policy(policy, rollouts, tmp_path):
    refused(tmp_path / "nothing", "--policy", policy, "-o", tmp_path / "out", status=66, says="nothing: no such file")
    refused(rollouts, "--policy", tmp_path / "none", "-o", tmp_path / "out", status=66, says="none: no such policy folder")


def test_bad_data_stops_all_processes_with_one_line(policy, tmp_path):
    records = random_records(1)
    records[3]["rollout"]["logprobs"].pop()
    path = written(tmp_path / "bad.jsonl", records)
    says = f'{path}:4: record "problem-0" "rollout.logprobs" has'
    refused(path, "--policy", policy, "--output", tmp_path / "out", status=65, says=says, processes=2)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda record: record.pop("advantage"), 'has no "advantage"; run srar-advantage first'),
        (lambda record: record["rollout"].update(tokens=[1, -2]), '"rollout.tokens" holds -2, which is no token'),
        (lambda record: record["advantage"].update(offsets=[{"tokens": [0, 99], "value": 1.0}]), "reach to token 99 of"),
        (lambda record: record["rollout"].update(prompt_tokens=[]), "has no prompt tokens; give at least one"),
        (lambda record: record["advantage"].update(outcome="1"), 'has no usable "advantage.outcome"'),
    ],
)
def test_bad_records_are_rejected_with_their_place(policy, tmp_path, damage, says):
    records = random_records(1)
    damage(records[0])
    path = written(tmp_path / "bad.jsonl", records)
    rejects, metrics = tmp_path / "rejects", tmp_path / "metrics"
    srar_fsdp(path, "--policy", policy, "-o", tmp_path / "out", "--rejects", rejects, "--metrics", metrics, *FAST)
    reason, line = rejects.read_text().splitlines()
    assert reason.startswith(f"# {path}:1: ")
    assert says in reason
    assert json.loads(line) == records[0]
    assert last_metrics(metrics)["rollouts"] == len(records) - 1


def test_tokens_outside_the_vocabulary(policy, tmp_path):
    records = random_records(1)
    records[0]["rollout"]["tokens"][0] = 5000
    path = written(tmp_path / "bad.jsonl", records)
    refused(path, "--policy", policy, "-o", tmp_path / "out", status=65, says="has token 5000, but the policy's vocabulary has")


def test_a_policy_with_a_missing_tensor(policy, rollouts, tmp_path):
    import shutil

    from safetensors.torch import save_file

    shutil.copytree(policy, tmp_path / "short")
    kept = weights(policy)
    del kept["model.norm.weight"]
    save_file(kept, tmp_path / "short/model.safetensors")
    says = 'has no tensor "model.norm.weight", expected with shape [32]'
    refused(rollouts, "--policy", tmp_path / "short", "-o", tmp_path / "out", status=65, says=says)


def test_unwritable_output(policy, rollouts, tmp_path):
    result = srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "no/such/out", *FAST, check=False)
    assert result.returncode == 74, result.stderr


def test_an_existing_policy_is_replaced(policy, rollouts, tmp_path):
    for _ in range(2):
        srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "out", *FAST)
    (tmp_path / "out/stale").write_text("of an older policy")
    srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "out", *FAST)
    assert not (tmp_path / "out/stale").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_no_rollouts_copy_the_policy(policy, tmp_path):
    result = srar_fsdp(written(tmp_path / "empty", []), "--policy", policy, "-o", tmp_path / "out")
    assert "no rollouts: the next policy is a copy of this one" in result.stderr
    start, end = weights(policy), weights(tmp_path / "out")
    assert all(torch.equal(start[name], end[name]) for name in start)
    assert (tmp_path / "out/config.json").read_bytes() == (policy / "config.json").read_bytes()
    assert "tokenizer.json" in contents(tmp_path / "out")


def test_standard_input_is_read_once_for_all_processes(policy, rollouts, tmp_path):
    with open(rollouts) as stream:
        srar_fsdp("--policy", policy, "-o", tmp_path / "piped", *FAST, processes=2, stdin=stream)
    srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "named", *FAST, processes=2)
    assert contents(tmp_path / "piped") == contents(tmp_path / "named")


def test_responses_without_tokens_are_tokenized_as_srar_update_does(policy, tmp_path):
    records = []
    for index, text in enumerate(["### Step 1: é\n1 + 2 = 3\n### Step 2: x\n", "\\boxed{3}"]):
        rollout = {"index": index, "response": text, "finish_reason": ["stop", "length"][index], "steps": []}
        offsets = [{"step": 1, "bytes": [0, 25], "value": 0.5}] if index == 0 else []
        advantage = {"estimator": "srar", "outcome": 1.0 - 2 * index, "offsets": offsets}
        messages = [{"role": "user", "content": "What is 1 + 2? <|im_end|>"}]
        problem = {"id": "a", "problem": "1 + 2", "ground_truth": "3", "rubric": []}
        records.append(problem | {"messages": messages, "rollout": rollout, "advantage": advantage})
    path = written(tmp_path / "texts.jsonl", records)
    for side, tool in (("swift", srar_update), ("torch", srar_fsdp)):
        for form in ("chatml", "qwen2"):
            output = tmp_path / f"{side}-{form}"
            tool(path, "--policy", policy, "-o", output, "--metrics", f"{output}.metrics", "--chat-format", form, *FAST)
    for form in ("chatml", "qwen2"):
        swift, found = (last_metrics(tmp_path / f"{side}-{form}.metrics") for side in ("swift", "torch"))
        assert found["response_tokens"] == swift["response_tokens"]
        assert found["gradient_norm"] == pytest.approx(swift["gradient_norm"], rel=1e-4)
        one, other = weights(tmp_path / f"swift-{form}"), weights(tmp_path / f"torch-{form}")
        assert max((one[name] - other[name]).abs().max().item() for name in one) < 1e-4


def test_half_precision_keeps_float32_weights_and_learns_nearly_the_same(policy, rollouts, tmp_path):
    for kind in ("f32", "bf16"):
        options = ["--compute", kind, "--recompute", "--metrics", tmp_path / f"{kind}.metrics", "--epochs", "2"]
        srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / kind, *FAST, *options, processes=2)
    exact, half = (last_metrics(tmp_path / f"{kind}.metrics") for kind in ("f32", "bf16"))
    assert half["compute"] == "bf16"
    assert half["gradient_norm"] == pytest.approx(exact["gradient_norm"], rel=0.03)
    assert half["gradient_norm"] != exact["gradient_norm"]
    start, end = weights(policy), weights(tmp_path / "bf16")
    # What a step adds is not lost to rounding, as it would be in half precision.
    assert all(tensor.dtype == torch.float32 for tensor in end.values())
    changes = torch.cat([(end[name] - start[name]).reshape(-1) for name in end])
    expected = torch.cat([(weights(tmp_path / "f32")[name] - start[name]).reshape(-1) for name in end])
    assert torch.nn.functional.cosine_similarity(changes, expected, dim=0) > 0.98


@pytest.mark.parametrize("kind", ["bfloat16", "float16"])
def test_dtype_is_what_weights_are_stored_as(policy, rollouts, tmp_path, kind):
    srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "out", "--dtype", kind, *FAST)
    with safe_open(tmp_path / "out/model.safetensors", framework="pt") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {getattr(torch, kind)}  # noqa: SIM118
    assert kind in (tmp_path / "out/config.json").read_text()


def test_srar_rollout_reads_what_is_written(policy, rollouts, problems, tmp_path):
    srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "out", *FAST, processes=2)
    command = [TOOLS / "srar-rollout", "-q", "--plain", "--policy", tmp_path / "out", "--group-size", "1"]
    result = subprocess.run([*command, "--max-response-tokens", "4", problems], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.splitlines()) == 60


def test_transformers_reads_what_is_written(policy, rollouts, tmp_path):
    srar_fsdp(rollouts, "--policy", policy, "-o", tmp_path / "out", *FAST)
    program = "import sys, transformers; transformers.AutoModelForCausalLM.from_pretrained(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "out")], check=True, capture_output=True)
