"""The simulation's own claims, by hand-checked cases."""

import unittest
from random import Random

from srar_scaling.judging import Judging, judged_at
from srar_scaling.sampling import Sampling, in_order, of_mixed_groups, sampled_at
from srar_scaling.step import Step, simulate


class SamplingTests(unittest.TestCase):
    def test_a_free_slot_takes_the_next_response(self):
        sampling = Sampling(slots=2, tokens_per_second=10)
        self.assertEqual(sampled_at(sampling, [10, 30, 20, 10]), [1, 3, 3, 4])

    def test_none_overtakes_another(self):
        self.assertEqual(in_order([3, 1, 5, 4]), [3, 3, 5, 5])

    def test_lengths_keep_to_the_limit_and_reach_it(self):
        lengths = Sampling().lengths(Random(1))
        self.assertEqual(len(lengths), 1024)
        self.assertEqual(max(lengths), 8192)

    def test_a_mixed_group_is_known_when_it_is_whole(self):
        self.assertEqual(of_mixed_groups([1, 2, 3, 4], 2, 1.0, Random(1)), [2, 2, 4, 4])
        self.assertEqual(len(of_mixed_groups([1.0] * 80, 8, 0.5, Random(1))), 40)


class JudgingTests(unittest.TestCase):
    def test_slots_are_filled_wave_by_wave(self):
        judging = Judging(servers=1, latency_seconds=2, slots_per_server=2, concurrency=2)
        self.assertEqual(judged_at([0, 0, 0], judging), [2, 2, 4])

    def test_more_at_once_than_slots_queue_at_the_server(self):
        judging = Judging(servers=1, latency_seconds=2, slots_per_server=1, concurrency=8)
        self.assertEqual(judged_at([0, 0, 0], judging), [2, 4, 6])

    def test_the_server_with_the_fewest_under_way_is_asked(self):
        judging = Judging(servers=3, latency_seconds=2, slots_per_server=1, concurrency=3)
        self.assertEqual(judged_at([0, 0, 0], judging), [2, 2, 2])

    def test_requests_per_minute_spread_them(self):
        judging = Judging(latency_seconds=1, requests_per_minute=30)
        self.assertEqual(judged_at([0, 0, 0], judging), [1, 3, 5])

    def test_tokens_per_minute_are_corrected_by_the_reply(self):
        judging = Judging(latency_seconds=1, tokens_per_minute=60, reserved_tokens=10, used_tokens=4, concurrency=1)
        # 10 s are reserved for the first; its reply gives 6 of them back.
        self.assertEqual(judged_at([0, 0], judging), [1, 5])

    def test_reading_ahead_ends_four_times_concurrency_after_the_oldest(self):
        judging = Judging(servers=8, latency_seconds=1, slots_per_server=8, concurrency=1)
        self.assertEqual(judged_at([0] * 6, judging), [1, 2, 3, 4, 5, 6])


class StepTests(unittest.TestCase):
    def test_waiting_is_what_judging_adds(self):
        step = Step(sampled=90, judged=100, update=100, requests=1)
        self.assertEqual(step.waited, 10)
        self.assertEqual(step.waiting_share, 0.05)

    def test_more_servers_and_fewer_groups_never_wait_longer(self):
        def waits(servers, share=None):
            judging = Judging(servers=servers, latency_seconds=16, slots_per_server=8, concurrency=8 * servers)
            return simulate(Sampling(), judging, 120, 1, share).waited

        counts = [waits(servers) for servers in (2, 4, 8, 16)]
        self.assertEqual(counts, sorted(counts, reverse=True))
        shares = [waits(4, share) for share in (0.25, 0.5, 0.75, 1.0)]
        self.assertEqual(shares, sorted(shares))
        self.assertGreater(shares[-1], shares[0])

    def test_the_same_seed_gives_the_same_step(self):
        self.assertEqual(simulate(Sampling(), Judging(), 120, 3), simulate(Sampling(), Judging(), 120, 3))


if __name__ == "__main__":
    unittest.main()
