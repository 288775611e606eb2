"""What an audience can show before a campaign begins, from what its people spent earlier. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.power import Asked, assumed_kappa2, detectable, kappa2

# Where nobody bought anything earlier: one in twenty buys.
ASSUMED_RATE = 0.05


@dataclass(frozen=True)
class Power:
    """`mde_rel` is the smallest relative lift that shows, or None. `assumed`: there were no earlier sales to go by."""

    mde_rel: float | None
    assumed: bool


def power_of(people: Mapping[str, int], spent_minor: Mapping[str, int], *, holdout_percent: int) -> Power:
    """By cluster: how many eligible people, and what they spent before. No holdout shows nothing."""
    names = sorted(people)
    if not names or holdout_percent == 0:
        return Power(None, assumed=False)
    counted = Clusters.of(
        names, [True] * len(names), [people[c] for c in names], [spent_minor[c] for c in names]
    )
    spread, assumed = kappa2(counted), False
    if not math.isfinite(spread):
        spread, assumed = assumed_kappa2(ASSUMED_RATE, sum(people.values()) / len(names)), True
    found = detectable(spread, len(names), Asked(treated_share=1 - holdout_percent / 100))
    return Power(found if math.isfinite(found) else None, assumed)
