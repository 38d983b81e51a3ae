#!/usr/bin/env bash
# srar-judge against a server on loopback that answers 50 ms after each question, 64 at a time: 1,280 requests/s are possible.
# Beside it the same requests by Python, where its library openai is installed (BENCH_PYTHON names an interpreter that has
# it): a client for each call in 64 threads, as the method's published trainer does, one shared asynchronous client, and bare
# sockets on asyncio. Then the memory that 100,000 records take.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.build/release
python=${BENCH_PYTHON:-.bench-peers/bin/python}
[[ -x $python ]] || python=python3
requests=${BENCH_REQUESTS:-12800}
records=${BENCH_RECORDS:-100000}
work=$(mktemp -d)
mkfifo "$work/hold"
exec 9<>"$work/hold"  # the servers end when nobody holds this open
trap 'exec 9>&-; kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

# $(serve DELAY): the port of a server that answers after so many milliseconds.
serve() {
  "$bin/srar-bench" serve --delay "$1" <"$work/hold" >"$work/port-$1" &
  until [[ -s $work/port-$1 ]]; do sleep 0.05; done
  port=$(<"$work/port-$1")
}

serve 50
"$bin/srar-bench" generate -q --short --records "$requests" --output "$work/rollouts.jsonl.zst"

cat >"$work/ask.py" <<'PY'
import asyncio, json, sys
way, port, count, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), 64
text = "Problem, solution and criteria. " * 120
form = {"type": "json_schema", "json_schema": {"name": "verdicts", "strict": True, "schema": {
    "type": "object", "properties": {"code": {"type": "string", "enum": ["0123456789abcdef"]}}}}}
request = dict(model="m", messages=[{"role": "user", "content": text}], temperature=0, max_tokens=4096,
               response_format=form)
url = f"http://127.0.0.1:{port}/v1"
if way == "threads":
    from concurrent.futures import ThreadPoolExecutor
    from openai import OpenAI
    def ask(_):
        client = OpenAI(base_url=url, api_key="none")
        return client.chat.completions.create(**request).choices[0].message.content
    with ThreadPoolExecutor(limit) as pool:
        assert all(pool.map(ask, range(count)))
elif way == "async":
    from openai import AsyncOpenAI
    async def main():
        client, slots = AsyncOpenAI(base_url=url, api_key="none"), asyncio.Semaphore(limit)
        async def ask():
            async with slots:
                reply = await client.chat.completions.create(**request)
                assert reply.choices[0].message.content
        await asyncio.gather(*(ask() for _ in range(count)))
    asyncio.run(main())
else:
    body = json.dumps(request, separators=(",", ":")).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    async def main():
        async def ask(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(count):
                writer.write(head + body)
                reply = await reader.readuntil(b"\r\n\r\n")
                length = int(reply.split(b"Content-Length: ")[1].split(b"\r\n")[0])
                assert json.loads(await reader.readexactly(length))["choices"]
        await asyncio.gather(*(ask(count // limit) for _ in range(limit)))
    asyncio.run(main())
PY

echo
echo "judging, 64 at a time, replies after 50 ms (1,280 requests/s are possible):"
# report NAME COUNT COMMAND...
report() {
  local name=$1 count=$2
  shift 2
  TIMEFORMAT='%R %U %S'
  local times
  times=$({ time "$@" >/dev/null 2>"$work/errors"; } 2>&1) || { cat "$work/errors" >&2; return 1; }
  echo "$times" | awk -v name="$name" -v count="$count" '{
    printf "  %-44s %6.0f requests/s  %6.2f CPU seconds per 1,000\n", name, count / $1, ($2 + $3) * 1000 / count }'
}
report "srar-judge" "$requests" \
  "$bin/srar-judge" -q --url "http://127.0.0.1:$port" --model m --concurrency 64 "$work/rollouts.jsonl.zst"
if command -v "$python" >/dev/null; then
  report "Python, bare sockets on asyncio" 6400 "$python" "$work/ask.py" sockets "$port" 6400
  if "$python" -c "import openai" 2>/dev/null; then
    report "Python, one asynchronous openai client" 1280 "$python" "$work/ask.py" async "$port" 1280
    report "Python, an openai client per call, 64 threads" 256 "$python" "$work/ask.py" threads "$port" 256
  fi
fi

echo
echo "judging $records records, the greatest memory:"
serve 5
"$bin/srar-bench" generate -q --short --records "$records" --output "$work/many.jsonl.zst"
for run in "asking for all of them" "with all of them in the log already"; do
  "$bin/srar-judge" -q --url "http://127.0.0.1:$port" --model m --concurrency 64 --log "$work/log" \
    "$work/many.jsonl.zst" >/dev/null &
  judge=$!
  peak=0
  while kill -0 "$judge" 2>/dev/null; do
    now=$(awk '/^VmHWM/ { print $2 }' "/proc/$judge/status" 2>/dev/null || true)
    [[ -z $now ]] || peak=$now
    sleep 0.1
  done
  wait "$judge"
  printf '  %-44s %6.0f MB\n' "$run" "$((peak / 1000))"
done
