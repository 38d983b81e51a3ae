"""How the package says that something went wrong: one line, `place: what is wrong; what to do`.

An error keeps its values and makes its words when it is read, so that it can travel from one of Ray's workers to another.
"""


class SrarError(Exception):
    """An error that a user may meet."""


class OptionError(SrarError):
    """An option of `algorithm.srar` that is wrong."""

    def __init__(self, option: str, problem: str):
        super().__init__(option, problem)

    def __str__(self) -> str:
        return "algorithm.srar.{}: {}".format(*self.args)


class ToolMissing(SrarError):
    """A tool that is not where it was looked for: its name, and the place in words."""

    def __init__(self, tool: str, place: str):
        super().__init__(tool, place)

    def __str__(self) -> str:
        return "{}: no such program {}; build srar and name the folder with '+algorithm.srar.bin=FOLDER'".format(*self.args)


class ToolFailed(SrarError):
    """A tool that ended with another status than 0: its name, its status, negative for a signal, and its last words."""

    def __init__(self, tool: str, status: int, words: str):
        super().__init__(tool, status, words)

    def __str__(self) -> str:
        tool, status, words = self.args
        end = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        return f"{tool}: {end}: {words or 'it said nothing'}"


class AnswerMismatch(SrarError):
    """A tool that gave back other records than it was given."""

    def __init__(self, tool: str, problem: str):
        super().__init__(tool, problem)

    def __str__(self) -> str:
        return "{}: {}".format(*self.args)


class BadSample(SrarError):
    """A sample of verl's that lacks what a record needs, and where."""

    def __init__(self, place: str, problem: str):
        super().__init__(place, problem)

    def __str__(self) -> str:
        return "{}: {}".format(*self.args)


class UnsupportedTokenizer(SrarError):
    """A tokenizer whose tokens' bytes are not known exactly."""

    def __init__(self, name: str, problem: str):
        super().__init__(name, problem)

    def __str__(self) -> str:
        return "{}: {}; steps need the exact bytes of each token, which byte-level BPE has".format(*self.args)


class RecordsMissing(SrarError):
    """An estimator that was called without the records that the reward manager made."""

    def __init__(self, problem: str):
        super().__init__(problem)

    def __str__(self) -> str:
        return "srar: {}".format(*self.args)


class BatchMismatch(SrarError):
    """A row of verl's batch that does not fit its record: the row's number, the record's id."""

    def __init__(self, row: int, record: str, problem: str):
        super().__init__(row, record, problem)

    def __str__(self) -> str:
        return "row {} of the batch, record {}: {}".format(*self.args)
