"""`srar-judge | srar-reward` for rollouts that come one by one.

verl asks for the reward of each rollout as soon as it is sampled. One srar-judge lives as long as the reward manager: its pace, its
connections and its log then hold for all of them, and a log that grows is read once. Judged records go through srar-reward as they
come.
"""

import atexit
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue

from .errors import AnswerMismatch, SrarError, ToolFailed
from .filters import LAST_WORDS, filtered, last_words

# What a pipe hands over at once, at most.
CHUNK_BYTES = 1 << 20
# How long an ending process waits for the verdicts that are under way.
CLOSE_SECONDS = 10


class JudgePipe:
    """A running judge with the rewards behind it; records go in and come out in the same order.

    Three threads: one writes to the judge, which may keep it waiting, one reads verdicts and makes rewards, one shows what the
    judge says.
    """

    def __init__(self, judge: Sequence[str], reward: Sequence[str]):
        """Starts the judge.

        Arguments:
            judge: its command line, which reads standard input and writes plain lines.
            reward: the command line of the rewards, likewise.
        """
        self._tool, self._reward = Path(judge[0]).name, reward
        self._process = subprocess.Popen(judge, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._lock = threading.Lock()
        self._waiting: deque[Future[bytes]] = deque()
        self._unwritten: SimpleQueue[bytes | None] = SimpleQueue()
        self._failure: Exception | None = None
        self._is_closing = False
        self._said: deque[str] = deque(maxlen=LAST_WORDS)
        # Who reads waits for who shows in the end, which must have been started by then.
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._show, self._write, self._read)]
        for thread in self._threads:
            thread.start()
        atexit.register(self.close)

    def submit(self, line: bytes) -> "Future[bytes]":
        """Hands a record to the judge; the future is the rewarded record's line, or the error that ended the pipe."""
        future: Future[bytes] = Future()
        # Who waits may give up; the record is judged all the same, and its answer still has a place.
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._failure is not None:
                future.set_exception(self._failure)
            elif self._is_closing:
                future.set_exception(AnswerMismatch(self._tool, "is closed"))
            else:
                self._waiting.append(future)
                self._unwritten.put(line)
        return future

    def close(self) -> None:
        """Ends the judge after what it was given; a second time nothing happens."""
        with self._lock:
            if self._is_closing:
                return
            self._is_closing = True
            self._unwritten.put(None)
        atexit.unregister(self.close)
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)
        if self._process.poll() is None:
            self._process.kill()

    def _write(self) -> None:
        stdin = self._process.stdin
        try:
            while (line := self._unwritten.get()) is not None:
                stdin.write(line + b"\n")
                stdin.flush()
            stdin.close()
        except OSError:
            # The judge has ended; the thread that reads finds out why.
            return

    def _read(self) -> None:
        output, rest = self._process.stdout.fileno(), b""
        try:
            while chunk := os.read(output, CHUNK_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                self._deliver(filtered(self._reward, lines))
            self._process.wait()
            self._threads[0].join()
            self._end(self._ending())
        except Exception as error:
            # Whatever it is: a thread that ended silently would leave everyone waiting.
            self._process.kill()
            self._end(error)

    def _deliver(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            with self._lock:
                if not self._waiting:
                    raise AnswerMismatch(self._tool, "gave back more records than it was given")
                future = self._waiting.popleft()
            future.set_result(line)

    def _ending(self) -> SrarError:
        status = self._process.returncode
        if status != 0:
            return ToolFailed(self._tool, status, last_words(list(self._said)))
        with self._lock:
            if self._is_closing and not self._waiting:
                return AnswerMismatch(self._tool, "is closed")
            return AnswerMismatch(self._tool, "ended before its input did")

    def _end(self, failure: Exception) -> None:
        """No answer comes any more: everyone who waits, and everyone who comes, is told why."""
        with self._lock:
            self._failure = failure
            waiting, self._waiting = self._waiting, deque()
            self._unwritten.put(None)
        for future in waiting:
            future.set_exception(failure)

    def _show(self) -> None:
        for line in self._process.stderr:
            text = line.decode(errors="replace")
            self._said.append(text)
            sys.stderr.write(text)
