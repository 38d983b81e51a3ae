#!/usr/bin/env bash
# Two small steps by make, for tests of what places them elsewhere to compare with: reference.sh FOLDER [make's words…]
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$1
shift
"$BIN/srar-prep" synth --quiet --count 40 --difficulty 1 --seed 3 --output "$work/problems.jsonl.zst"
"$BIN/srar-update" init --quiet --text "$work/problems.jsonl.zst" --layers 1 --hidden 32 --heads 2 --vocabulary 300 --positions 256 --seed 3 \
  --output "$work/policy"
make train BIN="$BIN" RUNS="$work" RUN=reference "$@" >/dev/null
