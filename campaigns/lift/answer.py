"""An experiment answered from its clusters: estimate, checks, verdict, and what others need to redo it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import numpy as np

from campaigns.lift.estimators import health, power
from campaigns.lift.estimators.clusters import Clusters, NotEnough
from campaigns.lift.estimators.cuped import Cuped, cuped
from campaigns.lift.estimators.permutation import primary_lift
from campaigns.lift.estimators.ratio import Lift, delta_lift
from campaigns.lift.figures import Measure
from campaigns.lift.rules import TREATED, ClusterOutcome, Experiment, Health
from campaigns.lift.verdict import Case, Verdict, judge


@dataclass(frozen=True)
class Answer:
    """`lift` decides, `delta` stands beside it; `cuped` is None where nothing is known of the time before."""

    experiment: Experiment
    verdict: Verdict
    checks: tuple[health.Check, ...]
    lift: Lift | None
    delta: Lift | None
    cuped: Cuped | None
    seed: int
    groups: tuple[int, int]
    groups_needed: int | None
    kappa2: float | None


def seed_of(salt: str) -> int:
    """The draws follow from what was fixed at launch, so nobody can try seeds until one pleases."""
    return int.from_bytes(sha256(f"draws|{salt}".encode()).digest()[:8])


def answer(
    experiment: Experiment, outcomes: Sequence[ClusterOutcome], counts: Health, *, salt: str, now: datetime
) -> Answer:
    """Estimate and judge. Takes a second or so for thousands of clusters: not for the event loop."""
    clusters, seed = arrays(experiment, outcomes), seed_of(salt)
    lift, delta, adjustment = _estimates(experiment, clusters, seed)
    checks = _checks(experiment, clusters, counts, seed=seed, now=now)
    kappa2, needed = _needed(experiment, clusters)
    case = Case(
        measure=Measure(experiment.metric, experiment.currency),
        lift=lift,
        checks=checks,
        groups=len(outcomes),
        groups_needed=needed,
        minimum_groups=experiment.minimum_sample,
        goal_rel=goal_of(experiment),
        window_days=experiment.outcome_window_days,
        days_left=days_left(experiment, now),
        has_holdout=experiment.has_holdout,
    )
    return Answer(
        experiment, judge(case), checks, lift, delta, adjustment, seed, clusters.groups, needed, kappa2
    )


def arrays(experiment: Experiment, outcomes: Sequence[ClusterOutcome]) -> Clusters:
    """The clusters with the outcome that was fixed: buyers, or money in minor units."""
    money = experiment.metric == "money"
    return Clusters.of(
        [each.cluster for each in outcomes],
        [each.arm == TREATED for each in outcomes],
        [each.n_eligible for each in outcomes],
        [each.y_money_minor if money else each.y for each in outcomes],
        x=[each.x_pre_minor for each in outcomes],
        stratum=[each.stratum for each in outcomes],
    )


def goal_of(experiment: Experiment) -> float | None:
    """The lift the campaign is asked about: what was hoped for, else the smallest it was planned to see."""
    return experiment.expected_rel or experiment.mde_rel


def days_left(experiment: Experiment, now: datetime) -> int:
    return max(0, math.ceil((experiment.planned_end_at - now) / timedelta(days=1)))


def _estimates(
    experiment: Experiment, clusters: Clusters, seed: int
) -> tuple[Lift | None, Lift | None, Cuped | None]:
    """The interval that decides, the t interval, and the adjustment if the time before says anything."""
    try:
        adjustment = cuped(clusters) if clusters.x.any() else None
        adjusted = adjustment is not None and adjustment.helps
        primary = primary_lift(clusters, seed=seed, alpha=experiment.alpha, adjusted=adjusted)
        beside = delta_lift(clusters, alpha=experiment.alpha, adjusted=adjusted)
    except NotEnough:
        return None, None, None
    return primary, beside, adjustment


def _checks(
    experiment: Experiment, clusters: Clusters, counts: Health, *, seed: int, now: datetime
) -> tuple[health.Check, ...]:
    if not experiment.has_holdout:
        return ()
    total = len(clusters.names)
    return (
        health.sample_ratio(clusters.groups, experiment.share_holdout, by_hash=experiment.method == "hash"),
        health.shown_ratio(counts.would_show, counts.eligible),
        health.consent_share(counts.consenting, counts.eligible),
        health.pre_period(clusters, seed=seed),
        health.contamination(counts.contaminated, counts.eligible[1]),
        health.open_windows(total if now < experiment.planned_end_at else 0, total),
    )


def _needed(experiment: Experiment, clusters: Clusters) -> tuple[float | None, int | None]:
    """κ² of these groups, and how many would show the lift that was planned for."""
    found = power.kappa2(clusters)
    goal = goal_of(experiment)
    if not math.isfinite(found) or not goal or not experiment.has_holdout:
        return (found if math.isfinite(found) else None), None
    asked = power.Asked(1 - experiment.share_holdout, experiment.alpha, experiment.power)
    return found, power.groups_needed(found, goal, asked)


def versions() -> dict[str, str]:
    """What computed it, for the report."""
    from scipy import __version__ as scipy_version

    return {"numpy": np.__version__, "scipy": scipy_version}
