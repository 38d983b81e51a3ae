#!/usr/bin/env bash
# Finds the system libraries that the build needs, and installs those that are missing with apt.
# Says what it does; does nothing when all is there. An argument "PACKAGE HEADER" asks for one more.
# KaTeX, which sets the formulas of report pages, is optional: where it cannot be installed, pages show their source.
set -euo pipefail
cd "$(dirname "$0")/.."

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

# Installs packages with apt, as root or by sudo with the options given first, up to "--".
install() {
  local run=()
  if ((EUID != 0)); then run=(sudo); fi
  while [[ $1 != -- ]]; do
    ((EUID == 0)) || run+=("$1")
    shift
  done
  shift
  "${run[@]}" apt-get update -qq
  "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! command -v swift >/dev/null; then
  echo "deps: no Swift on the PATH; install Swift 6.1 or newer from https://www.swift.org/install" >&2
  exit 69
fi
if ((${#missing[@]} > 0)); then
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    echo "deps: missing ${missing[*]}; install them as root: apt-get install ${missing[*]}" >&2
    exit 69
  fi
  if ! command -v apt-get >/dev/null; then
    echo "deps: missing ${missing[*]} (Debian's names), and there is no apt-get to install them with" >&2
    exit 69
  fi
  echo "deps: installing ${missing[*]}" >&2
  install -- "${missing[@]}"
fi

# KaTeX is tried once; a failure is noted in the folder of the build, so that not every build tries again.
katex_folders=(/usr/share/javascript/katex /usr/share/nodejs/katex/dist /usr/local/lib/node_modules/katex/dist
  /usr/lib/node_modules/katex/dist)
attempt=.build/katex-not-installed
found=no
for folder in "${katex_folders[@]}"; do
  [[ -e "$folder/katex.min.js" ]] && found=yes
done
if [[ $found == no && ! -e $attempt ]]; then
  echo "deps: installing libjs-katex, which sets the formulas of report pages" >&2
  if ! (command -v apt-get && install -n -- libjs-katex) >/dev/null 2>&1; then
    echo "deps: libjs-katex cannot be installed here; report pages will show formulas as their source" >&2
    mkdir -p .build
    touch "$attempt"
  fi
fi
