#!/usr/bin/env bash
# One shard of a step, sampled and judged as one pipe, so that rollouts are judged while others are sampled: shard.sh STEP SHARD
# What a killed shard had judged is in its log, and is not asked again.
set -euo pipefail
source "$(dirname "$0")/step.sh" "$1"
shard=$2
output=${judged_shards[shard - 1]}
if [[ -e $output ]]; then exit 0; fi

# $(addresses FOLDER COUNT): the servers' addresses as --url options, when all are there.
addresses() {
  local waited=0
  until (($(find "$1" -type f -name '*.url' | wc -l) >= $2)); do
    if ((waited >= ${SERVER_WAIT_SECONDS:-1800})); then
      echo "shard.sh: fewer than $2 servers have written their addresses to $1" >&2
      exit 69
    fi
    sleep 1
    waited=$((waited + 1))
  done
  cat "$1"/*.url | sed 's/^/--url /'
}

if [[ -n ${SAMPLING_SERVERS:-} ]]; then
  sampler="--load-policy $policy $(addresses "$SAMPLING_SERVERS" "$SAMPLING_SERVER_COUNT")"
else
  sampler="--policy $policy"
fi
judge=
if [[ -n ${JUDGE_SERVERS:-} ]]; then judge=$(addresses "$JUDGE_SERVERS" "$JUDGE_SERVER_COUNT"); fi

metrics=$folder/metrics.jsonl
# Whether rubrics have an effect is seen where the shards are put together. Options are words, as make writes them.
# shellcheck disable=SC2086
"$BIN/srar-prep" batch $TOOL_OPTIONS "$PROBLEMS" --size "$GROUPS_PER_STEP" --step "$step" --seed "$SEED" --metrics "$metrics" \
  | "$BIN/srar-rollout" $TOOL_OPTIONS $sampler --shard "$shard/$SHARDS" --seed "$SEED" --step "$step" --metrics "$metrics" $ROLLOUT_OPTIONS \
  | "$BIN/srar-judge" $TOOL_OPTIONS --allow-no-effect $judge --log "$folder/judge.log.$shard-of-$SHARDS.jsonl" --metrics "$metrics" $JUDGE_OPTIONS --output "$output"
