"""Starts the processes of an update by torchrun, and ends with their exit status.

NPROC says how many processes run here (1); NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT place the others, as torchrun's
options of these names do.
"""

import logging
import os
import sys
from typing import NoReturn

from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import get_args_parser
from torch.distributed.run import run as torchrun

from . import terminal
from .errors import ExitStatus
from .options import UsageError, parsed


def main() -> NoReturn:
    """Checks the options, so that help and wrong usage start nothing, and runs `python -m srar_fsdp` in each process."""
    arguments = sys.argv[1:]
    try:
        parsed(arguments)
    except UsageError as error:
        terminal.say(str(error))
        sys.exit(ExitStatus.USAGE)
    processes, nodes = os.environ.get("NPROC", "1"), os.environ.get("NNODES", "1")
    placing = ["--nproc-per-node", processes, "--nnodes", nodes]
    if nodes == "1":
        placing.append("--standalone")
    else:
        missing = [name for name in ("MASTER_ADDR", "NODE_RANK") if name not in os.environ]
        if missing:
            terminal.say(f"NNODES is {nodes}, but {' and '.join(missing)} not set; set both on every node")
            sys.exit(ExitStatus.USAGE)
        address, port = os.environ["MASTER_ADDR"], os.environ.get("MASTER_PORT", "29500")
        placing += ["--node-rank", os.environ["NODE_RANK"], "--master-addr", address, "--master-port", port]
    # torchrun gives several processes one thread each and says so on every run; said by us, it is silent.
    if processes != "1":
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    # torchrun's own notes say nothing that the tool does not.
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    options = get_args_parser().parse_args([*placing, "--module", "srar_fsdp", *arguments])
    try:
        torchrun(options)
    except ChildFailedError as error:
        _, failure = error.get_first_failure()
        sys.exit(failure.exitcode if failure.exitcode > 0 else 128 - failure.exitcode)
    sys.exit(ExitStatus.SUCCESS)


if __name__ == "__main__":
    main()
