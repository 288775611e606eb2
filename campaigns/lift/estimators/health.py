"""Checks that block or qualify a verdict. Each says its value and its limit; words are put by `verdict`."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import chdtrc

from campaigns.lift.estimators.clusters import Clusters, NotEnough
from campaigns.lift.estimators.permutation import primary_lift

# Far below any usual level: these are looked at often, and a false alarm stops a report.
MISMATCH_P = 0.001
CONTAMINATED = 0.05
STILL_OPEN = 0.10
PASSED, QUALIFIES, BLOCKS, NOT_ASKED = "passed", "qualifies", "blocks", "not_asked"


@dataclass(frozen=True)
class Check:
    """`code` names the check, `level` is one of the four above, `value` is compared with `limit`."""

    code: str
    level: str
    value: float | None
    limit: float


def mismatch_p(counts: tuple[int, int], expected_share: float) -> float:
    """p of χ² = Σ(O−E)²/E, one degree of freedom, for two counts of which the first should be `expected_share`."""
    total = sum(counts)
    if total == 0 or not 0 < expected_share < 1:
        return math.nan
    wanted = (total * expected_share, total * (1 - expected_share))
    chi2 = sum((found - want) ** 2 / want for found, want in zip(counts, wanted, strict=True))
    return float(chdtrc(1, chi2))


def sample_ratio(groups: tuple[int, int], holdout_share: float, *, by_hash: bool) -> Check:
    """Treated and held-out groups against the planned share; a shuffle fixes the sizes, so is not asked."""
    if not by_hash:
        return Check("sample_ratio", NOT_ASKED, None, MISMATCH_P)
    return _mismatch("sample_ratio", groups, 1 - holdout_share)


def shown_ratio(would_show: tuple[int, int], eligible: tuple[int, int]) -> Check:
    """`would_show` per arm against eligible people per arm: it must not depend on the arm."""
    return _mismatch("would_show", would_show, eligible[0] / max(1, sum(eligible)))


def consent_share(consented: tuple[int, int], eligible: tuple[int, int]) -> Check:
    """People whose consent stands per arm, against eligible people per arm."""
    return _mismatch("consent", consented, eligible[0] / max(1, sum(eligible)))


def _mismatch(code: str, counts: tuple[int, int], share: float) -> Check:
    p = mismatch_p(counts, share)
    if math.isnan(p):
        return Check(code, NOT_ASKED, None, MISMATCH_P)
    return Check(code, BLOCKS if p < MISMATCH_P else PASSED, p, MISMATCH_P)


def contamination(contaminated: int, holdout_people: int) -> Check:
    """Held-out people whom a treated person's invitation reached. They pull the lift towards zero."""
    share = contaminated / holdout_people if holdout_people else 0.0
    return Check("contamination", QUALIFIES if share > CONTAMINATED else PASSED, share, CONTAMINATED)


def open_windows(still_open: int, groups: int) -> Check:
    """Groups in which an order would still count, or be refunded: above a tenth the figures are preliminary."""
    share = still_open / groups if groups else 1.0
    return Check("open_windows", QUALIFIES if share > STILL_OPEN else PASSED, share, STILL_OPEN)


def pre_period(clusters: Clusters, *, seed: int) -> Check:
    """The same estimator on the time before, at 99 %: it must see nothing. The value is its p."""
    limit = 0.01
    try:
        before = primary_lift(clusters.as_before(), seed=seed, alpha=limit)
    except NotEnough:
        return Check("pre_period", NOT_ASKED, None, limit)
    return Check("pre_period", BLOCKS if before.how.p <= limit else PASSED, before.how.p, limit)
