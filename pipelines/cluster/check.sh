#!/usr/bin/env bash
# Whether a run's settings can be placed at all, asked before anything is submitted.
set -euo pipefail
if [[ -z $PROBLEMS || -z $POLICY ]]; then
  echo "check.sh: give PROBLEMS=file and POLICY=folder; pipelines/slurm/README.md and pipelines/ray/README.md show a run" >&2
  exit 64
fi
if [[ -n ${SAMPLING_SERVERS:-} && $SHARDS != 1 ]]; then
  echo "check.sh: several shards would load weights into servers that sample for another; one drives a whole fleet: SHARDS=1" >&2
  exit 64
fi
if [[ -n ${JUDGE_SERVERS:-} && " $JUDGE_OPTIONS " == *" --judge"[\ =]"equations "* ]]; then
  echo "check.sh: the judge equations asks no server, and JUDGE_SERVERS names some: give JUDGE_OPTIONS='--model NAME'" >&2
  exit 64
fi
# Slurm and Ray keep what a job is given, and show it to others.
for name in TOOL_OPTIONS ROLLOUT_OPTIONS JUDGE_OPTIONS REWARD_OPTIONS ADVANTAGE_OPTIONS UPDATE_COMMAND UPDATE_OPTIONS; do
  "$(dirname "$0")/../options-secrets.sh" "$name" "${!name:-}"
done
