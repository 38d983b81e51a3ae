#!/usr/bin/env bash
# The batch files, run here by a stand-in for sbatch: the commands of a dry run, two small steps as `make train` makes them, a failed
# shard, judges behind addresses, and servers that come and go. BIN is the tools' folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
servers=
trap 'if [[ -n $servers ]]; then kill "$servers" 2>/dev/null || true; fi; rm -rf "$work"' EXIT
fail() { echo "test-slurm: $*" >&2; exit 1; }

scripts=(pipelines/slurm/*.sh pipelines/slurm/*.sbatch pipelines/slurm/fake/* pipelines/cluster/*.sh
  pipelines/options-secrets.sh)
for script in "${scripts[@]}"; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck --shell=bash --exclude=SC1091,SC2034,SC2153,SC2154 "${scripts[@]}"; fi

words=(PROBLEMS="$work/problems.jsonl.zst" POLICY="$work/policy" STEPS=2 GROUPS_PER_STEP=6 GROUP_SIZE=4 SHARDS=2
  MAX_RESPONSE_TOKENS=40 LEARNING_RATE=1e-3 TOOL_OPTIONS=--quiet ALLOW_NO_EFFECT=yes)
BIN=$BIN pipelines/cluster/reference.sh "$work" "${words[@]}"

# A dry run needs no Slurm and submits nothing.
make slurm BIN="$BIN" RUNS="$work" RUN=placed "${words[@]}" SLURM_OPTIONS=--dry-run > "$work/dry"
diff "$work/dry" - <<'COMMANDS'
sbatch --parsable --array=1-2 pipelines/slurm/shard.sbatch 1
sbatch --parsable --dependency=afterok:<shards-1> pipelines/slurm/update.sbatch 1
sbatch --parsable --array=1-2 --dependency=afterok:<update-1> pipelines/slurm/shard.sbatch 2
sbatch --parsable --dependency=afterok:<shards-2> pipelines/slurm/update.sbatch 2
COMMANDS
[[ ! -e $work/placed ]] || fail "a dry run has made files"

# What Slurm would keep and show holds no secret; the refusal does not show it either.
for options in '--header Authorization=hidden' '--url http://me:hidden@server/v1' '--url http://server/v1?key=hidden' \
  '--extra-body {"api_key":"hidden"}'; do
  status=0
  make slurm BIN="$BIN" RUNS="$work" RUN=secret "${words[@]}" JUDGE_OPTIONS="$options" SLURM_OPTIONS=--dry-run > "$work/said" 2>&1 || status=$?
  ((status == 2)) && grep -q 'JUDGE_OPTIONS holds' "$work/said" || fail "options with a secret were taken: $options"
  if grep -q hidden "$work/said"; then fail "a refusal shows the secret"; fi
done
make slurm BIN="$BIN" RUNS="$work" RUN=secret "${words[@]}" SLURM_OPTIONS=--dry-run \
  JUDGE_OPTIONS='--header Authorization=env:KEY --url http://server/v1?api-version=1' >/dev/null || fail "the place of a secret was refused"
if pipelines/slurm/submit.sh --dry-run servers "$work/addresses" 1 vllm serve --api-key hidden > "$work/said" 2>&1; then
  fail "a server's key was taken"
fi
echo "test-slurm: options with secrets are refused"

export PATH=$PWD/pipelines/slurm/fake:$PATH FAKE_SLURM=$work/slurm
mkdir "$FAKE_SLURM"
make slurm BIN="$BIN" RUNS="$work" RUN=placed "${words[@]}" >/dev/null
pipelines/cluster/compare.sh "$work/reference" "$work/placed" 2 || { cat "$FAKE_SLURM"/*.log >&2; fail "the placed steps differ"; }
echo "test-slurm: two steps through the batch files have the records and the policies of make train"

# Nothing is updated after a shard that failed.
make slurm BIN="$BIN" RUNS="$work" RUN=broken "${words[@]}" POLICY="$work/none" >/dev/null
[[ ! -e $work/broken/step-0001/policy ]] || fail "a step was updated without its shards"
grep -qx never "$FAKE_SLURM"/*.status || fail "what depends on a failed shard was run"
echo "test-slurm: after a failed shard nothing runs"

# Shards ask the judges whose addresses are in JUDGE_SERVERS. These judges, which end with this script, say how often each was
# asked; they know five items, and about others they are asked in vain, once.
coproc judges {
  PYTHONPATH=pipelines/scaling/tests exec python3 -B -c '
import sys
from loopback import Loopback
with Loopback(servers=2, latency_seconds=0, slots=8) as judges:
    print(*judges.urls, flush=True)
    for _ in sys.stdin:
        print(*judges.asked, flush=True)'
}
mkdir "$work/judges"
read -r -u "${judges[0]}" first second
echo "$first" > "$work/judges/1.url"
echo "$second" > "$work/judges/2.url"
asked() { echo >&"${judges[1]}" && read -r -u "${judges[0]}" counts && echo "$counts"; }
judged() {
  JUDGE_SERVERS=$work/judges JUDGE_SERVER_COUNT=2 make slurm BIN="$BIN" RUNS="$work" RUN=judged "${words[@]}" STEPS=1 "$@"
}
if judged >/dev/null 2>&1; then fail "judges that the built-in one would not ask were accepted"; fi
judged JUDGE_OPTIONS='--model loopback --attempts 1' >/dev/null
verdicts=$(zstdcat "$work/judged/step-0001/judged.jsonl.zst" | grep -c '"judge":{"status":"ok",.*"model":"loopback"') || true
[[ $verdicts == 24 ]] || { cat "$FAKE_SLURM"/*.log >&2; fail "judges have judged $verdicts rollouts of 24"; }
counts=$(asked)
calls=$(grep -ho '"attempts":[0-9]*' "$work"/judged/step-0001/judge.log.* | awk -F: '{ sum += $2 } END { print sum }')
((${counts% *} > 0 && ${counts#* } > 0 && ${counts% *} + ${counts#* } == calls)) \
  || fail "judges were asked $counts times, and the logs hold $calls calls"
rm "$work"/judged/step-0001/judged.jsonl.zst.*
judged JUDGE_OPTIONS='--model loopback --attempts 1' >/dev/null
zstdcat "$work"/judged/step-0001/judged.jsonl.zst.* | cmp - <(zstdcat "$work/judged/step-0001/judged.jsonl.zst")
[[ $(asked) == "$counts" ]] || fail "judges were asked again what the logs hold"
echo "test-slurm: shards ask the judges behind addresses, and a shard made again asks only its log"

# A server's address is there while the server is healthy.
mkdir "$work/site"
touch "$work/site/health"
# shellcheck disable=SC2016
pipelines/slurm/submit.sh servers "$work/addresses" 1 \
  bash -c 'echo $$ > "$0/pid"; exec python3 -m http.server --directory "$0" "$1"' "$work/site" "{port}" >/dev/null 2>&1 &
servers=$!
for ((i = 0; i < 200; i++)); do
  if compgen -G "$work/addresses/*.url" >/dev/null; then break; fi
  sleep 0.1
done
url=$(cat "$work"/addresses/*.url)
port=${url##*:}
curl --silent --fail "http://127.0.0.1:${port%/v1}/health" >/dev/null || fail "no server at $url"
kill "$(<"$work/site/pid")"
wait "$servers" || true
servers=
if compgen -G "$work/addresses/*.url" >/dev/null; then fail "the address of a server that ended is still there"; fi
echo "test-slurm: a server's address appears when it is healthy and goes with it"
