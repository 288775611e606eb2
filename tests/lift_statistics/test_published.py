"""Numbers that others have published, and design formulas worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from campaigns.lift.estimators import power
from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.sequential import Look, follow, half_width, mixture_ratio, prior_variance

BALANCED = power.Asked(0.5)


def test_a_rise_from_20_to_25_percent_needs_1030_people_per_arm() -> None:
    assert power.people_for_proportions(0.20, 0.05, BALANCED) == pytest.approx(1030.2, abs=1)


def test_half_a_standard_deviation_needs_63_people_per_arm_by_z_and_64_by_t() -> None:
    """Cohen 1988 prints 64, by t; the z formula gives 62.8."""
    assert power.people_for_means(1.0, 0.5, BALANCED) == pytest.approx(62.8, abs=0.05)
    # One person is a group of one: κ² of a mean of 1 with sd 2 (d = 0.5), both arms together.
    lift = math.expm1(0.5)
    per_arm = power.groups_needed(1.0, lift, BALANCED) / 2
    assert math.ceil(per_arm) == 64


@pytest.mark.parametrize(("size_cv", "effect"), [(0.0, 4.80), (0.5, 5.80)])
def test_design_effects_of_twenty_people_a_group(size_cv: float, effect: float) -> None:
    assert power.design_effect(20, icc=0.20, size_cv=size_cv) == pytest.approx(effect, abs=1e-9)


@pytest.mark.parametrize(
    ("looks", "published"), [(1, 0.050), (2, 0.083), (5, 0.142), (10, 0.193), (20, 0.248)]
)
def test_looking_again_at_a_fixed_interval_fools_as_often_as_published(looks: int, published: float) -> None:
    """Armitage, McPherson & Rowe 1969. The band is the table's rounding plus two Monte Carlo errors."""
    runs = 40_000
    steps = np.random.default_rng(20).standard_normal((runs, looks))
    z = steps.cumsum(axis=1) / np.sqrt(np.arange(1, looks + 1))
    found = float((np.abs(z) > 1.96).any(axis=1).mean())
    band = 0.002 + 2 * math.sqrt(published * (1 - published) / runs)
    assert found == pytest.approx(published, abs=band)


def _ever_rejected(runs: int, looks: int, *, naive: bool) -> float:
    """Share of runs of normal data without effect in which some of `looks` looks said there is one."""
    rng, tau2, rejected = np.random.default_rng(4), 0.01, 0
    variance = 1 / np.arange(1, looks + 1)
    for _ in range(runs):
        means = rng.standard_normal(looks).cumsum() * variance
        if naive:
            rejected += bool((np.abs(means) / np.sqrt(variance) > 1.96).any())
        else:
            together = variance + tau2
            spread = np.sqrt(variance * together / tau2 * (2 * math.log(20) + np.log(together / variance)))
            rejected += bool((np.abs(means) > spread).any())
    return rejected / runs


def test_five_thousand_looks_with_the_mixture_test_stay_below_five_percent() -> None:
    """The same looks at a fixed interval are fooled in half of all runs: the test can fail."""
    runs = 1_000
    assert _ever_rejected(runs, 5_000, naive=False) <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / runs)
    assert _ever_rejected(runs, 5_000, naive=True) > 0.40


def test_the_mixture_interval_leaves_zero_out_exactly_when_its_ratio_passes_the_bar() -> None:
    tau2 = prior_variance(0.2)
    for variance in (0.001, 0.01, 0.2):
        edge = half_width(variance, tau2, 0.05)
        assert mixture_ratio(edge * 0.999, variance, tau2) < 20 < mixture_ratio(edge * 1.001, variance, tau2)


def test_the_always_valid_p_never_rises_and_empty_looks_are_skipped() -> None:
    looks = [Look((20, 20), 0.6, 0.01), Look((25, 25), math.inf, 0.01), Look((30, 30), 0.0, 0.01)]
    standing = follow(looks, mde_rel=0.2)
    assert [each.look.groups for each in standing] == [(20, 20), (30, 30)]
    assert standing[1].p == standing[0].p < 0.05


def test_the_smallest_visible_lift_and_the_groups_it_needs_agree() -> None:
    for share in (0.5, 0.9):
        asked = power.Asked(share)
        groups = power.groups_needed(0.9, 0.22, asked)
        assert power.detectable(0.9, groups, asked) <= 0.22
        assert power.groups_by_z(0.9, 0.22, asked) <= groups
    assert power.detectable(0.9, 400, BALANCED) < power.detectable(0.9, 200, BALANCED)
    assert math.isinf(power.detectable(0.9, 7, BALANCED))


def test_kappa_is_worked_by_hand_for_four_groups() -> None:
    """One pool of n = 10, 10, 20, 20 and y = 2, 4, 2, 4: R = 0.2, e = 0, 2, −2, 0, n̄ = 15."""
    pool = Clusters.of(["a", "b", "c", "d"], [True] * 4, [10, 10, 20, 20], [2, 4, 2, 4])
    assert power.kappa2(pool) == pytest.approx((8 / 3) / 9)
