"""What the demo must hold for every room to have something to show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, exists, literal, select

from campaigns.checkins.rows import check_in_offers, check_in_rewards, check_ins
from campaigns.deals.rows import campaigns
from campaigns.foundation.facts import facts
from campaigns.foundation.store import Unit
from campaigns.lift.rows import lift_results
from campaigns.listening.rows import mentions
from campaigns.sharing.posts.rows import posts, templates
from campaigns.sharing.rows import referrals, share_links

LIT: tuple[tuple[Table, str, set[str]], ...] = (
    (check_ins, "check_in", {"accepted", "refused"}),
    (posts, "post", {"published"}),
    (templates, "template", {"approved"}),
    (mentions, "mention", {"matched", "answered"}),
    (campaigns, "campaign", {"launched", "draft"}),
)


async def without_fact(unit: Unit, table: Table, machine: str) -> list[Any]:
    """Rows whose state no fact tells of."""
    told = exists().where(
        facts.c.machine == machine,
        facts.c.subject == literal(f"{machine}:") + table.c.id,
        facts.c.to_state == table.c.state,
    )
    return [row.id for row in await unit.all(select(table.c.id).where(~told))]


async def rewards_by_kind(unit: Unit) -> set[str]:
    granted = select(check_in_offers.c.kind).join(
        check_in_rewards, check_in_rewards.c.offer_id == check_in_offers.c.id
    )
    return {row.kind for row in await unit.all(granted.distinct())}


async def credited_owners(unit: Unit) -> set[str]:
    """Whose links brought somebody."""
    brought = select(share_links.c.owner_kind).join(referrals, referrals.c.link_id == share_links.c.id)
    return {row.owner_kind for row in await unit.all(brought.distinct())}


async def verdicts(unit: Unit) -> dict[str, str]:
    """What each report says, by the campaign's name."""
    stored = select(campaigns.c.name, lift_results.c.result).join(
        campaigns, campaigns.c.id == lift_results.c.campaign_id
    )
    return {row.name: row.result["verdict"]["code"] for row in await unit.all(stored)}
