"""Words of an experiment, and who is put into which arm. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

TREATED, HOLDOUT = "treated", "holdout"
ARMS = (TREATED, HOLDOUT)
UNIT_KINDS = ("person", "group")
METHODS = ("hash", "shuffle")
METRICS = ("money", "buyers")
SHOWN = ("would_show", "exposure")
INVITATION = "invitation"
RULE_VERSION = "1"


@dataclass(frozen=True)
class Experiment:
    """The registered design. `holdout_percent` 0: everybody is invited, and no lift is ever claimed.

    `minimum_sample` counts clusters of both arms together. Outcomes count from `fixed_at` up to
    `planned_end_at`, which is `outcome_window_days` later. `mde_rel` is the smallest relative lift that this
    many clusters can show, None where it could not be told; `expected_rel` what the marketer hoped for.
    """

    campaign_id: str
    what_is_withheld: str
    unit_kind: str
    holdout_percent: int
    method: str
    metric: str
    currency: str
    planned_end_at: datetime
    outcome_window_days: int
    minimum_sample: int
    expected_rel: float | None
    mde_rel: float | None
    power: float
    alpha: float
    rule_version: str
    fixed_at: datetime

    @property
    def share_holdout(self) -> float:
        return self.holdout_percent / 100

    @property
    def has_holdout(self) -> bool:
        return self.holdout_percent > 0


@dataclass(frozen=True)
class ClusterOutcome:
    """One cluster of an experiment and what its eligible people did inside the window, whatever the arm.

    `y` people bought; `y_money_minor` is what they paid less what went back; `x_pre_minor` what they had paid
    before launch; `contaminated` of its people came by a treated person's link.
    """

    cluster: str
    arm: str
    stratum: int
    n_eligible: int
    y: int
    y_money_minor: int
    x_pre_minor: int
    contaminated: int = 0


@dataclass(frozen=True)
class Health:
    """Counts that block or qualify a verdict, each by arm (treated, holdout) and of people.

    `would_show` and `eligible` must be the same; `consenting` still agree to news. `exposed` were sent an
    invitation; `contaminated` are people of the holdout who came by a treated person's link.
    """

    eligible: tuple[int, int]
    would_show: tuple[int, int]
    consenting: tuple[int, int]
    exposed: int
    contaminated: int


def missing_clusters(experiment: Experiment, clusters: int) -> int:
    """How many more an answer needs; 0 when the sample fixed before launch is reached (R86)."""
    return max(0, experiment.minimum_sample - clusters)
