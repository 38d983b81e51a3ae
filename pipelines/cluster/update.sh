#!/usr/bin/env bash
# A step's shards put together, rewarded, and the next policy made of them: update.sh STEP
set -euo pipefail
source "$(dirname "$0")/step.sh" "$1"
if [[ -e $folder/policy/config.json ]]; then exit 0; fi
metrics=$folder/metrics.jsonl
# Nothing that has the temporary name is written over or through.
rm -f "$folder"/judged.jsonl.zst.*.tmp
whole=$folder/judged.jsonl.zst.$RANDOM$RANDOM.tmp
(set -o noclobber && cat "${judged_shards[@]}" > "$whole")
mv "$whole" "$folder/judged.jsonl.zst"
effect=
if [[ ${ALLOW_NO_EFFECT:-} == yes ]]; then effect=--allow-no-effect; fi
# Options are words, as make writes them.
# shellcheck disable=SC2086
{
  "$BIN/srar-reward" $TOOL_OPTIONS $effect "$folder/judged.jsonl.zst" --metrics "$metrics" $REWARD_OPTIONS --output "$folder/rewarded.jsonl.zst"
  "$BIN/srar-advantage" $TOOL_OPTIONS $effect "$folder/rewarded.jsonl.zst" --metrics "$metrics" $ADVANTAGE_OPTIONS \
    --output "$folder/advantages.jsonl.zst"
  # UPDATE_COMMAND is words, too, with PYTHONPATH and NPROC before it where PyTorch updates.
  env $UPDATE_COMMAND $TOOL_OPTIONS "$folder/advantages.jsonl.zst" --policy "$policy" --metrics "$metrics" --seed "$SEED" \
    $UPDATE_OPTIONS --output "$folder/policy"
}
