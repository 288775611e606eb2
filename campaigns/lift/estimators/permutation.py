"""The interval of lifts that relabelling the groups cannot tell from the truth.

For a trial lift θ the treated groups' outcome is divided by 1 + θ; if θ is right, the labels now mean nothing, so the
score |L|/√V_L of the real labels is one among those of exchanged labels. Every θ uses the same labels, and 0 is
one of the trial lifts, so the p-value and the interval cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations, product

import numpy as np

from campaigns.lift.estimators.clusters import Bools, Clusters, Floats, Ints, NotEnough
from campaigns.lift.estimators.ratio import How, Lift, delta_lift, lift_of
from campaigns.lift.estimators.sums import Table, log_ratio, sums_of

DRAWS = 1_999
# From so many groups in the smaller arm on, a t interval covers as well.
LARGE_ARM = 100
# Bounds beyond a factor of e¹² are called infinite; a bound is found to a relative 2⁻⁴⁰ of its bracket.
_FARTHEST = 12.0
_HALVINGS = 40
# Two labelings that are the same experiment may differ in the last bits of their score.
_SAME = 1 - 1e-9


def permutation_lift(
    clusters: Clusters, *, seed: int, alpha: float = 0.05, draws: int = DRAWS, adjusted: bool = False
) -> Lift:
    """p(θ) = (1 + #{s_b ≥ s})/(1 + B), and the interval {θ : p(θ) > α}, by bisection on the log scale.

    All labelings are compared where there are no more than `draws`. The same seed gives the same bytes.
    Raises NotEnough below four groups per arm or without outcome in an arm.
    """
    clusters.require_both_arms()
    arms = sums_of(clusters)
    ratio = log_ratio(*arms, adjusted=adjusted)
    value, spread = float(ratio.value[0]), math.sqrt(float(ratio.variance[0]))
    if not (math.isfinite(value) and spread > 0):
        raise NotEnough("groups that do not differ at all")
    labels, exact = relabellings(clusters, draws=draws, seed=seed)
    share = _Shares(clusters, labels, adjusted=adjusted)
    p_of_none = share.at(0.0)
    bounds = (
        _bound(share.at, value, -spread, alpha=alpha, p_of_none=p_of_none),
        _bound(share.at, value, spread, alpha=alpha, p_of_none=p_of_none),
    )
    how = How("permutation", alpha, p_of_none, adjusted=adjusted, draws=len(labels), exact=exact)
    return lift_of(arms, ratio, bounds, how)


def primary_lift(clusters: Clusters, *, seed: int, alpha: float = 0.05, adjusted: bool = False) -> Lift:
    """The interval that decides: relabelling, or with large arms the t interval, which is as good there and takes
    milliseconds for a hundred thousand groups. Raises NotEnough.
    """
    if min(clusters.groups) >= LARGE_ARM:
        return delta_lift(clusters, alpha=alpha, adjusted=adjusted)
    return permutation_lift(clusters, seed=seed, alpha=alpha, adjusted=adjusted)


class _Shares:
    """p as a function of the trial lift, on the log scale."""

    def __init__(self, clusters: Clusters, labels: Bools, *, adjusted: bool) -> None:
        self._drawn = Table(clusters, labels)
        self._real = Table(clusters, clusters.treated[None, :])
        self._adjusted = adjusted

    def at(self, log_lift: float) -> float:
        divisor = math.exp(log_lift)
        real = self._score(self._real, divisor)[0]
        drawn = self._score(self._drawn, divisor)
        return (1 + int((drawn >= real * _SAME).sum())) / (1 + len(drawn))

    def _score(self, table: Table, divisor: float) -> Floats:
        return log_ratio(*table.at(divisor), adjusted=self._adjusted).score


def _bound(
    p: Callable[[float], float], inside: float, step: float, *, alpha: float, p_of_none: float
) -> float:
    """The end of the interval on the side of `step`, from the estimate outward; infinite if there is none."""
    outside: float | None = None
    if step * -inside > 0:
        # No lift lies on this side: whether it is inside decides where to look for the end.
        outside, inside = (0.0, inside) if p_of_none <= alpha else (None, 0.0)
    reach = inside
    while outside is None:
        reach += step
        if abs(reach) > _FARTHEST:
            return math.copysign(math.inf, step)
        if p(reach) <= alpha:
            outside = reach
        else:
            inside, step = reach, step * 2
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p(middle) > alpha else (inside, middle)
    return inside


def relabellings(clusters: Clusters, *, draws: int, seed: int) -> tuple[Bools, bool]:
    """Other labels for the same groups, B × G, exchanged inside strata; and whether these are all there are."""
    strata = [np.flatnonzero(clusters.stratum == each) for each in np.unique(clusters.stratum)]
    chosen = [int(clusters.treated[members].sum()) for members in strata]
    every = math.prod(math.comb(len(members), k) for members, k in zip(strata, chosen, strict=True))
    if every - 1 <= draws:
        return _all(clusters, strata, chosen), True
    rng = np.random.default_rng(seed)
    labels = np.tile(clusters.treated, (draws, 1))
    for members in strata:
        labels[:, members] = rng.permuted(labels[:, members], axis=1)
    return labels, False


def _all(clusters: Clusters, strata: Sequence[Ints], chosen: list[int]) -> Bools:
    """Every labeling but the real one."""
    each = [combinations(members.tolist(), k) for members, k in zip(strata, chosen, strict=True)]
    rows = []
    for parts in product(*each):
        row = np.zeros(len(clusters.names), dtype=np.bool_)
        row[[place for part in parts for place in part]] = True
        if not np.array_equal(row, clusters.treated):
            rows.append(row)
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(clusters.names))
