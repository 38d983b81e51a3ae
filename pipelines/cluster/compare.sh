#!/usr/bin/env bash
# Whether two runs have the same records, sorted, and the same policies, byte for byte: compare.sh RUN RUN STEPS
set -euo pipefail
# A record names the policy that it was sampled from by its path.
records() { zstdcat "$1/$2" | sed "s|\"$1/|\"RUN/|" | sort; }
for ((step = 1; step <= $3; step++)); do
  folder=$(printf 'step-%04d' "$step")
  for stage in judged rewarded advantages; do
    cmp <(records "$1" "$folder/$stage.jsonl.zst") <(records "$2" "$folder/$stage.jsonl.zst")
  done
  [[ -s $1/$folder/policy/model.safetensors ]]
  diff -r "$1/$folder/policy" "$2/$folder/policy"
done
