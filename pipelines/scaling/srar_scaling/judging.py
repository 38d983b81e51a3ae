"""When srar-judge has judged each rollout: its slots, pacing and balancing over servers, as an event queue."""

import heapq
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Judging:
    """What srar-judge is told, and the servers it asks."""

    servers: int = 1
    # From a request's first moment in a slot of its server to the reply, and how many of these a server has; others queue there.
    latency_seconds: float = 4
    slots_per_server: int = 32
    # srar-judge's options of these names.
    concurrency: int = 32
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    # What a request is reserved as (a quarter of --max-tokens and of the prompt's bytes), and what its reply says that it took.
    reserved_tokens: int = 4600
    used_tokens: int = 3900


class Pacer:
    """Spreads requests evenly over a minute; a request's tokens are corrected once they are known."""

    def __init__(self, judging: Judging):
        self.per_request = 60 / judging.requests_per_minute if judging.requests_per_minute else 0.0
        self.per_token = 60 / judging.tokens_per_minute if judging.tokens_per_minute else 0.0
        self.next_request = self.next_token = 0.0

    def reserve(self, now: float, tokens: int) -> float:
        """When the request may start."""
        start = max(now, self.next_request, self.next_token)
        self.next_request = start + self.per_request
        self.next_token = start + self.per_token * tokens
        return start

    def correct(self, tokens: int) -> None:
        """Moves what follows by tokens that were more, or fewer, than reserved."""
        self.next_token += self.per_token * tokens


class Server:
    """Some slots, and who waits for one."""

    def __init__(self) -> None:
        self.leased = self.busy = 0
        self.queue: deque[int] = deque()


# What can happen, in the order in which it counts at the same moment.
REPLIED, ARRIVED, STARTED = range(3)


def judged_at(arrivals: list[float], judging: Judging) -> list[float]:
    """When the reply to each rollout is there; `arrivals` say when each comes, none before one ahead of it."""
    pacer = Pacer(judging)
    servers = [Server() for _ in range(judging.servers)]
    events = [(time, ARRIVED, index, -1) for index, time in enumerate(arrivals)]
    heapq.heapify(events)
    # srar-judge reads on until four times its concurrency of records have not left.
    window = 4 * judging.concurrency
    ends: list[float | None] = [None] * len(arrivals)
    arrived = read = left = under_way = 0
    waiting: deque[int] = deque()

    def occupy(server: int, index: int, now: float) -> None:
        servers[server].busy += 1
        heapq.heappush(events, (now + judging.latency_seconds, REPLIED, index, server))

    while events:
        now, kind, index, at = heapq.heappop(events)
        if kind == ARRIVED:
            arrived += 1
        elif kind == STARTED:
            if servers[at].busy < judging.slots_per_server:
                occupy(at, index, now)
            else:
                servers[at].queue.append(index)
        else:
            ends[index] = now
            under_way -= 1
            servers[at].leased -= 1
            servers[at].busy -= 1
            pacer.correct(judging.used_tokens - judging.reserved_tokens)
            if servers[at].queue:
                occupy(at, servers[at].queue.popleft(), now)
            while left < len(ends) and ends[left] is not None:
                left += 1
        while read < min(arrived, left + window):
            waiting.append(read)
            read += 1
        # A slot of the judge's is taken before a request waits for its pace.
        while waiting and under_way < judging.concurrency:
            asked = min(range(len(servers)), key=lambda number: servers[number].leased)
            servers[asked].leased += 1
            under_way += 1
            start = pacer.reserve(now, judging.reserved_tokens)
            heapq.heappush(events, (start, STARTED, waiting.popleft(), asked))
    return ends
