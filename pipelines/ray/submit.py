"""Submits a run's steps to Ray as one job, or with --dry-run prints the command that would; `make ray` gives the settings.

Python's standard library is all that this needs, beside the `ray` command.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

PIPELINES = Path(__file__).resolve().parents[1]

# What pipelines/cluster reads, as pipelines/cluster.mk exports it, and what a site may add to it.
SETTINGS = (
    "BIN",
    "RUN_FOLDER",
    "PROBLEMS",
    "POLICY",
    "SHARDS",
    "GROUPS_PER_STEP",
    "SEED",
    "UPDATE_COMMAND",
    "TOOL_OPTIONS",
    "ROLLOUT_OPTIONS",
    "JUDGE_OPTIONS",
    "REWARD_OPTIONS",
    "ADVANTAGE_OPTIONS",
    "ALLOW_NO_EFFECT",
    "UPDATE_OPTIONS",
    "JUDGE_SERVERS",
    "JUDGE_SERVER_COUNT",
    "SAMPLING_SERVERS",
    "SAMPLING_SERVER_COUNT",
    "SERVER_WAIT_SECONDS",
)


def main() -> None:
    """Becomes `ray job submit`, which shows the job's output and ends with its outcome."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="print the command")
    parser.add_argument("--no-wait", action="store_true", help="return when the job is submitted")
    # What else there is, the steps among it, is for the driver to understand.
    options, words = parser.parse_known_args()

    checked = subprocess.run([PIPELINES / "cluster/check.sh"]).returncode
    if checked != 0:
        sys.exit(checked)
    environment = {"env_vars": {name: os.environ[name] for name in SETTINGS if name in os.environ}}
    command = ["ray", "job", "submit", "--runtime-env-json", json.dumps(environment)]
    command += ["--no-wait"] if options.no_wait else []
    command += ["--", "python", str(PIPELINES / "ray/drive.py"), *words]
    if options.dry_run:
        print(shlex.join(command))
        return
    try:
        os.execvp(command[0], command)
    except FileNotFoundError:
        sys.exit("submit.py: there is no `ray` command; pipelines/ray/requirements.txt says which one was tried")


if __name__ == "__main__":
    main()
