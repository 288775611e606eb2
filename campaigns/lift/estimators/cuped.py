"""What the time before says about the time after, taken out of the noise (Deng, Xu, Kohavi & Walker 2013)."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.sums import arm_variance, slope, sums_of


@dataclass(frozen=True)
class Cuped:
    """`difference` is d′ = d − γ(Q₁ − Q₀) per eligible person, `variance` that of it.

    `variance_ratio` is V′/V; at 1 or above the covariate helps nothing and the plain estimate stays.
    """

    gamma: float
    difference: float
    variance: float
    plain_difference: float
    plain_variance: float

    @property
    def variance_ratio(self) -> float:
        return self.variance / self.plain_variance if self.plain_variance > 0 else 1.0

    @property
    def helps(self) -> bool:
        return self.variance_ratio < 1


def cuped(clusters: Clusters) -> Cuped:
    """Adjust by `x`, chosen before launch. Raises NotEnough below four groups in an arm or without outcome."""
    clusters.require_both_arms()
    one, other = sums_of(clusters)
    gamma = slope(one, other)
    none = gamma * 0.0
    (rate_1, plain_1), (rate_0, plain_0) = arm_variance(one, none), arm_variance(other, none)
    (_, less_1), (_, less_0) = arm_variance(one, gamma), arm_variance(other, gamma)
    plain = float((rate_1 - rate_0)[0])
    drift = float((gamma * (one.x / one.n - other.x / other.n))[0])
    return Cuped(
        gamma=float(gamma[0]),
        difference=plain - drift,
        variance=float((less_1 + less_0)[0]),
        plain_difference=plain,
        plain_variance=float((plain_1 + plain_0)[0]),
    )
