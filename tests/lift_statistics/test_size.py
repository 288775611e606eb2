"""Sizes: a hundred thousand groups fit into memory, and the matrix is never larger than its draws by its groups."""

from __future__ import annotations

import tracemalloc

import numpy as np

from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.health import pre_period
from campaigns.lift.estimators.permutation import primary_lift


def many(groups: int) -> Clusters:
    rng = np.random.default_rng(1)
    n = 5 + rng.poisson(15, groups)
    treated = np.arange(groups) % 2 == 0
    names = [f"{place:07}" for place in range(groups)]
    return Clusters.of(names, treated, n, rng.binomial(n, 0.06), x=rng.binomial(n, 0.05))


def test_a_hundred_thousand_groups_are_judged_without_a_matrix_of_draws() -> None:
    clusters = many(100_000)
    tracemalloc.start()
    found = primary_lift(clusters, seed=1, adjusted=True)
    checked = pre_period(clusters, seed=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.how.method == "delta"
    assert checked.level == "passed"
    assert most < 200_000_000


def test_two_thousand_groups_with_a_small_holdout_are_relabelled_within_a_quarter_gigabyte() -> None:
    clusters = many(2_000)
    uneven = Clusters.of(clusters.names, np.arange(2_000) >= 90, clusters.n, clusters.y, x=clusters.x)
    tracemalloc.start()
    found = primary_lift(uneven, seed=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.how.method, found.how.draws) == ("permutation", 1_999)
    assert most < 250_000_000
