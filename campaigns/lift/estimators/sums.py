"""The ratio of two arms from their sums alone, so that thousands of relabelled experiments cost one product.

A relabelling with trial lift θ divides y of the treated groups by 1 + θ. Every sum the estimator needs is linear
in that divisor, or in its square, because a group is either treated or held out. `Table` therefore multiplies the
B × G matrix of labels with 12 columns once; each θ afterwards costs vectors of length B.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from campaigns.lift.estimators.clusters import Bools, Clusters, Floats

# Rows of labels multiplied at a time: 512 rows of 10,000 groups are 40 MB.
_ROWS = 512


@dataclass(frozen=True, eq=False)
class ArmSums:
    """One arm, in B labelings: arrays of shape (B,). `g` groups, then Σ of n, y, x and of their products."""

    g: Floats
    n: Floats
    nn: Floats
    y: Floats
    yy: Floats
    yn: Floats
    x: Floats
    xx: Floats
    xn: Floats
    xy: Floats


@dataclass(frozen=True, eq=False)
class LogRatio:
    """ln(R₁/R₀), its variance and the two terms of it, all of shape (B,); `gamma` is 0 without a covariate."""

    value: Floats
    variance: Floats
    terms: tuple[Floats, Floats]
    gamma: Floats

    @property
    def score(self) -> Floats:
        """|L|/√V_L. What is not finite counts as extreme, so it is infinite."""
        with np.errstate(all="ignore"):
            found = np.abs(self.value) / np.sqrt(self.variance)
        return np.where(np.isfinite(found), found, np.inf)


def arm_variance(arm: ArmSums, gamma: Floats) -> tuple[Floats, Floats]:
    """R_a = Σy/Σn and V_a = G/(G−1)·Σ(e − γf)²/(Σn)², e = y − R n, f = x − Q n (Deng, Knoblich & Lu 2018)."""
    rate, before = arm.y / arm.n, arm.x / arm.n
    ee = arm.yy - 2 * rate * arm.yn + rate**2 * arm.nn
    ff = arm.xx - 2 * before * arm.xn + before**2 * arm.nn
    squares = ee - 2 * gamma * cross(arm) + gamma**2 * ff
    # What remains of the difference of large sums below this is rounding: the groups are alike.
    squares = np.where(squares > 1e-12 * arm.yy, squares, 0.0)
    return rate, arm.g / (arm.g - 1) * squares / arm.n**2


def cross(arm: ArmSums) -> Floats:
    """Σ e·f within an arm."""
    rate, before = arm.y / arm.n, arm.x / arm.n
    return arm.xy - rate * arm.xn - before * arm.yn + rate * before * arm.nn


def slope(one: ArmSums, other: ArmSums) -> Floats:
    """γ = Σ e·f / Σ f² over both arms (Deng, Xu, Kohavi & Walker 2013); 0 where x says nothing."""
    squares = sum(arm.xx - 2 * arm.x / arm.n * arm.xn + (arm.x / arm.n) ** 2 * arm.nn for arm in (one, other))
    with np.errstate(all="ignore"):
        found = (cross(one) + cross(other)) / squares
    return np.where(np.isfinite(found), found, 0.0)


def log_ratio(one: ArmSums, other: ArmSums, *, adjusted: bool = False) -> LogRatio:
    """The relative lift of arm `one` over `other` on the log scale, adjusted by x if asked (CUPED)."""
    gamma = slope(one, other) if adjusted else np.zeros_like(one.n)
    pooled = (one.x + other.x) / (one.n + other.n)
    rates, terms = [], []
    with np.errstate(all="ignore"):
        for arm in (one, other):
            rate, variance = arm_variance(arm, gamma)
            rate = rate - gamma * (arm.x / arm.n - pooled)
            rates.append(rate)
            terms.append(variance / rate**2)
        value = np.log(rates[0] / rates[1])
    return LogRatio(value, terms[0] + terms[1], (terms[0], terms[1]), gamma)


class Table:
    """Sums of B labelings of the same groups; `labels` is B × G, True where the label says treated."""

    def __init__(self, clusters: Clusters, labels: Bools) -> None:
        held, one = ~clusters.treated, clusters.treated
        y, n, x = clusters.y, clusters.n, clusters.x
        columns = np.column_stack(
            [np.ones_like(n), n, n * n, x, x * x, x * n]
            + [part * factor for factor in (y, y * y, y * n, y * x) for part in (held, one)]
        )
        self._all = columns.sum(axis=0)
        chunks = [
            labels[start : start + _ROWS].astype(np.float64) @ columns
            for start in range(0, len(labels), _ROWS)
        ]
        self._labelled = np.concatenate(chunks) if chunks else np.empty((0, columns.shape[1]))

    def at(self, divisor: float = 1.0) -> tuple[ArmSums, ArmSums]:
        """The arms with the treated groups' outcome divided by `divisor` = 1 + θ."""
        scale = 1.0 / divisor
        rest = self._all - self._labelled
        return _arm(self._labelled, scale), _arm(rest, scale)


def sums_of(clusters: Clusters) -> tuple[ArmSums, ArmSums]:
    """The arms as they are; arrays of shape (1,)."""
    return Table(clusters, clusters.treated[None, :]).at()


def _arm(table: Floats, scale: float) -> ArmSums:
    g, n, nn, x, xx, xn, y0, y1, yy0, yy1, yn0, yn1, xy0, xy1 = table.T
    return ArmSums(
        g=g,
        n=n,
        nn=nn,
        y=y0 + scale * y1,
        yy=yy0 + scale**2 * yy1,
        yn=yn0 + scale * yn1,
        x=x,
        xx=xx,
        xn=xn,
        xy=xy0 + scale * xy1,
    )
