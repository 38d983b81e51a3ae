"""The simulation against the real srar-judge and servers on loopback: predicted and measured wall time."""

import json
import os
import statistics
import subprocess
import time
import unittest
from dataclasses import replace
from pathlib import Path

from srar_scaling.judging import Judging, judged_at
from tests.loopback import Loopback

BIN = Path(os.environ.get("SRAR_BIN", Path(__file__).parents[3] / ".build/release"))
# A tenth; what a process takes to start; and how late a loaded machine is with each round of replies. Other work only slows a run,
# so that one of three within these bounds suffices.
SHARE, START_SECONDS, ROUND_SECONDS, TRIES = 0.10, 0.25, 0.01, 3
USED_TOKENS = 980


def records(count: int) -> list[bytes]:
    command = [BIN / "srar-bench", "generate", "--quiet", "--short", "--plain", "--records", str(count)]
    return subprocess.run(command, check=True, capture_output=True).stdout.splitlines(keepends=True)


def measured(judging: Judging, arrivals: list[float], lines: list[bytes]) -> tuple[float, Loopback]:
    """Seconds until srar-judge has judged all, and the servers that it asked."""
    with Loopback(judging.servers, judging.latency_seconds, judging.slots_per_server, USED_TOKENS) as loopback:
        command = [BIN / "srar-judge", "--quiet", "--plain", "--model", "m", "--concurrency", str(judging.concurrency)]
        for url in loopback.urls:
            command += ["--url", url]
        for option in ("requests_per_minute", "tokens_per_minute"):
            if limit := getattr(judging, option):
                command += [f"--{option.replace('_', '-')}", str(limit)]
        start = time.monotonic()
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as judge:
            # What srar-judge writes here fits into the pipe until it is read.
            for line, arrival in zip(lines, arrivals, strict=True):
                time.sleep(max(0, start + arrival - time.monotonic()))
                judge.stdin.write(line)
                judge.stdin.flush()
            output, _ = judge.communicate()
        seconds = time.monotonic() - start
    assert judge.returncode == 0, f"srar-judge ended with {judge.returncode}"
    judged = [json.loads(line)["judge"]["status"] for line in output.splitlines()]
    assert judged == ["ok"] * len(lines), "a rollout was not judged"
    return seconds, loopback


class Predictions(unittest.TestCase):
    def check(self, judging: Judging, count: int, over_seconds: float = 0.0):
        lines = records(count)
        arrivals = [over_seconds * index / count for index in range(count)]
        for _ in range(TRIES):
            seconds, loopback = measured(judging, arrivals, lines)
            reserved = 1024 + round(statistics.mean(loopback.prompt_bytes) / 4)
            predicted = max(judged_at(arrivals, replace(judging, reserved_tokens=reserved, used_tokens=USED_TOKENS)))
            print(f"  {self._testMethodName}: predicted {predicted:.2f} s, measured {seconds:.2f} s", flush=True)
            self.assertGreater(seconds, predicted * (1 - SHARE))
            rounds = count / min(judging.concurrency, judging.servers * judging.slots_per_server)
            if seconds < predicted * (1 + SHARE) + START_SECONDS + rounds * ROUND_SECONDS:
                break
        else:
            self.fail(f"{TRIES} runs took longer than predicted")
        self.assertEqual(sum(loopback.asked), count)
        # The fewest under way: no server is left out.
        self.assertLess(max(loopback.asked), 1.3 * count / judging.servers + 2)

    def test_one_server_50_ms(self):
        self.check(Judging(servers=1, latency_seconds=0.05, slots_per_server=8, concurrency=8), 320)

    def test_one_server_whose_slots_are_fewer_than_asked_at_once(self):
        self.check(Judging(servers=1, latency_seconds=0.05, slots_per_server=4, concurrency=32), 160)

    def test_two_servers_200_ms(self):
        self.check(Judging(servers=2, latency_seconds=0.2, slots_per_server=8, concurrency=16), 160)

    def test_four_servers_1000_ms(self):
        self.check(Judging(servers=4, latency_seconds=1, slots_per_server=4, concurrency=16), 48)

    def test_requests_per_minute(self):
        self.check(Judging(servers=2, latency_seconds=0.05, slots_per_server=8, concurrency=16, requests_per_minute=1200), 60)

    def test_tokens_per_minute(self):
        self.check(Judging(servers=2, latency_seconds=0.05, slots_per_server=8, concurrency=16, tokens_per_minute=1_200_000), 60)

    def test_rollouts_that_come_over_time(self):
        self.check(Judging(servers=2, latency_seconds=0.2, slots_per_server=8, concurrency=16), 60, over_seconds=2.5)


if __name__ == "__main__":
    unittest.main()
