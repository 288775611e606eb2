"""How far people came with a campaign, step by step. Description: nobody says that the campaign made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from campaigns.checkins.rows import check_ins
from campaigns.deals.campaign_queries import campaign_by_id
from campaigns.deals.rows import campaign_deals
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit
from campaigns.lift.buyers import buyers_of
from campaigns.lift.rows import exposures
from campaigns.lift.takings import deal_sums
from campaigns.orders.rows import orders
from campaigns.sharing.link_rules import PERSON
from campaigns.sharing.rows import clicks, share_links
from campaigns.vouchers.rows import vouchers

_MONEY = ("joined", "gross", "dropped", "collected", "returned", "net")


@dataclass(frozen=True)
class DealMoney:
    """One deal of a campaign: its money (R85), and of the people charged those who were customers before (R87).

    `gross` was committed, `dropped` of it let go without a charge, `collected` charged, `returned` refunded or
    charged back since. `joined` orders were committed. Who bought two deals is counted in both.
    """

    id: str
    title: str
    joined: int
    gross: Money
    dropped: Money
    collected: Money
    returned: Money
    net: Money
    buyers: int
    earlier_customers: int


@dataclass(frozen=True)
class Funnel:
    """Distinct people per step, of both arms and of nobody's arm; the merchant's own people are left out.

    `exposed` were sent an invitation. `visited` followed a share link to one of the deals, known by browser and
    day, so that one person on two days is two. `joined` were ever committed, `captured` charged, `checked_in`
    accepted at a venue, `redeemed` used a voucher. A step may be larger than the one before it: many come by no link.
    """

    exposed: int
    visited: int
    joined: int
    captured: int
    checked_in: int
    redeemed: int
    deals: tuple[DealMoney, ...] = ()

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """In plain words and in order."""
        return (
            ("Were sent an invitation", self.exposed),
            ("Followed a link", self.visited),
            ("Joined", self.joined),
            ("Were charged", self.captured),
            ("Checked in", self.checked_in),
            ("Used a voucher", self.redeemed),
        )


async def funnel(unit: Unit, campaign_id: str) -> Funnel:
    """All of it in one snapshot; zeros for a campaign without deals."""
    shown = (exposures.c.campaign_id == campaign_id, exposures.c.kind == "exposure")
    people = func.count(orders.c.counts_as.distinct())
    mine = (orders.c.deal_id.in_(_deals(campaign_id)), orders.c.counts)
    used = select(people).join(vouchers, vouchers.c.order_id == orders.c.id)
    came = select(people).join(check_ins, check_ins.c.order_id == orders.c.id)
    return Funnel(
        exposed=await _count(unit, select(func.count(exposures.c.account_id.distinct())).where(*shown)),
        visited=await _count(unit, _visitors(campaign_id)),
        joined=await _count(unit, select(people).where(*mine, orders.c.committed_at.is_not(None))),
        captured=await _count(unit, select(people).where(*mine, orders.c.captured_at.is_not(None))),
        checked_in=await _count(unit, came.where(*mine, check_ins.c.state == "accepted")),
        redeemed=await _count(unit, used.where(*mine, vouchers.c.redeemed_at.is_not(None))),
        deals=await _money(unit, campaign_id),
    )


async def _money(unit: Unit, campaign_id: str) -> tuple[DealMoney, ...]:
    campaign = await campaign_by_id(unit, campaign_id)
    if campaign is None:
        return ()
    sums, buyers = await deal_sums(unit, campaign), await buyers_of(unit, campaign)
    return tuple(
        DealMoney(
            id=deal.id,
            title=deal.title,
            **{name: getattr(sums[deal.id], name) for name in _MONEY},
            buyers=len(theirs := [each for each in buyers if deal.id in each.deal_ids]),
            earlier_customers=sum(each.was_customer for each in theirs),
        )
        for deal in campaign.deals
    )


async def _count(unit: Unit, statement: Any) -> int:
    return int(await unit.value(statement) or 0)


def _deals(campaign_id: str) -> Any:
    return select(campaign_deals.c.deal_id).where(campaign_deals.c.campaign_id == campaign_id)


def _visitors(campaign_id: str) -> Any:
    """Clicks of people; those whose day's key is gone are counted one by one, as they were deduplicated then."""
    who = func.coalesce(clicks.c.visitor, clicks.c.id)
    return (
        select(func.count(who.distinct()))
        .join(share_links, share_links.c.id == clicks.c.link_id)
        .where(share_links.c.deal_id.in_(_deals(campaign_id)), clicks.c.kind == PERSON)
    )
