"""What an experiment is, how sound it is and what it last said; for reports and for letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from campaigns.deals.rows import campaign_deals, campaigns
from campaigns.foundation.store import Unit
from campaigns.lift.rows import eligibles, experiment_clusters, experiments, exposures, lift_results
from campaigns.lift.rules import ARMS, HOLDOUT, INVITATION, TREATED, Experiment, Health
from campaigns.orders.rows import orders
from campaigns.people.rows import consents
from campaigns.sharing.rows import referrals, share_links


@dataclass(frozen=True)
class StoredResult:
    """What the scheduler last computed, from which state of the data and when (R64)."""

    data_version: str
    computed_at: datetime
    result: dict[str, Any]


_EXPERIMENT = [experiments.c[name] for name in Experiment.__dataclass_fields__]


async def experiment_of(unit: Unit, campaign_id: str) -> Experiment | None:
    """The design fixed at launch; None before it."""
    row = await unit.one(select(*_EXPERIMENT).where(experiments.c.campaign_id == campaign_id))
    return Experiment(**row._mapping) if row else None


async def latest_result(unit: Unit, campaign_id: str) -> StoredResult | None:
    """None before the first computation."""
    kept = [lift_results.c[name] for name in StoredResult.__dataclass_fields__]
    row = await unit.one(select(*kept).where(lift_results.c.campaign_id == campaign_id))
    return StoredResult(**row._mapping) if row else None


async def latest_verdicts(unit: Unit, organization_id: str) -> Mapping[str, dict[str, Any]]:
    """What was last said of each campaign of a merchant, by campaign id; none for one not computed yet."""
    statement = (
        select(lift_results.c.campaign_id, lift_results.c.result["verdict"].label("verdict"))
        .join(campaigns, campaigns.c.id == lift_results.c.campaign_id)
        .where(campaigns.c.organization_id == organization_id)
    )
    return {row.campaign_id: row.verdict for row in await unit.all(statement)}


async def arm_of(unit: Unit, campaign_id: str, account_id: str) -> str | None:
    """The arm of a person, None for somebody who is not in the experiment."""
    statement = (
        select(experiment_clusters.c.arm)
        .join(eligibles, _same_cluster())
        .where(eligibles.c.campaign_id == campaign_id, eligibles.c.account_id == account_id)
    )
    found = await unit.value(statement)
    return str(found) if found else None


async def health(unit: Unit, campaign_id: str) -> Health:
    """The counts that block or qualify a verdict."""
    standing = and_(
        consents.c.account_id == eligibles.c.account_id,
        consents.c.kind == "news",
        consents.c.about == campaigns.c.organization_id,
        consents.c.withdrawn_at.is_(None),
    )
    shown = {kind: exposures.alias(kind) for kind in ("would_show", "exposure")}
    statement = (
        select(
            experiment_clusters.c.arm,
            func.count().label("eligible"),
            func.count(consents.c.account_id).label("consenting"),
            *(func.count(each.c.account_id).label(f"n_{kind}") for kind, each in shown.items()),
        )
        .join(eligibles, _same_cluster())
        .join(campaigns, campaigns.c.id == eligibles.c.campaign_id)
        .outerjoin(consents, standing)
        .where(eligibles.c.campaign_id == campaign_id)
        .group_by(experiment_clusters.c.arm)
    )
    for kind, each in shown.items():
        statement = statement.outerjoin(each, _shown_to(each, kind))
    found: dict[str, Any] = {row.arm: row for row in await unit.all(statement)}

    def by_arm(name: str) -> tuple[int, int]:
        treated, holdout = (int(getattr(found[arm], name)) if arm in found else 0 for arm in ARMS)
        return treated, holdout

    return Health(
        eligible=by_arm("eligible"),
        would_show=by_arm("n_would_show"),
        consenting=by_arm("consenting"),
        exposed=by_arm("n_exposure")[0],
        contaminated=sum((await contaminated(unit, campaign_id)).values()),
    )


async def contaminated(unit: Unit, campaign_id: str) -> dict[str, int]:
    """By cluster of the holdout, people who joined by the link of a treated person or of the merchant itself.

    Whoever saw a public post and came without a link is not seen here; the report says so.
    """
    treated = (
        select(eligibles.c.account_id)
        .join(experiment_clusters, _same_cluster())
        .where(eligibles.c.campaign_id == campaign_id, experiment_clusters.c.arm == TREATED)
    )
    statement = (
        select(eligibles.c.cluster, func.count(eligibles.c.account_id.distinct()).label("people"))
        .join(experiment_clusters, _same_cluster())
        .join(orders, orders.c.buyer_id == eligibles.c.account_id)
        .join(campaign_deals, campaign_deals.c.deal_id == orders.c.deal_id)
        .join(referrals, referrals.c.order_id == orders.c.id)
        .join(share_links, share_links.c.id == referrals.c.link_id)
        .where(
            eligibles.c.campaign_id == campaign_id,
            campaign_deals.c.campaign_id == campaign_id,
            experiment_clusters.c.arm == HOLDOUT,
            or_(share_links.c.owner_kind == "merchant", share_links.c.account_id.in_(treated)),
        )
        .group_by(eligibles.c.cluster)
    )
    return {row.cluster: int(row.people) for row in await unit.all(statement)}


def _same_cluster() -> Any:
    return and_(
        eligibles.c.campaign_id == experiment_clusters.c.campaign_id,
        eligibles.c.cluster == experiment_clusters.c.cluster,
    )


def _shown_to(shown: Any, kind: str) -> Any:
    return and_(
        shown.c.campaign_id == eligibles.c.campaign_id,
        shown.c.account_id == eligibles.c.account_id,
        shown.c.kind == kind,
        shown.c.surface == INVITATION,
    )
