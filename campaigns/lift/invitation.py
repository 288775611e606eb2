"""Whether a person may still be invited, with what, and that they were: asked at the moment of sending (R81)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, or_, select

from campaigns.deals.queries import on_the_board
from campaigns.deals.rows import campaign_deals, campaigns, deal_page_rows, deals, terms_of
from campaigns.foundation.store import Unit
from campaigns.lift.queries import arm_of
from campaigns.lift.rows import experiments, exposures
from campaigns.lift.rules import INVITATION, TREATED
from campaigns.orders.rows import orders
from campaigns.people.consent import Consent, stands
from campaigns.people.rows import account
from campaigns.sharing.rows import share_links


@dataclass(frozen=True)
class Invited:
    """Whom to write to, about which deals. `deals` are rows of `deal_page_rows`, those closing first in front;
    `codes` are the merchant's own share links to them, by deal, where there are any.
    """

    email: str
    organization_id: str
    deals: Sequence[Any]
    codes: dict[str, str]


async def invited(unit: Unit, campaign_id: str, account_id: str, now: datetime) -> Invited | None:
    """None unless the campaign runs, the person is treated, still agrees and has joined none of its deals, and
    there is a deal to join."""
    merchant = await unit.value(
        select(campaigns.c.organization_id).where(
            campaigns.c.id == campaign_id, campaigns.c.state == "launched"
        )
    )
    if merchant is None or await arm_of(unit, campaign_id, account_id) != TREATED:
        return None
    if not await stands(unit, Consent(account_id, "news", merchant)):
        return None
    email = await unit.value(select(account.c.email).where(account.c.id == account_id))
    found = await _to_join(unit, campaign_id, now)
    if not email or not found or await _has_joined(unit, campaign_id, account_id):
        return None
    return Invited(email, merchant, found, await _codes(unit, [row.id for row in found]))


async def log_exposure(unit: Unit, campaign_id: str, account_id: str, now: datetime) -> None:
    """The invitation was handed over. Said twice it is said once; of nobody outside the treated arm."""
    if await arm_of(unit, campaign_id, account_id) != TREATED:
        return
    shown = {"campaign_id": campaign_id, "account_id": account_id, "kind": "exposure", "surface": INVITATION}
    version = select(experiments.c.rule_version).where(experiments.c.campaign_id == campaign_id)
    row = shown | {"rule_version": await unit.value(version), "at": now}
    await unit.run(unit.insert(exposures).values(row).on_conflict_do_nothing())


async def _to_join(unit: Unit, campaign_id: str, now: datetime) -> list[Any]:
    mine = select(campaign_deals.c.deal_id).where(campaign_deals.c.campaign_id == campaign_id)
    statement = (
        deal_page_rows()
        .where(deals.c.id.in_(mine), on_the_board("open", now))
        .order_by(deals.c.closes_at, deals.c.id)
    )
    rows = await unit.all(statement)
    return [row for row in rows if not terms_of(row).is_sold_out(row.units_taken)]


async def _has_joined(unit: Unit, campaign_id: str, account_id: str) -> bool:
    joined = or_(orders.c.committed_at.is_not(None), orders.c.state == "pending")
    of_campaign = and_(
        campaign_deals.c.deal_id == orders.c.deal_id, campaign_deals.c.campaign_id == campaign_id
    )
    statement = select(literal(1)).select_from(orders).join(campaign_deals, of_campaign)
    return await unit.value(statement.where(orders.c.buyer_id == account_id, joined).limit(1)) is not None


async def _codes(unit: Unit, deal_ids: Sequence[str]) -> dict[str, str]:
    statement = select(share_links.c.deal_id, share_links.c.code).where(
        share_links.c.deal_id.in_(deal_ids),
        share_links.c.owner_kind == "merchant",
        share_links.c.ended_at.is_(None),
    )
    return {row.deal_id: row.code for row in await unit.all(statement)}
