"""Deals with their counts: who counts, who ever did, what is on the board (R1-R3, R9, R11, R37, R64)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from campaigns.deals.open import open_due
from campaigns.deals.rows import deals
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.facts import moved, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import Store
from campaigns.orders.board import board, console_deals, deal_by_id, deal_page
from campaigns.orders.rows import orders
from campaigns.orders.rules import ORDER
from campaigns.people.identify import identify
from tests.deals.drafts import Merchant, a_merchant

SLUG = "noodle-dinner-for-two"


@pytest.fixture
async def merchant(store: Store, clock: ManualClock) -> Merchant:
    return await a_merchant(store, clock)


async def an_open_deal(merchant: Merchant, **changes: Any) -> str:
    deal_id = await merchant.published(**changes)
    await open_due(store=merchant.store, clock=merchant.clock)
    return deal_id


async def an_order(merchant: Merchant, deal_id: str, email: str, state: str, **columns: Any) -> None:
    """An order as it stands in the table, with the fact of its commitment where it had one."""
    async with merchant.store.begin() as unit:
        buyer = await identify(unit, email, merchant.clock.at)
        captured = state in ("captured", "refunding", "refunded", "disputed")
        row = {
            "id": new_id("ord"),
            "deal_id": deal_id,
            "buyer_id": buyer,
            "counts_as": buyer,
            "request_key": new_id("key"),
            "units": 2,
            "unit_price_minor": 3800,
            "due_minor": 7600,
            "currency": "USD",
            "state": state,
            "placed_at": merchant.clock.at,
            "place_ends_at": merchant.clock.at + timedelta(minutes=30),
            "captured_at": merchant.clock.at if captured else None,
            "units_captured": 2 if captured else 0,
            **columns,
        }
        await unit.run(orders.insert().values({**_defaults(), **row}))
        if state != "pending":
            fact = moved(
                ORDER, f"order:{row['id']}", "pending", "authorized", merchant.clock.at,
                order_id=row["id"], deal_id=deal_id,
            )  # fmt: skip
            await record(unit, [fact])


def _defaults() -> dict[str, Any]:
    return {"counts": True, "units_refunded": 0, "plan": "hold", "attempt": 1}


async def view_of(merchant: Merchant) -> Any:
    async with merchant.store.read() as unit:
        return await deal_page(unit, SLUG, merchant.clock.at)


async def test_only_committed_orders_count_before_the_tip(merchant: Merchant) -> None:
    """R1, R24: pending counts nothing, and what was given back counts nothing any more."""
    deal_id = await an_open_deal(merchant)
    for number, state in enumerate(
        ("authorized", "card_saved", "pending", "lapsed", "releasing", "released")
    ):
        await an_order(merchant, deal_id, f"buyer{number}@fern.example", state)
    view = await view_of(merchant)
    assert (view.count, view.missing, view.pending) == (2, 18, 1)
    assert (view.buyers_active, view.buyers_ever) == (2, 5)


async def test_after_the_tip_the_active_orders_count(merchant: Merchant) -> None:
    """R37, and the part of a refund that is not being refunded."""
    deal_id = await an_open_deal(merchant)
    for number, state in enumerate(("capturing", "captured", "payment_problem", "disputed", "refunded")):
        await an_order(merchant, deal_id, f"buyer{number}@fern.example", state)
    await an_order(merchant, deal_id, "half@fern.example", "refunding", units_refunded=1)
    await an_order(merchant, deal_id, "whole@fern.example", "refunding", units_refunded=2)
    assert (await view_of(merchant)).count == 0
    async with merchant.store.begin() as unit:
        values = {"state": "tipped", "tipped_at": merchant.clock.at, "tipped_by": "threshold"}
        await unit.run(update(deals).where(deals.c.id == deal_id).values(values))
    view = await view_of(merchant)
    assert (view.count, view.buyers_active, view.buyers_ever, view.phase) == (5, 5, 7, "tipped")


@pytest.mark.parametrize(("counts", "shown"), [("buyers", 1), ("units", 4), ("money", 15_200)])
async def test_a_buyer_with_two_orders_is_one_buyer(merchant: Merchant, counts: str, shown: int) -> None:
    """R2, R3."""
    deal_id = await an_open_deal(merchant, threshold_counts=counts, threshold="200")
    await an_order(merchant, deal_id, "twice@fern.example", "authorized")
    await an_order(merchant, deal_id, "twice@fern.example", "card_saved")
    assert (await view_of(merchant)).count == shown


async def test_the_merchants_own_orders_count_towards_nothing(merchant: Merchant) -> None:
    """R9."""
    deal_id = await an_open_deal(merchant)
    await an_order(merchant, deal_id, "staff@fern.example", "authorized", counts=False)
    view = await view_of(merchant)
    assert (view.count, view.buyers_active, view.buyers_ever) == (0, 0, 0)


@pytest.mark.parametrize("stage", ["draft", "submitted"])
async def test_what_is_not_published_has_no_public_page(merchant: Merchant, stage: str) -> None:
    deal_id = await getattr(merchant, stage)()
    async with merchant.store.read() as unit:
        assert await deal_page(unit, SLUG, merchant.clock.at) is None
        assert await board(unit, merchant.clock.at) == []
        assert (await deal_by_id(unit, deal_id, merchant.clock.at)) is not None
        assert [view.id for view in await console_deals(unit, merchant.id, merchant.clock.at)] == [deal_id]


async def test_a_draft_that_was_canceled_stays_private(merchant: Merchant) -> None:
    deal_id = await merchant.draft()
    async with merchant.store.begin() as unit:
        await unit.run(update(deals).where(deals.c.id == deal_id).values(state="canceled"))
    assert await view_of(merchant) is None


async def test_the_board_goes_by_the_clock(merchant: Merchant) -> None:
    """R11, R17: nobody has rung yet, and still the board is right at every instant."""
    window = {"opens_at": "2026-11-25 04:00", "closes_at": "2026-11-27 04:00"}  # noon UTC
    await merchant.published(**window)
    seen = {}
    for hours, which in ((23.999, "scheduled"), (24, "open"), (71.999, "open"), (72, "past")):
        now = merchant.clock.at + timedelta(hours=hours)
        async with merchant.store.read() as unit:
            seen[hours] = [
                name for name in ("scheduled", "open", "tipped", "past") if await board(unit, now, name)
            ]
        assert seen[hours] == [which]


async def test_the_board_shows_what_closes_first_in_front(merchant: Merchant) -> None:
    await an_open_deal(merchant, title="Later", closes_at="2026-11-28 18:00")
    await an_open_deal(merchant, title="Sooner", closes_at="2026-11-26 18:00")
    async with merchant.store.read() as unit:
        cards = await board(unit, merchant.clock.at)
    assert [card.title for card in cards] == ["Sooner", "Later"]
