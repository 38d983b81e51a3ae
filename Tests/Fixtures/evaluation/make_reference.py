"""Writes reference.json: values of NumPy and SciPy that the tests of Evaluation compare with. See RECIPE.md."""

import json
from itertools import combinations
from math import comb
from pathlib import Path

import numpy
from scipy import stats

rng = numpy.random.default_rng(20260517)


def pass_at_k():
    cases = []
    for n, c, k in [(1, 0, 1), (5, 2, 1), (5, 2, 3), (5, 4, 3), (32, 1, 8), (32, 17, 32), (200, 3, 100), (1000, 1, 10), (64, 0, 64)]:
        cases.append({"n": n, "c": c, "k": k, "value": 1 - comb(n - c, k) / comb(n, k)})
    return cases


def majority():
    """Goes through every subset of k samples, the way the definition says."""
    cases = []
    for _ in range(40):
        n = int(rng.integers(1, 12))
        answers = [int(a) for a in rng.integers(-1, 4, n)]  # -1: no answer; 0: the right one
        k = int(rng.integers(1, n + 1))
        total = 0.0
        for subset in combinations(answers, k):
            votes = {a: subset.count(a) for a in set(subset) if a >= 0}
            most = max(votes.values(), default=0)
            winners = [a for a, count in votes.items() if count == most]
            total += (1 / len(winners)) if 0 in winners else 0
        others = [answers.count(a) for a in (1, 2, 3) if answers.count(a)]
        cases.append({"right": answers.count(0), "others": others, "silent": answers.count(-1), "k": k, "value": total / comb(n, k)})
    return cases


def bootstrap():
    cases = []
    for size in (5, 40, 300):
        values = rng.random(size)
        result = stats.bootstrap((values,), numpy.mean, confidence_level=0.9, n_resamples=200_000, method="percentile", rng=rng)
        interval = result.confidence_interval
        cases.append({"values": values.tolist(), "mean": float(values.mean()), "low": float(interval.low), "high": float(interval.high),
                      "tolerance": float(values.std() / size**0.5 * 0.06)})
    return cases


def permutation():
    cases = []
    for size, shift in ((6, 0.3), (12, 0.1), (15, 0.0), (18, 0.25)):
        differences = rng.normal(shift, 0.3, size)
        result = stats.permutation_test((differences,), numpy.sum, permutation_type="samples", n_resamples=numpy.inf, alternative="two-sided")
        cases.append({"differences": differences.tolist(), "p": float(result.pvalue)})
    return cases


def mcnemar():
    cases = []
    for b, c in ((0, 0), (1, 0), (5, 5), (3, 12), (40, 61), (7, 73)):
        p = 1.0 if b + c == 0 else float(stats.binomtest(min(b, c), b + c, 0.5).pvalue)
        cases.append({"first_only": b, "second_only": c, "p": p})
    return cases


def quantiles():
    values = sorted(rng.random(23).tolist())
    return [{"values": values, "share": share, "value": float(numpy.quantile(values, share))} for share in (0, 0.025, 0.5, 0.9, 0.975, 1)]


reference = {"pass_at_k": pass_at_k(), "majority": majority(), "bootstrap": bootstrap(), "permutation": permutation(), "mcnemar": mcnemar(),
             "quantiles": quantiles()}
Path(__file__).with_name("reference.json").write_text(json.dumps(reference, indent=1) + "\n")
