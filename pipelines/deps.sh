#!/usr/bin/env bash
# Finds the system libraries that the build needs, and installs those that are missing with apt.
# Says what it does; does nothing when all is there. An argument "PACKAGE HEADER" asks for one more.
set -euo pipefail

# package and the file whose presence says that it is installed
packages=(
  "libzstd-dev zstd.h"
  "libcurl4-openssl-dev curl/curl.h"
  "libsimdjson-dev simdjson.h"
  "$@"
)
folders=(/usr/include "/usr/include/$(uname -m)-linux-gnu" /usr/local/include)

missing=()
for entry in "${packages[@]}"; do
  read -r package header <<<"$entry"
  found=no
  for folder in "${folders[@]}"; do
    [[ -e "$folder/$header" ]] && found=yes
  done
  [[ $found == yes ]] || missing+=("$package")
done

if ! command -v swift >/dev/null; then
  echo "deps: no Swift on the PATH; install Swift 6.1 or newer from https://www.swift.org/install" >&2
  exit 69
fi
if ((${#missing[@]} == 0)); then
  exit 0
fi

run=()
if ((EUID != 0)); then
  if ! command -v sudo >/dev/null; then
    echo "deps: missing ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
    exit 69
  fi
  run=(sudo)
fi
if ! command -v apt-get >/dev/null; then
  echo "deps: missing ${missing[*]} (Debian's names), and there is no apt-get to install them with" >&2
  exit 69
fi
echo "deps: installing ${missing[*]}" >&2
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "${missing[@]}" >/dev/null
