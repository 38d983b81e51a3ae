"""The tables of docs/scaling.md."""

from collections.abc import Iterable
from dataclasses import replace

from .judging import Judging
from .sampling import Sampling
from .step import Step, simulate

SEEDS = range(1, 6)
MOST_WAITING = 0.05
MOST_SERVERS = 64
# The update's time; what it is on your GPUs is to be put here by `make scaling SCALING_OPTIONS='--update-seconds …'`.
UPDATE_SECONDS = 120.0


def worst(judging: Judging, update: float, **how) -> Step:
    """Of several draws of the lengths the step that waits longest."""
    return max((simulate(Sampling(), judging, update, seed, **how) for seed in SEEDS), key=lambda step: step.waiting_share)


def fewest_servers(judging: Judging, update: float, **how) -> str:
    """How many servers keep the waiting under 5 %, where srar-judge asks as many at once as they have slots."""
    for servers in range(1, MOST_SERVERS + 1):
        asked = replace(judging, servers=servers, concurrency=servers * judging.slots_per_server)
        if worst(asked, update, **how).waiting_share < MOST_WAITING:
            return str(servers)
    return f"over {MOST_SERVERS}"


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


SHARES = {"all": None, "75 % mixed": 0.75, "50 % mixed": 0.5, "25 % mixed": 0.25}
LATENCIES = (1, 4, 16, 40)


def servers_by_latency(update: float) -> str:
    """How many servers it takes, by their latency and slots."""
    head = ["latency", "8 slots", "32 slots", "128 slots", "8 slots, as they finish", "32 slots, as they finish"]
    columns = [(8, False), (32, False), (128, False), (8, True), (32, True)]

    def cell(latency: int, slots: int, as_they_finish: bool) -> str:
        return fewest_servers(Judging(latency_seconds=latency, slots_per_server=slots), update, as_they_finish=as_they_finish)

    return table(head, ([f"{latency} s", *(cell(latency, *column) for column in columns)] for latency in LATENCIES))


def servers_by_mixed_share(update: float) -> str:
    """How many servers of eight slots it takes where only mixed groups are judged."""

    def cell(latency: int, share: float | None) -> str:
        return fewest_servers(Judging(latency_seconds=latency, slots_per_server=8), update, mixed_share=share)

    rows = ([f"{latency} s", *(cell(latency, share) for share in SHARES.values())] for latency in LATENCIES)
    return table(["latency", *SHARES], rows)


def waiting_by_rate(update: float, option: str, rates: Iterable[int]) -> str:
    """How much of a step is waiting under a rate limit, with servers that have room."""

    def cell(rate: int, share: float | None) -> str:
        judging = Judging(servers=8, latency_seconds=4, slots_per_server=32, concurrency=256, **{option: rate})
        step = worst(judging, update, mixed_share=share)
        return f"{step.waiting_share:.0%} ({step.waited:.0f} s)".replace("%", " %")

    return table(
        [f"`--{option.replace('_', '-')}`", *SHARES],
        ([f"{rate:,}", *(cell(rate, share) for share in SHARES.values())] for rate in rates),
    )


def report(update: float) -> str:
    """All tables with their captions."""
    steps = [simulate(Sampling(), Judging(servers=64, concurrency=2048), update, seed) for seed in SEEDS]
    sampled = sorted(step.sampled for step in steps)
    return "\n\n".join(
        [
            f"Sampling takes {sampled[0]:.0f} to {sampled[-1]:.0f} s, the update {update:.0f} s. "
            f"Of {len(SEEDS)} draws of the lengths the worst counts.",
            f"The fewest judge servers with which the update waits less than {MOST_WAITING:.0%}".replace("%", " %")
            + " of the step, `--concurrency` as large as all their slots:",
            servers_by_latency(update),
            "The same with 8 slots a server, where only groups with right and wrong answers are judged:",
            servers_by_mixed_share(update),
            "How much of the step is waiting under a rate limit; 8 servers, 32 slots each, 4 s:",
            waiting_by_rate(update, "requests_per_minute", (60, 120, 240, 480, 960)),
            waiting_by_rate(update, "tokens_per_minute", (500_000, 1_000_000, 2_000_000, 4_000_000)),
        ]
    )
