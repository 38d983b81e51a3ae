#!/usr/bin/env bash
# A report's page in a headless Chromium: it opens without a complaint, filters, links and keys work, a hostile response does nothing, and different
# formulas never look alike.
# Chromium is Debian's package "chromium"; CHROMIUM names another one. Screenshots are left in .report-shots/ to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [[ -z $browser ]]; then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "test-report: installing chromium" >&2
    apt-get update -qq && apt-get install -y -qq chromium >/dev/null
    browser=$(command -v chromium)
  else
    echo "test-report: chromium is needed: sudo apt-get install chromium, or CHROMIUM=path" >&2
    exit 69
  fi
fi
command -v python3 >/dev/null || { echo "test-report: python3 is needed" >&2; exit 69; }
exec python3 pipelines/test_report.py --browser "$browser" --tool .build/release/srar-report --shots .report-shots "$@"
