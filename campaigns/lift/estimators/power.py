"""What an experiment can see, before it begins: smallest detectable lift and how many groups a lift needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from campaigns.lift.estimators.clusters import Clusters, Floats
from campaigns.lift.estimators.ratio import satterthwaite

ALPHA, POWER = 0.05, 0.80
# Where a merchant has no groups to learn from: how alike people of one group are, and how group sizes vary.
DEFAULT_ICC, DEFAULT_SIZE_CV = 0.10, 0.8


@dataclass(frozen=True)
class Asked:
    """What is to be seen, how surely: two-sided `alpha`, `power`, and `treated_share` of the groups (0 to 1)."""

    treated_share: float = 0.5
    alpha: float = ALPHA
    power: float = POWER


def kappa2(clusters: Clusters) -> float:
    """κ² = [Σe²/(G−1)]/(R n̄)²: relative variance between groups, arms centred apart so that a lift adds none.

    Before a campaign every group is in one arm, which gives the formula as written. NaN without any outcome.
    """
    squares, total = 0.0, float(clusters.y.sum())
    arms = [arm for arm in (clusters.treated, ~clusters.treated) if arm.any()]
    for arm in arms:
        squares += float((_residuals(clusters.y[arm], clusters.n[arm]) ** 2).sum())
    size = len(clusters.names)
    return squares / (size - len(arms)) / (total / size) ** 2 if total > 0 and size > len(arms) else math.nan


def _residuals(y: Floats, n: Floats) -> Floats:
    found: Floats = y - y.sum() / n.sum() * n
    return found


def assumed_kappa2(
    rate: float, mean_size: float, *, icc: float = DEFAULT_ICC, size_cv: float = DEFAULT_SIZE_CV
) -> float:
    """κ² without earlier groups, for an outcome that is yes or no: (1−p)/p · DEFF/m̄."""
    return (1 - rate) / rate * design_effect(mean_size, icc=icc, size_cv=size_cv) / mean_size


def design_effect(mean_size: float, *, icc: float, size_cv: float = 0.0) -> float:
    """DEFF = 1 + ((1 + cv²)m̄ − 1)ρ (Donner & Klar 2000; unequal sizes: Eldridge, Ashby & Kerry 2006)."""
    return 1 + ((1 + size_cv**2) * mean_size - 1) * icc


def detectable(kappa2: float, groups: int, asked: Asked) -> float:
    """MDE = exp((t_{1−α/2}(ν) + t_{power}(ν))·κ·√(1/(fG) + 1/((1−f)G))) − 1; infinite below four per arm."""
    arms = _arms(groups, asked.treated_share)
    if min(arms) < 4 or not math.isfinite(kappa2):
        return math.inf
    df = satterthwaite((1 / arms[0], 1 / arms[1]), arms)
    quantiles = float(stdtrit(df, 1 - asked.alpha / 2) + stdtrit(df, asked.power))
    return math.expm1(quantiles * math.sqrt(kappa2 * (1 / arms[0] + 1 / arms[1])))


def groups_needed(kappa2: float, lift: float, asked: Asked) -> int:
    """The smallest G at which `lift` can be seen, by the t form; begun at the z form
    G = (z_{1−α/2} + z_{power})²κ²/(f(1−f) ln(1+MDE)²), which is always a little too few.
    """
    low = max(8, groups_by_z(kappa2, lift, asked))
    while detectable(kappa2, low, asked) > lift:
        low += max(1, low // 200)
    return low


def groups_by_z(kappa2: float, lift: float, asked: Asked) -> int:
    """The z form of the same, rounded up."""
    share = asked.treated_share
    quantiles = float(ndtri(1 - asked.alpha / 2) + ndtri(asked.power))
    return math.ceil(quantiles**2 * kappa2 / (share * (1 - share) * math.log1p(lift) ** 2))


def people_for_proportions(rate: float, added: float, asked: Asked, *, deff: float = 1.0) -> float:
    """People per arm to tell `rate` from `rate + added`, times the design effect; not rounded."""
    z_alpha, z_power = float(ndtri(1 - asked.alpha / 2)), float(ndtri(asked.power))
    other = rate + added
    root = z_alpha * math.sqrt(2 * rate * (1 - rate)) + z_power * math.sqrt(
        rate * (1 - rate) + other * (1 - other)
    )
    return root**2 / added**2 * deff


def people_for_means(sd: float, added: float, asked: Asked, *, deff: float = 1.0) -> float:
    """People per arm to see `added` at standard deviation `sd`: 2(z+z)²σ²/δ²·DEFF, not rounded."""
    quantiles = float(ndtri(1 - asked.alpha / 2) + ndtri(asked.power))
    return 2 * quantiles**2 * sd**2 / added**2 * deff


def _arms(groups: int, treated_share: float) -> tuple[int, int]:
    """Whole groups; the smaller arm is rounded, the other takes the rest."""
    treated = int(np.clip(round(groups * treated_share), 0, groups))
    return treated, groups - treated
