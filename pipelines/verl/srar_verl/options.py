"""What `algorithm.srar` of verl's configuration says: where the tools are, and the options that are handed to each."""

import shlex
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from .errors import OptionError, ToolMissing

# Options that would part a stream from the batch it belongs to: every record must come back, once, in order, as plain text.
FORBIDDEN = {
    "--output": "the records come back to verl",
    "--zstd": "the records come back as plain text",
    "--rejects": "every rollout of the batch must come back",
    "--shard": "every rollout of the batch must come back",
    "--drop-uniform-groups": "every rollout of the batch must come back; verl drops such groups with 'algorithm.filter_groups'",
    "--max-groups": "every rollout of the batch must come back",
}


@dataclass(frozen=True)
class Options:
    """The members of `algorithm.srar`; all defaults live here."""

    bin: str | None = None
    """The folder of srar's tools; PATH where it is not given."""
    prep: str = ""
    """Options of `srar-prep --from trainer`, which reads the columns of the data set."""
    judge: str = ""
    """Options of `srar-judge`."""
    log: str | None = None
    """The judge's log; `{host}` stands for the machine's name. None is `judge-{host}.log.jsonl` in `trainer.default_local_dir`."""
    reward: str = ""
    """Options of `srar-reward`."""
    advantage: str = ""
    """Options of `srar-advantage`."""
    max_missing: float = 0.05
    """The share of a step's rollouts that may be lost on the way to the estimator; as `--max-failures` of `srar-judge`."""

    @staticmethod
    def of(algorithm: Mapping | None) -> "Options":
        """The options in a configuration's `algorithm`; throws OptionError for a name or a word that is none of ours."""
        given = dict((algorithm.get("srar") if algorithm is not None else None) or {})
        known = [field.name for field in fields(Options)]
        for name in given:
            if name not in known:
                raise OptionError(name, f"no such option; there are {', '.join(known)}")
        options = Options(**{name: value for name, value in given.items() if value is not None})
        for name in ("prep", "judge", "reward", "advantage"):
            _check(name, getattr(options, name))
        if not isinstance(options.max_missing, int | float) or not 0 <= options.max_missing <= 1:
            raise OptionError("max_missing", f"must be in 0 ... 1, but is {options.max_missing}")
        return options

    def command(self, tool: str, words: str = "") -> list[str]:
        """The beginning of a command line; throws ToolMissing where there is no such program."""
        path = shutil.which(tool, path=self.bin)
        if path is None:
            raise ToolMissing(tool, f"in {self.bin}" if self.bin else "on the PATH")
        return [path, *shlex.split(words)]

    def log_path(self, folder: str | None) -> Path:
        """Where the judge's log lies; its folder is made. Throws OptionError where nothing says where.

        Arguments:
            folder: `trainer.default_local_dir`.
        """
        if self.log is None and not folder:
            raise OptionError("log", "is not given, and neither is 'trainer.default_local_dir'")
        path = Path(self.log) if self.log else Path(folder or "", "judge-{host}.log.jsonl")
        path = Path(str(path).replace("{host}", socket.gethostname())).absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _check(name: str, words: str) -> None:
    if not isinstance(words, str):
        raise OptionError(name, f"must be a text of options, but is {words!r}")
    try:
        split = shlex.split(words)
    except ValueError as error:
        raise OptionError(name, f"'{words}' cannot be parted into words: {str(error).lower()}") from None
    for word in split:
        reason = FORBIDDEN.get(word.partition("=")[0])
        if reason is not None:
            raise OptionError(name, f"'{word}' cannot be given: {reason}")
