#!/usr/bin/env bash
# Streams: decoding, splicing one object into every record and encoding again, beside what else is installed.
# All contenders take turns, so that a noisy machine is noisy for all; the table shows medians and ratios to the limit.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.build/release
runs=${BENCH_RUNS:-5}
megabytes=${BENCH_MB:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$bin/srar-bench" generate --megabytes "$megabytes" --output "$work/stream.jsonl.zst"

cat >"$work/splice.py" <<'PY'
import json, sys
import zstandard
level, library = int(sys.argv[1]), sys.argv[2]
if library == "orjson":
    import orjson
    loads, dumps = orjson.loads, orjson.dumps
else:
    loads, dumps = json.loads, lambda value: json.dumps(value).encode()
reader = zstandard.ZstdDecompressor().stream_reader(sys.stdin.buffer)
writer = zstandard.ZstdCompressor(level=level).stream_writer(sys.stdout.buffer)
rest, number = b"", 0
while chunk := reader.read(1 << 20):
    *lines, rest = (rest + chunk).split(b"\n")
    for line in lines:
        record = loads(line)
        record["bench"] = {"number": number}
        writer.write(dumps(record) + b"\n")
        number += 1
writer.close()
PY

# Each contender is a shell command that reads $stream and writes to /dev/null at $level.
names=("zstd -d | zstd (the limit)" "srar")
commands=('zstd -dcq "$stream" | zstd -cq -"$level" >/dev/null'
  '"$bin/srar-bench" splice -q "$stream" --zstd --compression-level "$level" | cat >/dev/null')
if ! command -v zstd >/dev/null; then
  echo "bench: the command zstd is needed for the limit; install the package zstd" >&2
  exit 69
fi
if command -v jq >/dev/null; then
  names+=("zstd -d | jq -c . | zstd")
  commands+=('zstd -dcq "$stream" | jq -c ".bench={number:1}" | zstd -cq -"$level" >/dev/null')
fi
for library in orjson json; do
  if python3 -c "import zstandard, $library" 2>/dev/null; then
    names+=("Python, $library + zstandard")
    commands+=("python3 '$work/splice.py' \"\$level\" $library <\"\$stream\" >/dev/null")
  fi
done

export bin stream="$work/stream.jsonl.zst" level
for level in 1 3; do
  for ((run = 0; run < runs; run++)); do
    for index in "${!names[@]}"; do
      # The slow ones need no precision.
      if ((run >= 2)) && [[ "${names[index]}" == *jq* || "${names[index]}" == *", json"* ]]; then continue; fi
      start=$(date +%s.%N)
      bash -o pipefail -c "${commands[index]}"
      end=$(date +%s.%N)
      echo "$index $(echo "$end $start" | awk '{ print $1 - $2 }')" >>"$work/times-$level"
    done
  done
  echo
  echo "streams, $megabytes MB, zstd level $level: median seconds of $runs runs, ratio to the limit"
  limit=
  for index in "${!names[@]}"; do
    median=$(awk -v i="$index" '$1 == i { print $2 }' "$work/times-$level" | sort -n |
      awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')
    [[ -n $limit ]] || limit=$median
    printf '  %-32s %6.2f s  %5.2f\n' "${names[index]}" "$median" \
      "$(echo "$median $limit" | awk '{ print $1 / $2 }')"
  done
done

pipelines/bench-answers.sh
pipelines/bench-judge.sh
