"""Runs several updates in one start of the processes: `torchrun tests/run_cases.py CASES`, a list of argument lists as JSON."""

import json
import sys
from pathlib import Path

from srar_fsdp.__main__ import run
from srar_fsdp.processes import processes

with processes(None):
    for arguments in json.loads(Path(sys.argv[1]).read_text()):
        run(arguments)
