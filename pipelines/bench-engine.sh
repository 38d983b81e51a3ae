#!/usr/bin/env bash
# The engine: updates and decoding of policies with random weights, beside PyTorch and llama.cpp where `make bench-peers` was run.
# Rates are by the clock and by processor time; the share is of what matrix products alone reach in the same process, measured
# in turns with the work, so that a noisy machine is noisy for both.
set -euo pipefail
cd "$(dirname "$0")/.."
bench=.build/release/srar-bench
python=${BENCH_PYTHON:-.bench-peers/bin/python}
repeats=${BENCH_ENGINE_REPEATS:-3}

# Processors without such products imitate them, some very slowly.
has_bf16=$(grep -m1 -o -w avx512_bf16 /proc/cpuinfo || true)
has_onednn=$("$bench" products --repeats 1 --compute bf16-onednn 2>/dev/null || true)

# measure TITLE WORK OPTIONS...
measure() {
  local title=$1 work=$2
  shift 2
  echo
  echo "$title"
  row "srar f32" "$bench" engine --work "$work" --repeats "$repeats" "$@"
  # Weights in bf16 take half the time to read, which is what decoding waits for on any processor.
  if [[ -n $has_bf16 || $work == decode ]]; then
    row "srar bf16" "$bench" engine --work "$work" --repeats "$repeats" --compute bf16 "$@"
  fi
  [[ -z $has_onednn ]] || row "srar oneDNN" "$bench" engine --work "$work" --repeats "$repeats" --compute bf16-onednn "$@"
  [[ -x $python ]] || return 0
  local options=()
  for option in "$@"; do [[ $option == --shared ]] || options+=("$option"); done
  row "PyTorch f32" "$python" pipelines/bench_peers.py "$work" --repeats "$repeats" "${options[@]}"
  if [[ -n $has_bf16 ]]; then
    row "PyTorch bf16" "$python" pipelines/bench_peers.py "$work" --repeats "$repeats" --bf16 "${options[@]}"
  fi
  [[ $work == decode ]] || return 0
  for type in F32 BF16 Q4_1; do
    row "llama.cpp $type" "$python" pipelines/bench_llama.py --type "$type" "${options[@]}"
  done
}

# row NAME COMMAND...: what it measured, or that it could not.
row() {
  local name=$1
  shift
  printf '  %-14s %s\n' "$name" "$("$@" 2>/dev/null || echo "failed")"
}

echo "matrix products alone, 512 × 576 by 576 × 1536, one thread"
products=(products --repeats "$repeats")
row "srar f32" "$bench" "${products[@]}"
[[ ! -x $python ]] || row "PyTorch f32" "$python" pipelines/bench_peers.py "${products[@]}"
if [[ -n $has_bf16 ]]; then
  row "srar bf16" "$bench" "${products[@]}" --compute bf16
  [[ -z $has_onednn ]] || row "srar oneDNN" "$bench" "${products[@]}" --compute bf16-onednn
  [[ ! -x $python ]] || row "PyTorch bf16" "$python" pipelines/bench_peers.py "${products[@]}" --bf16
fi

smollm2=(--shape smollm2)
measure "SmolLM2-135M: update, 8 × 256 tokens" update "${smollm2[@]}" --rollouts 8 --response 255
measure "SmolLM2-135M: update, one group of 8, prompt 150, responses 200 (response tokens)" \
  update "${smollm2[@]}" --rollouts 8 --prompt 150 --response 200 --shared
measure "SmolLM2-135M: decoding, batch 32, prompt 128, 128 new" \
  decode "${smollm2[@]}" --rollouts 32 --prompt 128 --response 128
measure "SmolLM2-135M: decoding, batch 1" \
  decode "${smollm2[@]}" --rollouts 1 --prompt 16 --response 64
measure "4 layers, hidden 128, vocabulary 512: update, 64 × 128" update --rollouts 64 --response 127
measure "the same: sampling, batch 128, 16 + 112" decode --rollouts 128 --prompt 16 --response 112

echo
echo "cost of an update: 4 layers, hidden 128, one group with a prompt of 128"
printf '  %8s %8s\n' rollouts tokens
for rollouts in 1 2 4 8 16 32 64; do
  for tokens in 256 512 1024 2048 4096; do
    printf '  %8d %8d  %s\n' "$rollouts" "$tokens" \
      "$("$bench" engine --rollouts "$rollouts" --prompt 128 --response "$tokens" --shared)"
  done
done
