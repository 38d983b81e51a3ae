"""The pipe that rollouts take one by one, with small stand-ins for the tools."""

import asyncio
import sys

import pytest

from srar_verl.errors import AnswerMismatch, ToolFailed
from srar_verl.judge_pipe import JudgePipe

SAME = ["cat"]


@pytest.fixture
def pipe():
    pipes = []

    def make(judge=SAME, reward=SAME) -> JudgePipe:
        pipes.append(JudgePipe(judge, reward))
        return pipes[-1]

    yield make
    for made in pipes:
        made.close()


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_each_record_has_its_own_answer_in_any_number(pipe):
    lines = [b"%d " % number + b"x" * (number * 37 % 5000) for number in range(500)]
    futures = [pipe().submit(line) for line in lines[:3]]
    assert [future.result(10) for future in futures] == lines[:3]
    one = pipe()
    futures = [one.submit(line) for line in lines]
    assert [future.result(10) for future in futures] == lines


def test_an_answer_comes_while_the_judge_waits_for_more(pipe):
    one = pipe()
    assert one.submit(b"first").result(10) == b"first"
    assert one.submit(b"second").result(10) == b"second"


def test_who_gives_up_waiting_does_not_disturb_the_others(pipe):
    one = pipe(
        judge=python(
            "import sys, time\nfor line in sys.stdin.buffer: time.sleep(.2); sys.stdout.buffer.write(line); sys.stdout.flush()"
        )
    )

    async def impatient():
        task = asyncio.ensure_future(asyncio.wrap_future(one.submit(b"given up")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.wait_for(asyncio.wrap_future(one.submit(b"waited for")), 10)

    assert asyncio.run(impatient()) == b"waited for"


def test_a_judge_that_dies_fails_those_who_wait_and_those_who_come(pipe, capfd):
    one = pipe(judge=python("import sys; sys.stdin.readline(); sys.exit('the key is wrong')"))
    futures = [one.submit(b"record") for _ in range(3)]
    for future in futures:
        with pytest.raises(ToolFailed, match="ended with status 1: the key is wrong"):
            future.result(10)
    with pytest.raises(ToolFailed, match="the key is wrong"):
        one.submit(b"late").result(10)
    assert "the key is wrong" in capfd.readouterr().err


def test_a_judge_that_ends_early_and_well_is_an_error_too(pipe):
    with pytest.raises(AnswerMismatch, match="true: ended before its input did"):
        pipe(judge=["true"]).submit(b"record").result(10)


def test_more_answers_than_records_are_an_error(pipe):
    one = pipe(judge=python("import sys; line = sys.stdin.readline(); sys.stdout.write(line * 2)"))
    first = one.submit(b"record")
    assert first.result(10) == b"record"
    for thread in one._threads:
        thread.join(10)
    with pytest.raises(AnswerMismatch, match="gave back more records than it was given"):
        one.submit(b"late").result(10)


def test_rewards_that_lose_a_record_are_an_error(pipe):
    with pytest.raises(AnswerMismatch, match="sed: was given 1 records and gave back 0"):
        pipe(reward=["sed", "d"]).submit(b"record").result(10)


def test_a_closed_pipe_takes_nothing_more(pipe):
    one = pipe()
    future = one.submit(b"before")
    one.close()
    assert future.result(10) == b"before"
    with pytest.raises(AnswerMismatch, match="cat: is closed"):
        one.submit(b"after").result(10)
