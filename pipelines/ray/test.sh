#!/usr/bin/env bash
# A run's steps as jobs of a Ray of one node that is started here: the command of a dry run, two small steps as `make train`
# makes them, going on, and a failed shard. BIN is the tools' folder; Ray is in .ray/.
set -euo pipefail
cd "$(dirname "$0")/../.."
# Ray's sockets are in the folder, and their paths must be short.
work=$(mktemp -d /tmp/srar-ray.XXXXXX)
node=
stop() {
  if [[ -n $node ]]; then
    kill "$node" 2>/dev/null || true
    wait "$node" 2>/dev/null || true
    # The dashboard's processes notice that they are alone, and end.
    for ((i = 0; i < 20; i++)); do kill -0 -- "-$node" 2>/dev/null || break; sleep 1; done
    kill -KILL -- "-$node" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
fail() { echo "test-ray: $*" >&2; exit 1; }

bash -n pipelines/ray/test.sh
words=(PROBLEMS="$work/problems.jsonl.zst" POLICY="$work/policy" STEPS=2 GROUPS_PER_STEP=6 GROUP_SIZE=4 SHARDS=2
  MAX_RESPONSE_TOKENS=40 LEARNING_RATE=1e-3 TOOL_OPTIONS=--quiet ALLOW_NO_EFFECT=yes)
# The node is said to have a GPU, so that asking for one is tried, too.
resources='--shard-cpus 1 --update-cpus 1 --update-gpus 1'
BIN=$BIN pipelines/cluster/reference.sh "$work" "${words[@]}"

# A dry run needs no Ray and submits nothing.
make ray BIN="$BIN" RUNS="$work" RUN=placed "${words[@]}" RAY_OPTIONS="--dry-run --update-gpus 8" > "$work/dry"
grep -q "^ray job submit --runtime-env-json '{.*\"RUN_FOLDER\": \"$work/placed\".*}' -- python $PWD/pipelines/ray/drive.py --update-gpus 8 1 2\$" \
  "$work/dry" || fail "a dry run printed $(<"$work/dry")"
[[ ! -e $work/placed ]] || fail "a dry run has made files"
# COMPUTE is for what the tools compute: not for servers, and beside options of the command line.
compute() { make ray BIN="$BIN" RUNS="$work" RUN=placed "${words[@]}" RAY_OPTIONS=--dry-run COMPUTE=bf16 ROLLOUT_OPTIONS=-n2 "$@"; }
compute | grep -q '"ROLLOUT_OPTIONS": "--compute bf16 -n2".*"UPDATE_OPTIONS": "--compute bf16 ' || fail "COMPUTE was not handed on"
compute SAMPLING_SERVERS=servers SHARDS=1 | grep -q '"ROLLOUT_OPTIONS": "-n2".*"UPDATE_OPTIONS": "--compute bf16 ' \
  || fail "COMPUTE was handed to servers"

# What Ray would keep and show holds no secret.
if compute JUDGE_OPTIONS='--header Authorization=hidden' > "$work/said" 2>&1 || grep -q hidden "$work/said"; then
  fail "options with a secret were taken or shown"
fi

free_port() { python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# Ray listens on every address of the machine and runs what it is sent: only who has the token may send. With --block the node ends
# with the process that started it, and set -m puts that one at the head of a group.
export PATH=$PWD/.ray/bin:$PATH RAY_USAGE_STATS_ENABLED=0 RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(python -c 'import secrets; print(secrets.token_hex(32))')
export RAY_AUTH_TOKEN
port=$(free_port)
set -m
ray start --head --block --num-cpus 2 --num-gpus 1 --port 0 --dashboard-host 127.0.0.1 --dashboard-port "$port" \
  --dashboard-agent-listen-port 0 --ray-client-server-port "$(free_port)" --object-store-memory 100000000 --temp-dir "$work/node" \
  --disable-usage-stats > "$work/node.log" 2>&1 &
node=$!
set +m
export RAY_ADDRESS=http://127.0.0.1:$port
for ((i = 0; ; i++)); do
  if ray job list >/dev/null 2>&1; then break; fi
  if ! kill -0 "$node" 2>/dev/null || ((i == 60)); then cat "$work/node.log" >&2; fail "no Ray has started"; fi
  sleep 1
done

if RAY_AUTH_TOKEN=$(printf '0%.0s' {1..64}) ray job list >/dev/null 2>&1; then fail "this Ray takes jobs from anyone"; fi

# job RUN WORDS…: a run's steps as a job, its output in RUN.log.
job() {
  make ray BIN="$BIN" RUNS="$work" RUN="$1" "${words[@]}" RAY_OPTIONS="$resources" "${@:2}" > "$work/$1.log" 2>&1
}

job placed || { cat "$work/placed.log" >&2; fail "the job failed"; }
pipelines/cluster/compare.sh "$work/reference" "$work/placed" 2 || fail "the placed steps differ"
echo "test-ray: two steps as a Ray job have the records and the policies of make train"

# Submitted again, a run makes what is missing: here the second step, whose shard 2 is there.
times() { stat --format %Y.%y "$work/placed/step-0001/policy/config.json" "$work/placed/step-0002/judged.jsonl.zst.2-of-2"; }
made=$(times)
rm -r "$work/placed/step-0002/policy" "$work/placed/step-0002/judged.jsonl.zst.1-of-2"
job placed || { cat "$work/placed.log" >&2; fail "the job that goes on failed"; }
[[ $(times) == "$made" ]] || fail "a run that went on made again what was there"
pipelines/cluster/compare.sh "$work/reference" "$work/placed" 2 || fail "the steps of a run that went on differ"
echo "test-ray: a run goes on where it was"

if job broken POLICY="$work/none"; then fail "a job with a failed shard succeeded"; fi
grep -q "drive.py: shard.sh 1 1 ended with status" "$work/broken.log" || { cat "$work/broken.log" >&2; fail "the job does not say what failed"; }
grep -q "$work/none" "$work/broken.log" || fail "the job does not say why"
[[ ! -e $work/broken/step-0001/policy ]] || fail "a step was updated without its shards"
echo "test-ray: a failed shard fails the job with its message, and nothing is updated"
