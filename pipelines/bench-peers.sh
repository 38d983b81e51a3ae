#!/usr/bin/env bash
# Sets up what `make bench` measures beside, in a folder that git ignores: PyTorch and transformers for the engine, llama.cpp for
# its decoding, math-verify for the answers, openai for the judge.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.bench-peers
if [[ ! -x $folder/bin/python ]]; then
  echo "bench-peers: making $folder, about 5 GB; llama.cpp is compiled, which takes minutes" >&2
  python3 -m venv "$folder"
fi
"$folder/bin/pip" install --quiet torch transformers math-verify openai
"$folder/bin/pip" install --quiet llama-cpp-python gguf
"$folder/bin/python" -c 'import llama_cpp, torch, transformers
print("bench-peers: torch", torch.__version__, "transformers", transformers.__version__, "llama-cpp-python", llama_cpp.__version__)'
