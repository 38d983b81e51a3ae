"""Runs a run's steps, each shard and each update a task of Ray's: drive.py FIRST LAST. Settings come from the environment.

Shards and policies that are there are not made again, so the job may be submitted again at any time.
"""

import argparse
import collections
import os
import subprocess
import sys
from pathlib import Path

import ray

ROOT = Path(__file__).resolve().parents[2]
LINES_OF_A_FAILURE = 20


class StageFailed(Exception):
    """A script that ended with another status than 0, and what it said last."""


# Not retried: what a lost task began might still run, and two must not write the same files.
@ray.remote(max_retries=0)
def stage(script: str, *words: str) -> None:
    """Runs one of the scripts in pipelines/cluster, and says what it says as it goes."""
    command = [str(ROOT / "pipelines/cluster" / script), *words]
    said = collections.deque(maxlen=LINES_OF_A_FAILURE)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        for line in running.stdout:
            said.append(line)
            print(line, end="", flush=True)
    if running.returncode != 0:
        raise StageFailed(f"{script} {' '.join(words)} ended with status {running.returncode}:\n{''.join(said)}")


def run_all(tasks: list[ray.ObjectRef]) -> None:
    """Waits for every task; if some failed, ends the job with what they said. Others finish first: their work is kept."""
    failures = []
    for task in tasks:
        try:
            ray.get(task)
        except ray.exceptions.RayTaskError as error:
            failures.append(str(error.cause))
        except ray.exceptions.RayError as error:
            failures.append(str(error))
    if failures:
        sys.exit("drive.py: " + "\n".join(failures))


def main() -> None:
    """Step after step: all shards, then the update."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--shard-cpus", type=float, default=4)
    parser.add_argument("--update-cpus", type=float, default=4)
    parser.add_argument("--update-gpus", type=float, default=0)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    options = parser.parse_args()

    ray.init()
    for_shard = {"num_cpus": options.shard_cpus}
    for_update = {"num_cpus": options.update_cpus, "num_gpus": options.update_gpus}
    shards = range(1, int(os.environ["SHARDS"]) + 1)
    for step in range(options.first, options.last + 1):
        run_all([stage.options(name=f"shard {step}.{n}", **for_shard).remote("shard.sh", str(step), str(n)) for n in shards])
        run_all([stage.options(name=f"update {step}", **for_update).remote("update.sh", str(step))])
        print(f"step {step} is up to date", flush=True)


if __name__ == "__main__":
    main()
