"""The reward manager `srar`: each rollout goes through `srar-judge | srar-reward`, and verl gets its outcome reward."""

import asyncio
import json

from verl import DataProto
from verl.experimental.reward_loop.reward_manager import register
from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

from .carriage import RECORD
from .errors import AnswerMismatch
from .judge_pipe import JudgePipe
from .options import Options
from .problems import Problems
from .rollouts import rollout_of
from .token_text import TokenText


@register("srar")
class SrarRewardManager(RewardManagerBase):
    """Makes records of verl's samples and hands them to the tools; one judge for all samples of this manager.

    A rollout that the judge could not judge keeps its outcome reward and says `judge_failed`; a tool that fails is an error, for
    this sample and all that follow.
    """

    def __init__(self, config, tokenizer, compute_score, reward_router_address=None, reward_model_tokenizer=None):
        """Starts the judge.

        Arguments:
            config: verl's whole configuration; `algorithm.srar` holds the options.
            tokenizer: the policy's.
            compute_score, reward_router_address, reward_model_tokenizer: verl's own rewards; not used.
        """
        super().__init__(config, tokenizer, compute_score)
        options = Options.of(config.algorithm)
        log = options.log_path(config.trainer.get("default_local_dir"))
        self._decoding = TokenText(tokenizer)
        self._problems = Problems(options.command("srar-prep", f"--from trainer --mode val --plain --quiet {options.prep}"))
        self._pipe = JudgePipe(
            judge=[
                *options.command("srar-judge", options.judge), "--log", str(log), "--plain", "--allow-empty", "--allow-no-effect",
            ],
            reward=options.command("srar-reward", f"--plain --quiet --allow-empty --allow-no-effect {options.reward}"),
        )

    async def run_single(self, data: DataProto) -> dict:
        """The reward of the last sample of a batch.

        Returns: `reward_score`, r_base, and `reward_extra_info`, what the function of that name makes of the record.
        """
        record = await asyncio.get_running_loop().run_in_executor(None, self._record, data[-1:][0])
        line = await asyncio.wrap_future(self._pipe.submit(json.dumps(record, ensure_ascii=False).encode()))
        rewarded = json.loads(line)
        if (rewarded["id"], rewarded["rollout"]["tokens"]) != (record["id"], record["rollout"]["tokens"]):
            raise AnswerMismatch("srar-judge", f"gave back record {rewarded['id']} where {record['id']} was due")
        return {"reward_score": rewarded["reward"]["base"], "reward_extra_info": reward_extra_info(rewarded, line.decode())}

    def close(self) -> None:
        """Ends the judge; it also ends with the process."""
        self._pipe.close()

    def _record(self, sample) -> dict:
        return self._problems.record(sample.non_tensor_batch) | {"rollout": rollout_of(sample, self._decoding)}


def reward_extra_info(record: dict, line: str) -> dict:
    """What verl averages and writes down beside the reward; None where there is nothing to say, which verl leaves out of means.

    `acc` and `format` are r_acc and r_fmt; `rubric`, `suggest`, `pitfall` and `bonus` the rubric's scores; `coverage` the share of
    the rubric's items, ANSWER items aside, that got a verdict; `judge_failed` 1 where the judge gave none; `srar_record` the record
    itself, step scores included, as one line of a stream.
    """
    reward, judge = record["reward"], record.get("judge", {})
    items = [item for item in record.get("rubric", []) if item["type"] != "ANSWER"]
    is_judged = judge.get("status") == "ok"
    return {
        "acc": float(reward["correct"]),
        "format": float(reward["format"]),
        "rubric": reward.get("rubric"),
        "suggest": reward.get("suggest"),
        "pitfall": reward.get("pitfall"),
        "bonus": reward.get("bonus"),
        "coverage": len(judge["verdicts"]) / len(items) if is_judged and items else None,
        "judge_failed": float(judge.get("status") == "failed"),
        "looping": float(reward["looping"]),
        RECORD: line,
    }
