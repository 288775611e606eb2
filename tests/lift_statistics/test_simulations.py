"""The strongest check: experiments whose truth is known, with people who infect one another inside groups.

Quick forms; each band is the one required, widened by two Monte Carlo errors, and is printed with what was found.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from scipy.stats import binom

from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.permutation import permutation_lift
from campaigns.lift.estimators.ratio import Lift, delta_lift
from campaigns.lift.estimators.sequential import follow, looks_of
from tests.lift_statistics.groups import World, draw, person_level, planted

Bounds = tuple[float, float]
# Fewer draws than a report makes: coverage does not hang on them, only the grain of p does.
DRAWS = 499


def by_relabelling(clusters: Clusters) -> Lift:
    return permutation_lift(clusters, seed=11, draws=DRAWS)


def with_covariate(clusters: Clusters) -> Lift:
    return permutation_lift(clusters, seed=11, draws=DRAWS, adjusted=True)


def _log_bounds(estimate: Callable[[Clusters], Lift], clusters: Clusters) -> Bounds:
    found = estimate(clusters).relative
    return math.log1p(found.low) if found.low > -1 else -math.inf, math.log1p(found.high)


def _covered(world: World, runs: int, truth: float, bounds: Callable[[Clusters], Bounds]) -> float:
    """Share of experiments whose interval holds the truth."""
    inside, log_truth = 0, math.log1p(truth)
    for seed in range(runs):
        low, high = bounds(draw(world, seed).clusters)
        inside += low <= log_truth <= high
    return inside / runs


def _within(found: float, low: float, high: float, runs: int) -> None:
    spread = 2 * math.sqrt(0.95 * 0.05 / runs)
    said = f"found {found:.3f}, wanted {low:.2f} to {high:.2f}, widened by {spread:.3f} for {runs} runs"
    assert low - spread <= found <= min(1.0, high + spread), said


def test_fifty_experiments_without_effect_cover_zero_within_the_binomial_band() -> None:
    """A/A with groups of twenty: the number of 50 intervals that hold 0 lies where 95 % coverage puts it."""
    world, runs = World((60, 60)), 50
    covered = round(_covered(world, runs, 0.0, lambda each: _log_bounds(by_relabelling, each)) * runs)
    assert binom.ppf(0.005, runs, 0.95) <= covered <= binom.ppf(0.995, runs, 0.95)


def test_fifty_experiments_leave_the_band_for_whoever_forgets_the_groups() -> None:
    """The same 50 experiments, person by person: the test above can fail."""
    runs = 50
    covered = round(_covered(World((60, 60)), runs, 0.0, person_level) * runs)
    assert covered < binom.ppf(0.005, runs, 0.95)


@pytest.mark.parametrize("arms", [(180, 20), (20, 20)])
def test_no_effect_is_covered_in_uneven_and_small_arms(arms: tuple[int, int]) -> None:
    runs = 150
    _within(
        _covered(World(arms), runs, 0.0, lambda each: _log_bounds(by_relabelling, each)), 0.93, 0.97, runs
    )


def test_large_arms_need_no_draws() -> None:
    runs = 600
    _within(
        _covered(World((200, 200)), runs, 0.0, lambda each: _log_bounds(delta_lift, each)), 0.93, 0.97, runs
    )


@pytest.fixture(scope="module")
def truth() -> float:
    """The planted lift: 0.058 on 0.050, most of it by contagion."""
    found = planted(World((1, 1), added=0.02, contagion=0.5), groups=400_000)
    assert found == pytest.approx(0.058 / 0.050, rel=0.03)
    return found


@pytest.mark.parametrize("arms", [(180, 20), (60, 60)])
def test_a_planted_lift_is_covered_and_not_biased(arms: tuple[int, int], truth: float) -> None:
    world, runs = World(arms, added=0.02, contagion=0.5), 150
    _within(_covered(world, runs, truth, lambda each: _log_bounds(by_relabelling, each)), 0.93, 0.97, runs)
    differences = [delta_lift(draw(world, seed).clusters).difference for seed in range(600)]
    assert sum(differences) / 600 == pytest.approx(0.058, rel=0.10)


def test_a_planted_lift_is_found_by_sixty_groups_an_arm(truth: float) -> None:
    world, runs = World((60, 60), added=0.02, contagion=0.5), 60
    found = [by_relabelling(draw(world, seed).clusters).relative.low > 0 for seed in range(runs)]
    assert sum(found) / runs > 0.5


def test_a_planted_lift_is_covered_with_the_covariate_and_found_more_often(truth: float) -> None:
    world, runs = World((20, 20), added=0.02, contagion=0.5, covariate=True), 150
    _within(_covered(world, runs, truth, lambda each: _log_bounds(with_covariate, each)), 0.93, 0.97, runs)
    plain = sum(by_relabelling(draw(world, seed).clusters).how.p <= 0.05 for seed in range(100))
    helped = sum(with_covariate(draw(world, seed).clusters).how.p <= 0.05 for seed in range(100))
    assert helped > plain


def test_the_interval_that_ignores_groups_covers_less_than_three_quarters(truth: float) -> None:
    """The generator really has group dependence: the usual interval per person misses one time in three."""
    world = World((200, 200), added=0.02, contagion=0.5)
    assert _covered(world, 300, truth, person_level) < 0.75


def test_what_leaks_to_the_holdout_pulls_the_lift_towards_zero(truth: float) -> None:
    rates = []
    for leak in (0.0, 0.1, 0.4):
        world = World((200, 200), added=0.02, contagion=0.5, leak=leak)
        rates.append(sum(delta_lift(draw(world, seed).clusters).difference for seed in range(100)) / 100)
    assert rates[0] > rates[1] > rates[2] > 0


def test_looking_after_every_five_groups_is_fooled_in_one_of_twenty_at_most() -> None:
    """Live looks by the mixture test, and what a fixed interval would have done at the same looks."""
    runs, sequential, naive = 150, 0, 0
    for seed in range(runs):
        clusters = draw(World((100, 100)), seed).clusters
        in_turn = [clusters.names[place // 2 + (place % 2) * 100] for place in range(200)]
        looks = list(looks_of(clusters, in_turn))
        assert looks[0].groups == (20, 20)
        assert len(looks) == 17
        sequential += follow(looks, mde_rel=0.5)[-1].p <= 0.05
        naive += any(abs(look.log_lift) > 1.96 * math.sqrt(look.variance) for look in looks)
    assert sequential / runs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert naive / runs > 0.10
