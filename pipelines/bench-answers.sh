#!/usr/bin/env bash
# Answers: how many pairs a second one core compares, and the slowest pair, over the files that are there and the hostile
# texts; beside math-verify where python3 (or BENCH_PYTHON) has it.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.build/release
data=${BENCH_ANSWERS:-../shared/data}
python=${BENCH_PYTHON:-.bench-peers/bin/python}
[[ -x $python ]] || python=python3

echo
echo "answers, one core, processor time: medians of 9 runs, a pair's shortest time"
"$bin/srar-bench" answers --repeats 9 Tests/Fixtures/answers/hostile.jsonl
files=()
for file in "$data"/answers/equivalence.jsonl "$data"/gsm8k/model_solutions.jsonl.zst \
  "$data"/outputs/math_cot.jsonl.zst "$data"/benchmarks/*.jsonl.zst; do
  [[ -f $file ]] && files+=("$file")
done
if ((${#files[@]} == 0)); then
  echo "  no pairs under $data: BENCH_ANSWERS names a folder with answers/equivalence.jsonl and the like"
  exit
fi
"$bin/srar-bench" answers --repeats 9 "${files[@]}"
if "$python" -c "import math_verify" 2>/dev/null && [[ -f $data/answers/equivalence.jsonl ]]; then
  "$python" pipelines/bench_answers.py "$data/answers/equivalence.jsonl"
else
  echo "  math-verify is not there to compare with: make bench-peers sets it up"
fi
