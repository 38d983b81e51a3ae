"""A step of verl's trainer up to the update: its data set, agent loop, reward actors, queue, padding and balancing.

Sampling is written down beforehand, old log-probabilities are the rollouts' own, and the update waits for a critic: no policy is
needed.
"""

import json
import subprocess
from types import SimpleNamespace

import pandas
import pytest
import ray
import torch
import transfer_queue as tq
from conftest import TOOLS
from sampler import WrittenResponses
from verl.experimental.reward_loop.reward_loop import RewardLoopManager
from verl.trainer.ppo.v1 import AgentLoopWorkerTQ, get_trainer_cls

from srar_verl.trainer import SrarTrainerSync

PROBLEMS = {
    "Halve 48 and add.": (
        "72",
        "<SUGGEST> Computes 48 / 2 = 24.\n<SUGGEST> Computes 48 + 24 = 72.\n<PITFALL> Computes 48 + 24 = 62.\n<ANSWER> 72",
        [
            "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 72\n\\boxed{72}",
            "### Step 1: halve\n48 / 2 = 24\n### Step 2: add\n48 + 24 = 62\n\\boxed{62}",
            "### Step 1: halve\n48 / 2 = 26\n### Step 2: add\n48 + 24 = 72\n\\boxed{72}",
        ],
    ),
    "Double 5, take 3.": (
        "7",
        "<SUGGEST> Computes 5 * 2 = 10.\n<SUGGEST> Computes 10 - 3 = 7.\n<ANSWER> 7",
        [
            "### Step 1: double\n5 * 2 = 10\n### Step 2: take\n10 - 3 = 7\n\\boxed{7}",
            "First.\n### Step 1: double\n5 * 2 = 12\n### Step 2: take\n12 - 3 = 9\n\\boxed{9}",
            "I do not know 🙂.",
        ],
    ),
}
GROUP_SIZE = 3
TEMPLATE = "{% for message in messages %}<{{ message['role'] }}> {{ message['content'] }}\n{% endfor %}"
MODEL = {
    "model_type": "qwen2",
    "architectures": ["Qwen2ForCausalLM"],
    "hidden_size": 8,
    "num_attention_heads": 1,
    "num_hidden_layers": 1,
}


@pytest.fixture
def policy_folder(tokenizer, tmp_path):
    """What of a policy the agent loop reads: its tokenizer, chat template and configuration, no weights."""
    folder = tmp_path / "policy"
    tokenizer.save_pretrained(folder)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    names = {
        "chat_template": TEMPLATE,
        "eos_token": tokenizer.convert_ids_to_tokens(0),
        "pad_token": tokenizer.convert_ids_to_tokens(0),
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | names))
    (folder / "config.json").write_text(json.dumps(MODEL))
    return folder


@pytest.fixture
def data_set(tmp_path):
    rows = [
        {
            "data_source": "math",
            "prompt": [{"role": "user", "content": problem}],
            "reward_model": {"ground_truth": truth, "style": "rule"},
            "extra_info": {"index": number, "id": f"problem-{number}", "problem": problem, "rubric": rubric},
        }
        for number, (problem, (truth, rubric, _)) in enumerate(PROBLEMS.items())
    ]
    path = tmp_path / "train.parquet"
    pandas.DataFrame(rows).to_parquet(path)
    return path


class AgentLoop:
    """verl's manager of agent loops, with one worker."""

    def __init__(self, config, tokenizer, handles):
        sampler = WrittenResponses(tokenizer, {problem: responses for problem, (_, _, responses) in PROBLEMS.items()})
        self.worker = AgentLoopWorkerTQ.remote(config, sampler, None, handles)

    def generate_sequences(self, batch):
        ray.get(self.worker.generate_sequences.remote(batch))


def advantages_of_the_tools(records: list[dict]) -> list[list[float]]:
    """The same rollouts, as a stream through the tools."""
    pipe = " | ".join(f"{TOOLS}/{tool} --plain" for tool in ("srar-judge", "srar-reward", "srar-advantage --dense"))
    stream = "".join(
        json.dumps({key: record[key] for key in record if key not in ("judge", "reward")}) + "\n" for record in records
    )
    result = subprocess.run(["bash", "-euo", "pipefail", "-c", pipe], input=stream, capture_output=True, text=True, check=True)
    return [json.loads(line)["advantage"]["tokens"] for line in result.stdout.splitlines()]


def test_advantages_in_verls_trainer_are_those_of_the_tools(configuration, tokenizer, policy_folder, data_set, ray_node):
    config = configuration(
        f"actor_rollout_ref.model.path={policy_folder}",
        "+actor_rollout_ref.model.override_config.attn_implementation=eager",
        f"actor_rollout_ref.rollout.n={GROUP_SIZE}",
        f"data.train_files={data_set}",
        f"data.val_files={data_set}",
        "data.train_batch_size=2",
        "data.dataloader_num_workers=0",
        "reward.num_workers=1",
        "algorithm.rollout_correction.bypass_mode=true",
        "trainer.critic_warmup=9",
        "transfer_queue.enable=true",
        "transfer_queue.backend.SimpleStorage.num_data_storage_units=1",
    )
    tq.init(config.transfer_queue)
    trainer = get_trainer_cls(config.trainer.v1.trainer_mode)(config=config)
    assert isinstance(trainer, SrarTrainerSync)
    assert trainer.trainer_mode == "sync", "verl samples by the mode that stands behind ours"
    trainer._init_tokenizer()
    trainer._init_dataloader()
    # What needs a policy: a checkpoint's weights, and four ranks that would update.
    trainer.checkpoint_manager = SimpleNamespace(sleep_replicas=lambda: None)
    trainer.actor_rollout_wg = SimpleNamespace(_dispatch_info={"actor": [0, 1, 2, 3]})
    trainer.reward_loop_manager = RewardLoopManager(config)
    trainer.agent_loop_manager = AgentLoop(config, tokenizer, trainer.reward_loop_manager.reward_loop_worker_handles)
    trainer.global_steps, trainer.curr_step_profile = 1, False
    trainer._add_batch_to_generate()
    metrics: dict = {}
    batch = trainer._step_once(metrics, {}, sample_batch_size=2)

    names = [key for key, tag in zip(batch.keys, batch.tags, strict=True) if not tag.get("is_padding", False)]
    assert (len(names), len(batch)) == (6, 8), "four ranks want eight rows"
    fields = ["advantages", "returns", "responses", "extra_fields"]
    found = tq.kv_batch_get(keys=batch.keys, partition_id="train", select_fields=fields)
    rows = dict(zip(batch.keys, zip(*(list(found[field]) for field in fields), strict=True), strict=True))
    names.sort()
    records = [json.loads(rows[name][3]["reward_extra_info"]["srar_record"]) for name in names]
    assert sorted(record["rollout"]["response"] for record in records) == sorted(
        response for _, _, responses in PROBLEMS.values() for response in responses
    )
    wanted = advantages_of_the_tools(records)
    assert any(len(set(values)) > 1 for values in wanted), "the case is about steps that differ"
    for name, record, values in zip(names, records, wanted, strict=True):
        advantages, returns, responses, _ = rows.pop(name)
        assert responses.tolist() == record["rollout"]["tokens"]
        torch.testing.assert_close(advantages, torch.tensor(values), rtol=0, atol=1e-6)
        assert torch.equal(advantages, returns)
    assert len(rows) == 2
    assert all(not advantages.any() for advantages, *_ in rows.values())
    assert metrics["srar/accuracy/mean"] == pytest.approx(3 / 6)
    assert (metrics["srar/missing_rollouts"], metrics["srar/judge_failures"]) == (0, 0)
    tq.close()
