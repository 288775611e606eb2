"""A campaign's report: what was counted, attributed and compared. Pages, files and the API read this one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from campaigns.deals.campaign_queries import CampaignView
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.lift.buyers import buyers_of
from campaigns.lift.funnel import DealMoney, funnel
from campaigns.lift.pace import joins_by_day
from campaigns.lift.queries import StoredResult, experiment_of, latest_result
from campaigns.lift.rules import Experiment
from campaigns.lift.small_cells import CreditRow, attributed, by_channel, by_link, shown_days
from campaigns.lift.takings import DayMoney, day_sums
from campaigns.people.queries import Organization
from campaigns.sharing.credit import credit
from campaigns.sharing.link_rules import ADVOCATE, BUYER, MERCHANT
from campaigns.sharing.rows import share_links

_OWNERS = {BUYER: "Buyer", ADVOCATE: "Advocate", MERCHANT: "Your own link"}
SCHEMA = "quorum.campaign_report/1"


@dataclass(frozen=True)
class CampaignReport:
    """`steps` are distinct people of the funnel, not yet screened for small numbers; the rows of credit are.

    `attributed` is all that followed a link; None where that, or the rest, is of too few people. `stored` is what
    was last compared, None before that or before launch. `joins` and `days` are empty where the people or the orders
    they add up to are too few. `link_names` calls links by kind and code, never by person.
    """

    campaign: CampaignView
    experiment: Experiment | None
    stored: StoredResult | None
    currency: str
    steps: tuple[tuple[str, int], ...]
    deals: tuple[DealMoney, ...]
    channels: tuple[CreditRow, ...]
    links: tuple[CreditRow, ...]
    attributed: CreditRow | None
    link_names: Mapping[str, str]
    joins: tuple[tuple[date, int], ...]
    days: tuple[DayMoney, ...]
    buyers: int
    earlier_customers: int
    at: datetime

    @property
    def judged(self) -> Mapping[str, Any] | None:
        return self.stored.result if self.stored else None

    @property
    def metric(self) -> str:
        return self.experiment.metric if self.experiment else "money"

    @property
    def is_decided(self) -> bool:
        """Whether extra sales may be named: an estimate, no failed check, and nothing preliminary (6.2)."""
        judged = self.judged
        if judged is None or judged["lift"] is None:
            return False
        return (
            judged["verdict"]["code"] != "check_failed" and "preliminary" not in judged["verdict"]["badges"]
        )

    def total(self, column: str) -> Money:
        """`gross`, `collected`, `returned` or `net` of all deals."""
        return sum((getattr(deal, column) for deal in self.deals), Money(0, self.currency))


async def report_of(
    unit: Unit, campaign: CampaignView, merchant: Organization, now: datetime
) -> CampaignReport:
    """Everything at one moment, except the comparison, which is the newest one computed."""
    counted = await funnel(unit, campaign.id)
    people = await buyers_of(unit, campaign)
    lines = await credit(unit, [deal.id for deal in campaign.deals])
    joins = await joins_by_day(unit, campaign.id, merchant.zone)
    totals = (counted.joined, counted.captured, sum(count for _, count in joins))
    return CampaignReport(
        campaign=campaign,
        experiment=await experiment_of(unit, campaign.id),
        stored=await latest_result(unit, campaign.id),
        currency=campaign.currency or "USD",
        steps=counted.steps,
        deals=counted.deals,
        channels=by_channel(lines),
        links=by_link(lines),
        attributed=attributed(lines),
        link_names=await _link_names(unit, [deal.id for deal in campaign.deals]),
        buyers=len(people),
        earlier_customers=sum(each.was_customer for each in people),
        joins=shown_days(joins, *totals),
        days=shown_days(await day_sums(unit, campaign, merchant.zone), *totals),
        at=now,
    )


async def _link_names(unit: Unit, deal_ids: Sequence[str]) -> dict[str, str]:
    kept = select(share_links.c.id, share_links.c.code, share_links.c.owner_kind)
    rows = await unit.all(kept.where(share_links.c.deal_id.in_(deal_ids)))
    return {row.id: f"{_OWNERS[row.owner_kind]} {row.code[:4].upper()}" for row in rows}
