"""Looking while it runs without being fooled: the mixture sequential probability ratio test.

Johari, Koomen, Pekelis & Walsh ("Always valid inference"), after Robbins 1970. Only groups whose outcome window is
closed enter, in the order in which they closed, each once: totals that keep growing are not independent steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.ratio import Interval
from campaigns.lift.estimators.sums import LogRatio, log_ratio, sums_of

FIRST_LOOK_GROUPS = 20


@dataclass(frozen=True)
class Look:
    """What one look saw: `log_lift` = ln(R₁/R₀) and its variance, of so many closed groups per arm."""

    groups: tuple[int, int]
    log_lift: float
    variance: float


@dataclass(frozen=True)
class Standing:
    """After a look: the always-valid p so far, never rising, and the interval of this look (relative lift)."""

    look: Look
    p: float
    relative: Interval


def mixture_ratio(value: float, variance: float, tau2: float) -> float:
    """Λ = √(V/(V+τ²))·exp(τ²L²/(2V(V+τ²)))."""
    exponent = tau2 * value**2 / (2 * variance * (variance + tau2))
    return math.sqrt(variance / (variance + tau2)) * math.exp(min(exponent, 700.0))


def half_width(variance: float, tau2: float, alpha: float) -> float:
    """√( V(V+τ²)/τ²·[2 ln(1/α) + ln((V+τ²)/V)] ), the distance of both bounds from the estimate."""
    together = variance + tau2
    return math.sqrt(variance * together / tau2 * (2 * math.log(1 / alpha) + math.log(together / variance)))


def prior_variance(mde_rel: float) -> float:
    """τ² = ln(1 + MDE)²: lifts of the size the campaign was planned for are what it looks for."""
    return math.log1p(mde_rel) ** 2


def follow(looks: Sequence[Look], *, mde_rel: float, alpha: float = 0.05) -> list[Standing]:
    """The looks in their order. A look without a finite estimate is skipped."""
    tau2, p, found = prior_variance(mde_rel), 1.0, []
    for look in looks:
        if not (math.isfinite(look.log_lift) and math.isfinite(look.variance) and look.variance > 0):
            continue
        p = min(p, 1 / mixture_ratio(look.log_lift, look.variance, tau2))
        spread = half_width(look.variance, tau2, alpha)
        bounds = (look.log_lift, look.log_lift - spread, look.log_lift + spread)
        found.append(Standing(look, p, Interval(*(math.expm1(min(each, 700.0)) for each in bounds))))
    return found


def looks_of(clusters: Clusters, closed: Sequence[str], *, every: int = 5) -> Iterator[Look]:
    """A look whenever both arms have `every` more closed groups, from 20 per arm on.

    `closed` names groups in the order their windows closed; a name that is no group is left out.
    """
    place = {name: index for index, name in enumerate(clusters.names)}
    entered: list[int] = []
    next_at = FIRST_LOOK_GROUPS
    for name in dict.fromkeys(closed):
        if name in place:
            entered.append(place[name])
        treated = int(clusters.treated[entered].sum())
        if min(treated, len(entered) - treated) >= next_at:
            next_at += every
            yield _look(clusters, entered)


def _look(clusters: Clusters, entered: list[int]) -> Look:
    part = clusters.only(entered)
    with np.errstate(all="ignore"):
        ratio: LogRatio = log_ratio(*sums_of(part))
    return Look(part.groups, float(ratio.value[0]), float(ratio.variance[0]))
