"""Every letter in a situation in which it is true, for tests that look at all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from campaigns.foundation.facts import facts
from campaigns.people.identify import identify
from campaigns.people.ports import Letter
from campaigns.sharing.give_link import new_link
from campaigns.sharing.ports import AccountLost
from campaigns.sharing.posts.outcomes import lose
from campaigns.sharing.posts.rows import FeedAccountRow, feed_accounts
from campaigns.sharing.rows import share_links
from tests.reactions.stage import Stage

LADDER = [{"start": 1, "price_minor": 3800}, {"start": 40, "price_minor": 3400}]


@dataclass(frozen=True)
class Scene:
    """A deal in a state and, unless `order` is empty, an order of it."""

    order: str = ""
    reason: str | None = None
    deal: str = "open"
    more: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)


SCENES: Mapping[str, tuple[Scene, ...]] = {
    "held": (Scene("authorized"), Scene("authorized", terms={"tiers": LADDER, "leave_before_tip": "locked"})),
    "on": (
        Scene("authorized", deal="tipped", terms={"tiers": LADDER, "waived": True}),
        Scene("authorized", deal="settling", terms={"tiers": LADDER}),
    ),
    "charged": (
        Scene("captured", deal="tipped", more={"units": 1}),
        Scene("captured", deal="tipped", more={"units": 2}, terms={"refund_policy": "until_redeemed"}),
    ),
    "place_lapsed": (Scene("lapsed", "place_lapsed"),),
    "declined": (Scene("lapsed", "declined"),),
    "deal_closed": (Scene("lapsed", "deal_closed", "failed"),),
    "hold_ended": (Scene("lapsed", "hold_ended"),),
    "left": (Scene("lapsed", "left"), Scene("releasing", "left"), Scene("released", "left")),
    "too_late": (Scene("releasing", "too_late", "failed"),),
    "no_place": (Scene("releasing", "no_place", "tipped"),),
    "failed": (Scene("releasing", "deal_failed", "failed"), Scene("released", "deal_failed", "failed")),
    "canceled": tuple(
        Scene(state, "deal_canceled" if state in ("lapsed", "releasing", "dropped") else None, "canceled")
        for state in (
            "lapsed",
            "releasing",
            "dropped",
            "capturing",
            "captured",
            "refunding",
            "payment_problem",
        )
    ),
    "taken_early": (Scene("releasing", "taken_early"), Scene("refunding")),
    "payment_problem": tuple(
        Scene("payment_problem", reason, "tipped")
        for reason in ("authentication_required", "declined", "hold_ended")
    ),
    "payment_reminder": (Scene("payment_problem", "declined", "tipped"),),
    "dropped": (Scene("dropped", "problem_days_over", "tipped"), Scene("dropped", "gave_up", "tipped")),
    "refunded": (Scene("refunded", deal="tipped"),),
    "money_astray": (Scene("released", "left"),),
    "deal_submitted": (Scene(deal="in_review"),),
    "deal_sent_back": (Scene(deal="draft", terms={"review_note": "Name the venue."}),),
    "deal_approved": (Scene(deal="scheduled"),),
    "deal_opened": (Scene(),),
    "deal_tipped": (
        Scene(deal="tipped"),
        Scene(deal="tipped", terms={"tiers": LADDER, "tipped_by": "capacity"}),
        Scene(deal="settling", terms={"tipped_by": "waiver", "waived": True, "count_at_tip": 14}),
    ),
    "deal_failed": (Scene(deal="failed"),),
    "deal_canceled": (Scene(deal="canceled"),),
    "deal_settled": (Scene(deal="settled"),),
    "advocate_invited": (Scene(),),
    "feed_lost": (Scene(),),
}


async def act(stage: Stage, letter: str, scene: Scene, email: str = "ann@example.com") -> Letter:
    """Set a scene up, ask for its letter and answer what was sent."""
    deal_id = await stage.deal(state=scene.deal, **scene.terms)
    order_id = await _order(stage, scene, deal_id, email) if scene.order else None
    params: dict[str, Any] = {} if order_id else {"to": await _somebody(stage)}
    if letter == "refunded" and order_id:
        params = {"refund_id": await stage.refund(order_id, 3800)}
    if letter == "taken_early" and order_id:
        await stage.refund(order_id, 3800, "pending", ground="taken_early")
    if letter == "money_astray":
        params = {"to": await _somebody(stage), "fact_id": await _astray(stage)}
    if letter == "feed_lost":
        params |= {"fact_id": await _lost_feed(stage)}
    if letter == "advocate_invited":
        params |= {"link_id": await _link(stage, deal_id, params["to"])}
    await stage.ask_for(letter, order_id, deal_id, **params)
    [sent] = await stage.mail()
    return sent


async def _order(stage: Stage, scene: Scene, deal_id: str, email: str) -> str:
    more = {"reason": scene.reason, "problem_ends_at": stage.clock.at + timedelta(days=7), **scene.more}
    if scene.order in ("captured", "refunding", "refunded"):
        more |= {"captured_at": stage.clock.at, "units_captured": more.get("units", 1)}
    order_id = await stage.order(deal_id, email, scene.order, **more)
    for unit_no in range(1, more.get("units_captured", 0) + 1):
        await stage.voucher(order_id, unit_no)
    return order_id


async def _somebody(stage: Stage) -> str:
    async with stage.store.begin() as unit:
        return str(await identify(unit, "owner@lantern.example", stage.clock.at))


async def _link(stage: Stage, deal_id: str, account_id: str) -> str:
    owner = {"owner_kind": "advocate", "account_id": account_id, "reward": "a bowl of soup"}
    async with stage.store.begin() as unit:
        await new_link(unit, deal_id, owner, stage.clock.at)
        return str(await unit.value(select(share_links.c.id).where(share_links.c.deal_id == deal_id)))


async def _astray(stage: Stage) -> int:
    row = {"name": "money_astray", "subject": "order:1", "at": stage.clock.at, "machine": ""}
    data = {"payment_id": "pi_7", "amount_minor": 3800}
    async with stage.store.begin() as unit:
        await unit.run(facts.insert().values(**row, data=data))
        return int(await unit.value(select(func.max(facts.c.id))))


async def _lost_feed(stage: Stage) -> int:
    now = stage.clock.at
    row: dict[str, Any] = {
        "id": "feed_1",
        "organization_id": stage.merchant_id,
        "network": "bluesky",
        "native_id": "did:1",
    }
    row |= {"address": "https://feeds.example", "handle": "lantern.example", "secrets": "x", "key_id": "k"}
    async with stage.store.begin() as unit:
        model = FeedAccountRow.model_construct(**row, connected_at=now, connected_by="account:1")
        await unit.run(feed_accounts.insert().values(model.model_dump()))
        await lose(unit, "feed_1", AccountLost("revoked"), now)
        return int(await unit.value(select(func.max(facts.c.id))))
