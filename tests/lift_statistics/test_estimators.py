"""Formulas by hand, and what must never change whatever the data."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.lift.estimators.clusters import Clusters, NotEnough
from campaigns.lift.estimators.cuped import cuped
from campaigns.lift.estimators.permutation import permutation_lift, relabellings
from campaigns.lift.estimators.ratio import Lift, delta_lift, satterthwaite
from tests.lift_statistics.groups import World, draw


def eight(y: tuple[int, ...] = (4, 6, 5, 7, 2, 3, 1, 2)) -> Clusters:
    """Four treated groups of ten people, four held out."""
    return Clusters.of([f"g{place}" for place in range(8)], [True] * 4 + [False] * 4, [10] * 8, y)


def test_the_ratio_and_its_variance_by_hand() -> None:
    """R₁ = 22/40, Σe² = 5, V₁ = 4/3·5/1600; R₀ = 8/40, Σe² = 2, V₀ = 4/3·2/1600."""
    found = delta_lift(eight())
    assert (found.treated.rate, found.holdout.rate) == pytest.approx((0.55, 0.20))
    assert found.treated.variance == pytest.approx(4 / 3 * 5 / 1600)
    assert found.holdout.variance == pytest.approx(4 / 3 * 2 / 1600)
    assert found.relative.value == pytest.approx(1.75)
    assert found.extra.value == pytest.approx(found.difference * 40)


def test_degrees_of_freedom_follow_the_small_arm() -> None:
    assert satterthwaite((1.0, 1.0), (10, 10)) == pytest.approx(18)
    assert satterthwaite((0.001, 1.0), (200, 6)) == pytest.approx(5, abs=0.05)


def test_the_relabelled_p_of_eight_groups_is_the_share_of_seventy() -> None:
    """All C(8,4) = 70 labelings, counted here by the definition and not by sums."""
    groups = eight()
    scores = []
    for chosen in combinations(range(8), 4):
        label = np.isin(np.arange(8), chosen)
        one = delta_lift(Clusters.of(groups.names, label, groups.n, groups.y))
        scores.append(abs(one.log_lift) / math.sqrt(one.log_variance))
    real = delta_lift(groups)
    wanted = sum(s >= abs(real.log_lift) / math.sqrt(real.log_variance) - 1e-9 for s in scores) / 70
    found = permutation_lift(groups, seed=0)
    assert found.how.exact
    assert found.how.draws == 69
    assert found.how.p == pytest.approx(wanted)


def test_the_interval_is_where_the_test_turns() -> None:
    """Dividing the treated outcome by 1 + bound makes the p-value pass 5 % there."""
    groups = draw(World((20, 20), added=0.05), 3).clusters
    found = permutation_lift(groups, seed=9)
    for bound, inward in ((found.relative.low, 1.002), (found.relative.high, 0.998)):
        inside, outside = (1 + bound) * inward, (1 + bound) / inward
        assert _p_at(groups, inside) > 0.05 >= _p_at(groups, outside)


def _p_at(groups: Clusters, divisor: float) -> float:
    y = np.where(groups.treated, groups.y / divisor, groups.y)
    return permutation_lift(Clusters.of(groups.names, groups.treated, groups.n, y), seed=9).how.p


@pytest.mark.parametrize("arms", [(3, 8), (8, 3)])
def test_three_groups_in_an_arm_are_refused(arms: tuple[int, int]) -> None:
    groups = draw(World(arms), 1).clusters
    for estimate in (delta_lift, cuped):
        with pytest.raises(NotEnough, match="fewer than 4"):
            estimate(groups)
    with pytest.raises(NotEnough, match="fewer than 4"):
        permutation_lift(groups, seed=1)


def test_an_arm_where_nobody_bought_has_no_relative_lift() -> None:
    with pytest.raises(NotEnough, match="without any outcome"):
        permutation_lift(eight((4, 6, 5, 7, 0, 0, 0, 0)), seed=1)


def test_groups_that_do_not_differ_at_all_have_no_interval() -> None:
    with pytest.raises(NotEnough, match="differ"):
        delta_lift(eight((2,) * 8))


def test_labels_are_exchanged_inside_a_stratum_only() -> None:
    groups = Clusters.of(
        [f"g{place:02}" for place in range(24)],
        [place % 3 == 0 for place in range(24)],
        [10] * 24,
        range(24),
        stratum=[place // 6 for place in range(24)],
    )
    labels, exact = relabellings(groups, draws=500, seed=1)
    assert not exact
    for stratum in range(4):
        assert (labels[:, groups.stratum == stratum].sum(axis=1) == 2).all()
    assert (labels != groups.treated).any()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    groups = draw(World((30, 30), added=0.02), 8).clusters
    assert repr(permutation_lift(groups, seed=5)) == repr(permutation_lift(groups, seed=5))
    assert permutation_lift(groups, seed=5).relative != permutation_lift(groups, seed=6).relative


def test_the_order_in_which_groups_are_read_changes_nothing() -> None:
    groups = draw(World((30, 30), added=0.02, covariate=True), 8).clusters
    order = np.random.default_rng(2).permutation(60)
    mixed = Clusters.of(
        [groups.names[place] for place in order],
        groups.treated[order],
        groups.n[order],
        groups.y[order],
        x=groups.x[order],
    )
    for adjusted in (False, True):
        same = permutation_lift(mixed, seed=5, adjusted=adjusted)
        assert same == permutation_lift(groups, seed=5, adjusted=adjusted)
    assert repr(delta_lift(mixed).relative) == repr(delta_lift(groups).relative)


def test_money_in_smaller_units_scales_money_and_nothing_else() -> None:
    groups = draw(World((30, 30), added=0.02), 8).clusters
    cents = Clusters.of(groups.names, groups.treated, groups.n, groups.y * 100)
    drawn = [permutation_lift(each, seed=5) for each in (groups, cents)]
    for plain, scaled in ((delta_lift(groups), delta_lift(cents)), (drawn[0], drawn[1])):
        assert _bounds(scaled, "relative") == pytest.approx(_bounds(plain, "relative"), rel=1e-9)
        assert _bounds(scaled, "extra") == pytest.approx([100 * each for each in _bounds(plain, "extra")])
        assert scaled.how.p == pytest.approx(plain.how.p)


def _bounds(lift: Lift, name: str) -> list[float]:
    found = getattr(lift, name)
    return [found.value, found.low, found.high]


@settings(max_examples=80, deadline=None)
@given(
    st.integers(0, 10_000),
    st.tuples(st.integers(4, 14), st.integers(4, 14)),
    st.floats(0, 0.08),
    st.booleans(),
)
def test_p_is_small_exactly_when_zero_lies_outside(
    seed: int, arms: tuple[int, int], added: float, adjusted: bool
) -> None:
    """4.1.4 and 8.3: one statistic for both, so they cannot disagree."""
    groups = draw(World(arms, added=added, contagion=0.5, covariate=True), seed).clusters
    for method in ("permutation", "delta"):
        try:
            found = (
                delta_lift(groups, adjusted=adjusted)
                if method == "delta"
                else permutation_lift(groups, seed=seed, draws=199, adjusted=adjusted)
            )
        except NotEnough:
            continue
        outside = found.relative.low > 0 or found.relative.high < 0
        assert outside == (found.how.p <= 0.05)
        assert found.relative.low <= found.relative.value <= found.relative.high


def test_a_useful_covariate_takes_noise_out_and_a_useless_one_is_told() -> None:
    groups = draw(World((200, 200), added=0.02, covariate=True), 4).clusters
    useful = cuped(groups)
    assert useful.helps
    assert useful.variance_ratio < 0.9
    by_chance = np.random.default_rng(1).permutation(groups.x)
    useless = cuped(Clusters.of(groups.names, groups.treated, groups.n, groups.y, x=by_chance * 0))
    assert not useless.helps
    assert useless.difference == useless.plain_difference


def test_a_group_of_nobody_a_name_twice_and_a_missing_value_are_refused() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Clusters.of(["a", "b"], [True, False], [0, 1], [0, 0])
    with pytest.raises(ValueError, match="twice"):
        Clusters.of(["a", "a"], [True, False], [1, 1], [0, 0])
    with pytest.raises(ValueError, match="one value per group"):
        Clusters.of(["a", "b"], [True, False], [1, 1], [0])
