"""Writes the simulation's tables into a page, between its two marks."""

import argparse
from pathlib import Path

from .tables import UPDATE_SECONDS, report

START, END = "<!-- simulated: made by make scaling -->", "<!-- end of what make scaling made -->"


def main() -> None:
    """`python -m srar_scaling PAGE`."""
    parser = argparse.ArgumentParser(prog="srar_scaling", description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--update-seconds", type=float, default=UPDATE_SECONDS)
    options = parser.parse_args()
    page = options.page.read_text(encoding="utf-8")
    before, found, rest = page.partition(START)
    _, ended, after = rest.partition(END)
    if not (found and ended):
        parser.exit(65, f"srar_scaling: {options.page}: the marks {START!r} and {END!r} are missing\n")
    options.page.write_text(f"{before}{START}\n\n{report(options.update_seconds)}\n\n{END}{after}", encoding="utf-8")
    print(f"{options.page} has the tables")


main()
