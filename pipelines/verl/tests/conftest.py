"""What the tests share: verl's own configuration, small tokenizers, samples as verl makes them, and a judge on loopback."""

import json
import os
import secrets
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
TOOLS = Path(os.environ.get("SRAR_BIN", REPOSITORY / ".build/release")).absolute()
FIXTURES = REPOSITORY / "Tests/Fixtures"
# As a user has it: verl imports the module that registers ours.
os.environ.setdefault("VERL_USE_EXTERNAL_MODULES", "srar_verl.register")
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parents[1]), str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)
os.environ["NO_PROXY"] = "127.0.0.1"
# Ray runs what it is sent: only who has the token may send. It is read when Ray is imported, as verl does.
os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_USAGE_STATS_ENABLED": "0"}

import numpy as np
import pytest
import ray
import torch
from hydra import compose, initialize_config_module
from tensordict import TensorDict
from transformers import PreTrainedTokenizerFast
from verl import DataProto


def golden(name: str, variant: str | None = None) -> list[dict]:
    cases = [json.loads(line) for line in (FIXTURES / f"golden/{name}.jsonl").read_text().split("\n") if line]
    return [case for case in cases if variant in (None, case["variant"])]


def tokenizer_of(family: str) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_file=str(FIXTURES / f"tokenizers/families/{family}.json"))


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    return tokenizer_of("gpt2")


@pytest.fixture(scope="session")
def tokenizer_folder(tokenizer, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("policy")
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def configuration(tmp_path, tokenizer_folder):
    """verl's configuration with what the README changes in it, and more changes."""

    def make(*overrides: str):
        ours = [
            "algorithm.adv_estimator=srar",
            "reward.reward_manager.name=srar",
            "trainer.v1.trainer_mode=srar_sync",
            f"+algorithm.srar.bin={TOOLS}",
            f"trainer.default_local_dir={tmp_path}",
            f"actor_rollout_ref.model.path={tokenizer_folder}",
            "actor_rollout_ref.rollout.name=vllm",
            "reward.reward_model.rollout.name=vllm",
        ]
        with initialize_config_module("verl.trainer.config", version_base=None):
            return compose("ppo_trainer", overrides=[*ours, *overrides])

    return make


def agent_sample(response: list[int], prompt: tuple[int, ...] = (1, 2, 3), **columns: object) -> DataProto:
    """One rollout as the agent loop of verl's trainer hands it to a reward worker: without padding, lengths beside."""
    return _sample(list(prompt), response, {"prompt_len": len(prompt), "response_len": len(response), **columns})


def padded_sample(response: list[int], prompt: tuple[int, ...] = (1, 2, 3), width: int = 9, pad: int = 0, **columns) -> DataProto:
    """One rollout as verl's older trainers have it: the prompt padded on the left, the response on the right."""
    before, behind = 5 - len(prompt), width - len(response)
    mask = [0] * before + [1] * (len(prompt) + len(response)) + [0] * behind
    return _sample([pad] * before + list(prompt), response + [pad] * behind, columns, mask)


def _sample(prompt: list[int], response: list[int], columns: dict, mask: list[int] | None = None) -> DataProto:
    tensors = {
        "prompts": torch.tensor([prompt]),
        "responses": torch.tensor([response]),
        "attention_mask": torch.tensor([mask or [1] * (len(prompt) + len(response))]),
    }
    return DataProto(
        batch=TensorDict(tensors, batch_size=1), non_tensor_batch={key: np.array([value]) for key, value in columns.items()}
    )


def columns_of(problem: str, truth: object = "4", rubric: object = None, **extra: object) -> dict:
    """The columns of one row of a data set of the authors' trainer."""
    extra_info = {"problem": problem, "rubric": rubric, **extra}
    return {
        "data_source": "math",
        "raw_prompt": [{"role": "user", "content": problem + "\n\nThink in steps."}],
        "reward_model": {"ground_truth": truth, "style": "rule"},
        "extra_info": extra_info,
    }


@pytest.fixture(scope="session")
def ray_node():
    """A node of Ray's on this machine, of which nothing is left behind."""
    # A short path: sockets lie in it.
    with tempfile.TemporaryDirectory(prefix="srar-verl.", dir="/tmp", ignore_cleanup_errors=True) as folder:
        # Actors count logical cores; two of this machine's suffice.
        ray.init(num_cpus=16, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000, _temp_dir=folder)
        yield
        ray.shutdown()


class LoopbackJudge:
    """A server of chat completions that answers by the problem in the question: with its reply, or with an HTTP status."""

    def __init__(self):
        self.replies: dict[str, str | int] = {}
        self.requests = 0
        judge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                judge.requests += 1
                reply = next((reply for problem, reply in judge.replies.items() if problem in body), 500)
                message = {"role": "assistant", "content": reply if isinstance(reply, str) else ""}
                answer = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
                self.send_response(200 if isinstance(reply, str) else reply)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def options(self) -> str:
        return f"--url http://127.0.0.1:{self.server.server_port}/v1 --model m --attempts 2 --retry-pause 0.01"


@pytest.fixture
def judge():
    judge = LoopbackJudge()
    yield judge
    judge.server.shutdown()
    judge.server.server_close()
