"""Intention to treat by group: the ratio estimator, its delta-method variance, and a t interval.

Deng, Knoblich & Lu 2018 ("Applying the delta method in metric analytics"). Degrees of freedom by Satterthwaite,
because with a small holdout G − 2 is too generous: the small arm carries the variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from campaigns.lift.estimators.clusters import Clusters, NotEnough
from campaigns.lift.estimators.sums import ArmSums, LogRatio, arm_variance, log_ratio, sums_of


@dataclass(frozen=True)
class Arm:
    """One arm in figures: `total` is the outcome, `rate` the outcome per eligible person, `variance` that of it."""

    groups: int
    people: int
    total: float
    rate: float
    variance: float


@dataclass(frozen=True)
class Interval:
    """An estimate with its bounds; a bound is infinite where the data cannot exclude any value on that side."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class How:
    """`method` is `delta` or `permutation`. `adjusted` by the time before; `df` of the t interval; `draws` relabelled
    experiments were compared, and `exact` says that these were all there are.
    """

    method: str
    alpha: float
    p: float
    adjusted: bool = False
    df: float = math.nan
    draws: int = 0
    exact: bool = False


@dataclass(frozen=True)
class Lift:
    """Treated against holdout. `relative` is R₁/R₀ − 1, never below −1; `extra` is in the unit of the outcome.

    `how.p` ≤ `how.alpha` exactly when 0 lies outside `relative`. `log_lift` is ln(R₁/R₀).
    """

    how: How
    treated: Arm
    holdout: Arm
    relative: Interval
    extra: Interval
    difference: float
    log_lift: float
    log_variance: float


def satterthwaite(terms: tuple[float, float], groups: tuple[int, int]) -> float:
    """ν = (V₁+V₀)²/(V₁²/(G₁−1) + V₀²/(G₀−1)); at least the smaller arm's G − 1, at most G₁ + G₀ − 2."""
    below = sum(term**2 / (size - 1) for term, size in zip(terms, groups, strict=True))
    return (terms[0] + terms[1]) ** 2 / below if below > 0 else float(min(groups) - 1)


def extra_at(relative: float, total_treated: float) -> float:
    """The outcome the treated arm would not have had: Σ y·θ/(1+θ). Everything at θ = ∞; −∞ at θ = −1."""
    if math.isinf(relative):
        return total_treated
    return -math.inf if relative <= -1 else total_treated * relative / (1 + relative)


def delta_lift(clusters: Clusters, *, alpha: float = 0.05, adjusted: bool = False) -> Lift:
    """L = ln(R₁/R₀) ± t·√V_L. Raises NotEnough below four groups per arm or without outcome in an arm."""
    clusters.require_both_arms()
    one, other = sums_of(clusters)
    ratio = log_ratio(one, other, adjusted=adjusted)
    value, variance = _finite(ratio)
    df = satterthwaite((float(ratio.terms[0][0]), float(ratio.terms[1][0])), clusters.groups)
    spread = float(stdtrit(df, 1 - alpha / 2)) * math.sqrt(variance)
    p = 2 * float(stdtr(df, -abs(value) / math.sqrt(variance)))
    how = How("delta", alpha, p, adjusted=adjusted, df=df)
    return lift_of((one, other), ratio, (value - spread, value + spread), how)


def lift_of(arms: tuple[ArmSums, ArmSums], ratio: LogRatio, bounds: tuple[float, float], how: How) -> Lift:
    """Put a `Lift` together from bounds on the log scale."""
    one, other = (_arm(arm, ratio) for arm in arms)
    value = float(ratio.value[0])
    relative = Interval(*(math.expm1(each) if each < 700 else math.inf for each in (value, *bounds)))
    extra = Interval(*(extra_at(each, one.total) for each in (relative.value, relative.low, relative.high)))
    return Lift(
        how=how,
        treated=one,
        holdout=other,
        relative=relative,
        extra=extra,
        difference=one.rate - other.rate,
        log_lift=value,
        log_variance=float(ratio.variance[0]),
    )


def _arm(arm: ArmSums, ratio: LogRatio) -> Arm:
    rate, variance = arm_variance(arm, ratio.gamma)
    return Arm(int(arm.g[0]), round(float(arm.n[0])), float(arm.y[0]), float(rate[0]), float(variance[0]))


def _finite(ratio: LogRatio) -> tuple[float, float]:
    value, variance = float(ratio.value[0]), float(ratio.variance[0])
    if not (math.isfinite(value) and math.isfinite(variance) and variance > 0):
        raise NotEnough("groups that do not differ at all")
    return value, variance
