#!/usr/bin/env bash
# Sets up a Python environment in a folder that git ignores: python-env.sh FOLDER REQUIREMENTS. Where it was made of the same
# requirements already, nothing is done; one that was interrupted is taken up again.
set -euo pipefail
folder=$1 requirements=$2
if cmp --silent "$requirements" "$folder/requirements.txt"; then exit 0; fi
command -v python3 >/dev/null || { echo "python-env: python3 is needed" >&2; exit 69; }
echo "python-env: setting up $folder with $requirements" >&2
[[ -x $folder/bin/python ]] || python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --requirement "$requirements"
cp "$requirements" "$folder/requirements.txt"
