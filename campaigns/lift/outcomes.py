"""What the people of every cluster did inside the outcome window: the only thing estimators read."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import select

from campaigns.deals.rows import campaigns
from campaigns.foundation.store import Unit
from campaigns.lift.queries import contaminated, experiment_of
from campaigns.lift.rows import eligibles, experiment_clusters
from campaigns.lift.rules import ClusterOutcome, Experiment
from campaigns.lift.spending import Span, spent
from campaigns.people.rows import organization


async def outcomes(unit: Unit, campaign_id: str) -> list[ClusterOutcome]:
    """One per cluster, by its name; the same rule in both arms. Empty before launch.

    Money is what was charged for the campaign's deals inside the window, by whichever way the person came,
    less what of it went back, plus imported sales.
    """
    experiment = await experiment_of(unit, campaign_id)
    if experiment is None:
        return []
    paid = await spent(unit, await _span(unit, experiment))
    money: Counter[str] = Counter()
    buyers: Counter[str] = Counter()
    people = select(eligibles.c.account_id, eligibles.c.cluster).where(eligibles.c.campaign_id == campaign_id)
    for row in await unit.all(people):
        if (minor := paid.get(row.account_id)) is not None:
            money[row.cluster] += minor
            buyers[row.cluster] += minor > 0
    tainted = await contaminated(unit, campaign_id)
    return [
        ClusterOutcome(
            cluster=row.cluster,
            arm=row.arm,
            stratum=row.stratum,
            n_eligible=row.n_eligible,
            y=buyers[row.cluster],
            y_money_minor=money[row.cluster],
            x_pre_minor=row.x_pre_minor,
            contaminated=tainted.get(row.cluster, 0),
        )
        for row in await unit.all(_clusters(campaign_id))
    ]


def _clusters(campaign_id: str) -> Any:
    mine = experiment_clusters.c.campaign_id == campaign_id
    return select(experiment_clusters).where(mine).order_by(experiment_clusters.c.cluster)


async def _span(unit: Unit, experiment: Experiment) -> Span:
    of: Any = await unit.one(
        select(organization.c.id, organization.c.zone)
        .join(campaigns, campaigns.c.organization_id == organization.c.id)
        .where(campaigns.c.id == experiment.campaign_id)
    )
    window = (experiment.fixed_at, experiment.planned_end_at)
    return Span(of.id, experiment.currency, of.zone, *window, campaign_id=experiment.campaign_id)
