"""How the package says that something went wrong: one line, `place: what is wrong; what to do`."""


class SrarError(Exception):
    """An error that a user may meet."""


class OptionError(SrarError):
    """An option of `algorithm.srar` that is wrong."""

    def __init__(self, option: str, problem: str):
        super().__init__(f"algorithm.srar.{option}: {problem}")


class ToolMissing(SrarError):
    """A tool that is not where it was looked for."""

    def __init__(self, tool: str, place: str):
        super().__init__(f"{tool}: no such program {place}; build srar and name the folder with '+algorithm.srar.bin=FOLDER'")


class ToolFailed(SrarError):
    """A tool that ended with another status than 0; its status and its last words."""

    def __init__(self, tool: str, status: int, words: str):
        self.tool, self.status, self.words = tool, status, words
        end = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        super().__init__(f"{tool}: {end}: {words or 'it said nothing'}")


class AnswerMismatch(SrarError):
    """A tool that gave back other records than it was given."""

    def __init__(self, tool: str, problem: str):
        super().__init__(f"{tool}: {problem}")


class BadSample(SrarError):
    """A sample of verl's that lacks what a record needs."""

    def __init__(self, place: str, problem: str):
        super().__init__(f"{place}: {problem}")


class UnsupportedTokenizer(SrarError):
    """A tokenizer whose tokens' bytes are not known exactly."""

    def __init__(self, name: str, problem: str):
        super().__init__(f"{name}: {problem}; steps need the exact bytes of each token, which byte-level BPE has")


class RecordsMissing(SrarError):
    """An estimator that was called without the records that the reward manager made."""

    def __init__(self, problem: str):
        super().__init__(f"srar: {problem}")


class BatchMismatch(SrarError):
    """A row of verl's batch that does not fit its record."""

    def __init__(self, row: int, record: str, problem: str):
        super().__init__(f"row {row} of the batch, record {record}: {problem}")
