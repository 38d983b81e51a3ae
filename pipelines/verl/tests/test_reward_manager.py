"""Rewards through verl's own reward worker: the golden vectors, what a judge and a tool can do wrong, and replay."""

import asyncio
import json

import pytest
import torch
from conftest import agent_sample, columns_of, golden, padded_sample
from verl.experimental.reward_loop.reward_loop import RewardLoopWorker
from verl.trainer.ppo.reward import resolve_reward_manager_cls

from srar_verl.errors import BadSample, OptionError, ToolFailed, ToolMissing, UnsupportedTokenizer
from srar_verl.reward_manager import SrarRewardManager

RUBRIC = "<SUGGEST> Computes 48 / 2 = 24.\n<SUGGEST> Computes 48 + 24 = 72.\n<PITFALL> Computes 48 + 24 = 62.\n<ANSWER> 72"
RIGHT = "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 72\n\\boxed{72}"
WRONG = "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 62\n\\boxed{62}"


@pytest.fixture
def rewards(configuration, tokenizer):
    """Rewards of samples, as verl's reward worker makes them; its judges end with the test."""
    workers = []

    def make(samples, *overrides: str) -> list[dict]:
        workers.append(RewardLoopWorker(configuration(*overrides)))
        return asyncio.run(gathered(workers[-1], samples))

    async def gathered(worker, samples):
        return await asyncio.gather(*(worker.compute_score(sample) for sample in samples))

    yield make
    for worker in workers:
        worker.reward_manager.close()


@pytest.fixture
def sample(tokenizer):
    def make(
        response: str, problem: str = "Halve 48 and add.", truth: object = "72", rubric: object = RUBRIC, make=agent_sample, **extra
    ):
        tokens = tokenizer(response, add_special_tokens=False)["input_ids"]
        return make(tokens, **columns_of(problem, truth, rubric, **({"id": problem} | extra)))

    return make


def record_of(result: dict) -> dict:
    return json.loads(result["reward_extra_info"]["srar_record"])


def test_verl_finds_the_manager_by_its_name(configuration):
    assert resolve_reward_manager_cls(configuration()) is SrarRewardManager


@pytest.mark.parametrize("variant", ["paper", "official"])
def test_outcome_rewards_are_the_golden_ones(rewards, sample, variant):
    # The golden paper cases compare answers as the authors' code does.
    preset = {"paper": "--preset paper --answers normalized", "official": "--preset authors"}[variant]
    # srar-prep refuses the two rows with an empty reference answer, and takes the number 4.0 for the text 4, unlike that code.
    cases = [
        case for case in golden("reward", variant) if case["input"]["ground_truth"] != "" and case["name"] != "gt-float/official"
    ]
    assert len(cases) == {"paper": 9, "official": 73}[variant]
    for weight in {case["input"]["format_weight"] for case in cases}:
        chosen = [case for case in cases if case["input"]["format_weight"] == weight]
        samples = [sample(case["input"]["response"], case["name"], case["input"]["ground_truth"], None) for case in chosen]
        for case, result in zip(
            chosen, rewards(samples, f"+algorithm.srar.reward='{preset} --format-weight {weight}'"), strict=True
        ):
            expected, info = case["expected"], result["reward_extra_info"]
            assert result["reward_score"] == pytest.approx(expected["r_base"], abs=1e-12), case["name"]
            assert (info["acc"], info["format"]) == (expected["r_acc"], expected["r_fmt"]), case["name"]
            assert record_of(result)["rollout"]["response"] == case["input"]["response"]
            # Without a rubric there is nothing to judge, and no score of it.
            assert (info["judge_failed"], info["coverage"], info["rubric"]) == (0, None, None)


def test_step_scores_of_a_judges_replies_are_the_golden_ones(rewards, sample, judge):
    cases = golden("deltas", "paper")
    judge.replies = {f"[{case['name']}]": json.dumps(case["input"]["judge_verdicts"]) for case in cases}
    budgets = [case["input"]["budgets"] for case in cases]
    for budget in {json.dumps(budget): budget for budget in budgets}.values():
        chosen = [case for case in cases if case["input"]["budgets"] == budget]
        samples = []
        for case in chosen:
            response = "".join(f"### Step {step + 1}: x\n" for step in range(case["input"]["num_steps"]))
            samples.append(sample(response, f"[{case['name']}]", "1", case["input"]["rubric_text"]))
        words = " ".join(f"--{kind}-budget {abs(value)}" for kind, value in budget.items())
        options = f"+algorithm.srar.judge='{judge.options}'", f"+algorithm.srar.reward='--preset paper {words}'"
        for case, result in zip(chosen, rewards(samples, *options), strict=True):
            record, expected = record_of(result), case["expected"]
            assert record.get("rubric", []) == expected["items"], case["name"]
            found = {str(step["step"]): step["delta"] for step in record["reward"].get("steps", [])}
            inside = {step: found[step] for step in found if 1 <= int(step) <= case["input"]["num_steps"]}
            assert inside == pytest.approx(expected["step_deltas"], abs=1e-9), case["name"]
            # Where there is nothing to judge the authors' code sums to 0; here there is no score.
            is_judged = any(item["type"] != "ANSWER" for item in expected["items"])
            total = pytest.approx(expected["rubric_total"], abs=1e-9) if is_judged else None
            assert result["reward_extra_info"]["rubric"] == total, case["name"]


def test_a_sample_becomes_a_whole_record(rewards, sample, tokenizer):
    [result] = rewards([sample(WRONG)])
    record, info = record_of(result), result["reward_extra_info"]
    tokens = tokenizer(WRONG, add_special_tokens=False)["input_ids"]
    assert (record["id"], record["source"], record["ground_truth"]) == ("Halve 48 and add.", "math", "72")
    assert record["messages"] == [{"role": "user", "content": "Halve 48 and add.\n\nThink in steps."}]
    assert [item["type"] for item in record["rubric"]] == ["SUGGEST", "SUGGEST", "PITFALL", "ANSWER"]
    assert (record["rollout"]["tokens"], record["rollout"]["prompt_tokens"]) == (tokens, [1, 2, 3])
    first, second = record["rollout"]["steps"]
    assert tokenizer.decode(tokens[slice(*first["tokens"])]) == "### Step 1: halve\n48 / 2 = 24\n"
    assert second["tokens"] == [first["tokens"][1], len(tokens)]
    assert result["reward_score"] == pytest.approx(0.1)
    assert (info["acc"], info["format"], info["coverage"], info["judge_failed"]) == (0, 1, 1, 0)
    assert (info["suggest"], info["pitfall"], info["rubric"]) == pytest.approx((0.4, -1, -0.6))
    assert {step["step"]: step["delta"] for step in record["reward"]["steps"]} == pytest.approx({1: 0.4, 2: -1})


def test_padding_of_either_trainer_changes_nothing(rewards, sample, tokenizer):
    tokens = tokenizer(RIGHT, add_special_tokens=False)["input_ids"]
    padded = sample(RIGHT, make=lambda *given, **columns: padded_sample(*given, width=len(tokens) + 7, **columns))
    plain, older = (record_of(result) for result in rewards([sample(RIGHT), padded]))
    assert older == plain
    assert len(older["rollout"]["tokens"]) == len(tokens)


def test_the_outcome_reward_stands_on_the_last_valid_token(rewards, sample, tokenizer):
    tokens = tokenizer(RIGHT, add_special_tokens=False)["input_ids"]
    padded = sample(RIGHT, make=lambda *given, **columns: padded_sample(*given, width=len(tokens) + 7, **columns))
    [result] = rewards([padded])
    scores = SrarRewardManager.assemble_rm_scores(padded, [result["reward_score"]])
    assert scores.nonzero().tolist() == [[0, len(tokens) - 1]]
    assert scores.sum() == 1


def test_answers_come_back_to_their_samples_however_many_there_are(rewards, sample):
    samples = [sample(RIGHT if number % 3 else WRONG, f"problem {number % 5}", index=number) for number in range(60)]
    results = rewards(samples, "+algorithm.srar.judge='--judge equations'")
    assert [result["reward_extra_info"]["acc"] for result in results] == [float(bool(number % 3)) for number in range(60)]
    assert [record_of(result)["id"] for result in results] == [f"problem {number % 5}" for number in range(60)]


def test_a_judge_that_fails_is_recorded_and_the_outcome_reward_stays(rewards, sample, judge):
    judge.replies = {
        "[good]": '[{"id":1,"satisfied":true,"step":1},{"id":2,"satisfied":true,"step":2},{"id":3,"satisfied":false,"step":2}]'
    }
    judge.replies["[silent]"] = 500
    samples = [sample(RIGHT, "[good]"), sample(RIGHT, "[silent]")]
    good, failed = rewards(samples, f"+algorithm.srar.judge='{judge.options} --max-failures 1'")
    assert (good["reward_score"], failed["reward_score"]) == (1, 1)
    info = failed["reward_extra_info"]
    assert (info["acc"], info["judge_failed"], info["rubric"], info["coverage"]) == (1, 1, None, None)
    assert "500" in record_of(failed)["judge"]["error"]
    assert "steps" not in record_of(failed)["reward"]
    assert (good["reward_extra_info"]["judge_failed"], good["reward_extra_info"]["coverage"]) == (0, 1)
    assert good["reward_extra_info"].keys() == info.keys(), "verl takes the names from the first sample of a batch"


def test_a_judge_that_refuses_is_an_error_for_everyone(rewards, sample, judge, capfd):
    judge.replies = {"[refused]": 401}
    with pytest.raises(ToolFailed, match=r"srar-judge: ended with status 69: .*401"):
        rewards([sample(RIGHT, f"[refused] {number}") for number in range(3)], f"+algorithm.srar.judge='{judge.options}'")
    assert "srar-judge: " in capfd.readouterr().err


def test_an_unreachable_judge_is_recorded(rewards, sample):
    options = "--url http://127.0.0.1:9/v1 --model m --attempts 1"
    [result] = rewards([sample(RIGHT)], f"+algorithm.srar.judge='{options}'")
    assert (result["reward_score"], result["reward_extra_info"]["judge_failed"]) == (1, 1)
    assert record_of(result)["judge"]["status"] == "failed"


def test_a_judge_that_fails_too_often_ends_the_rewards(rewards, sample, judge):
    samples = [sample(RIGHT, f"problem {number}") for number in range(21)]
    with pytest.raises(ToolFailed, match=r"srar-judge: ended with status 69: .*2[01] of 2[01] rollouts"):
        rewards(samples, f"+algorithm.srar.judge='{judge.options}'")


def test_a_failing_reward_stage_says_what_happened(rewards, sample):
    with pytest.raises(
        ToolFailed, match=r"srar-reward: ended with status 64: .*'--format-weight'|srar-reward: ended with status 64"
    ):
        rewards([sample(RIGHT)], "+algorithm.srar.reward='--format-weight much'")


def test_a_row_that_is_no_problem_says_what_it_lacks(rewards, sample):
    with pytest.raises(ToolFailed, match=r"srar-prep: ended with status 65: .*rubric"):
        rewards([sample(RIGHT, rubric="no tags at all")])


def test_a_missing_tool_is_named_with_its_folder(configuration, tmp_path):
    with pytest.raises(ToolMissing, match=f"srar-prep: no such program in {tmp_path}; build srar and name the folder"):
        RewardLoopWorker(configuration(f"algorithm.srar.bin={tmp_path}", "++algorithm.srar.judge=''"))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("+algorithm.srar.reward='--rejects bad.jsonl'", "algorithm.srar.reward: '--rejects' cannot be given: every rollout"),
        ("+algorithm.srar.judge='--shard=1/2'", "algorithm.srar.judge: '--shard=1/2' cannot be given"),
        ("+algorithm.srar.judges='x'", "algorithm.srar.judges: no such option; there are bin, prep, judge"),
        ("+algorithm.srar.max_missing=2", "algorithm.srar.max_missing: must be in 0 ... 1, but is 2"),
    ],
)
def test_options_that_cannot_be_are_named(configuration, override, message):
    with pytest.raises(OptionError, match=message.replace(".", r"\.")):
        RewardLoopWorker(configuration(override))


def test_what_is_judged_can_be_replayed(rewards, sample, judge, tmp_path):
    judge.replies = {
        "Halve": '[{"id":1,"satisfied":true,"step":1},{"id":2,"satisfied":false,"step":2},{"id":3,"satisfied":true,"step":2}]'
    }
    options = f"+algorithm.srar.judge='{judge.options}'"
    [asked] = rewards([sample(WRONG)], options, "+algorithm.srar.log='${trainer.default_local_dir}/judge.log.jsonl'")
    log = tmp_path / "judge.log.jsonl"
    assert json.loads(log.read_text())["verdicts"] == record_of(asked)["judge"]["verdicts"]
    requests = judge.requests
    replay = f"+algorithm.srar.judge='{judge.options} --replay {log}'"
    [replayed] = rewards([sample(WRONG)], replay, f"+algorithm.srar.log={tmp_path}/second.log.jsonl")
    assert judge.requests == requests
    assert record_of(replayed)["reward"] == record_of(asked)["reward"]


def test_the_same_samples_give_the_same_records(rewards, sample):
    samples = [sample(RIGHT, "a"), sample(WRONG, "b"), sample(WRONG, "a")]
    assert rewards(samples) == rewards(samples)


def test_a_problem_is_named_by_its_number_where_it_has_no_id(rewards, tokenizer):
    tokens = tokenizer(RIGHT, add_special_tokens=False)["input_ids"]
    samples = [
        agent_sample(tokens, **columns_of("p", "72", RUBRIC, index=7)),
        agent_sample(tokens, **columns_of("p", "72", RUBRIC), uid="u-1"),
    ]
    assert [record_of(result)["id"] for result in rewards(samples)] == ["math/7", "u-1"]
    with pytest.raises(BadSample, match="no 'id', no 'index' and no 'uid'"):
        rewards([agent_sample(tokens, **columns_of("p", "72", RUBRIC))])


def test_an_array_of_rubric_items_and_a_number_as_truth_are_read(rewards, sample):
    items = [{"type": "SUGGEST", "text": "Computes 48 / 2 = 24."}, {"type": "ANSWER", "text": "72"}]
    [result] = rewards([sample(RIGHT, truth=72.0, rubric=items)])
    record = record_of(result)
    assert record["ground_truth"] == "72"
    assert [(item["id"], item["type"]) for item in record["rubric"]] == [(1, "SUGGEST"), (2, "ANSWER")]
    assert result["reward_extra_info"]["acc"] == 1


def test_the_last_output_of_several_is_rewarded(rewards, sample, tokenizer):
    first, last = sample("no"), sample(RIGHT)
    width = last.batch["responses"].shape[1]
    tensors = {
        "responses": torch.zeros((1, width), dtype=torch.long),
        "attention_mask": torch.ones((1, width + 3), dtype=torch.long),
    }
    tensors["responses"][:, : first.batch["responses"].shape[1]] = first.batch["responses"]
    first.batch = first.batch.clone().update(tensors | {"prompts": first.batch["prompts"]})
    [result] = rewards([type(last).concat([first, last])])
    assert record_of(result)["rollout"]["response"] == RIGHT


def test_a_tokenizer_without_exact_bytes_is_refused(configuration, tmp_path):
    from tokenizers import Tokenizer, decoders, models
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE({"a": 0}, []))
    backend.decoder = decoders.WordPiece()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend)
    with pytest.raises(UnsupportedTokenizer, match="WordPiece"):
        SrarRewardManager(configuration(), tokenizer, None)
