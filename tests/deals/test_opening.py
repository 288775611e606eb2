"""Windows on one offer, and the opening of deals, alone and in a crowd (R11, R17, R18, R28)."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select, update

from campaigns.deals.open import open_due
from campaigns.deals.review import Approve, review
from campaigns.deals.rows import deals, lock_deal, open_if_due
from campaigns.deals.rules import WindowsOverlap
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.effects import outbox
from campaigns.foundation.facts import facts
from campaigns.foundation.store import Store
from tests.deals.drafts import OPERATOR, Merchant, a_merchant

FIRST = {"opens_at": "2026-11-25 09:00", "closes_at": "2026-11-27 18:00"}


@pytest.fixture
async def merchant(store: Store, clock: ManualClock) -> Merchant:
    return await a_merchant(store, clock)


async def state_of(merchant: Merchant, deal_id: str) -> str:
    async with merchant.store.read() as unit:
        return str(await unit.value(select(deals.c.state).where(deals.c.id == deal_id)))


async def set_state(merchant: Merchant, deal_id: str, state: str) -> None:
    async with merchant.store.begin() as unit:
        await unit.run(update(deals).where(deals.c.id == deal_id).values(state=state))


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "overlaps"),
    [
        ("2026-11-27 18:00", "2026-11-29 18:00", False),  # opens when the first closes, which is out already
        ("2026-11-27 17:59", "2026-11-29 18:00", True),
        ("2026-11-24 18:00", "2026-11-25 09:00", False),
        ("2026-11-24 18:00", "2026-11-25 09:01", True),
        ("2026-11-26 09:00", "2026-11-26 18:00", True),
        ("2026-11-24 09:00", "2026-11-29 18:00", True),
    ],
)
async def test_windows_on_one_offer_never_overlap(
    merchant: Merchant, opens_at: str, closes_at: str, overlaps: bool
) -> None:
    """R28, R11."""
    await merchant.published(**FIRST)
    if overlaps:
        with pytest.raises(WindowsOverlap) as refusal:
            await merchant.published(opens_at=opens_at, closes_at=closes_at)
        assert "noodle-dinner-for-two sells the same offer" in str(refusal.value)
    else:
        await merchant.published(opens_at=opens_at, closes_at=closes_at)


@pytest.mark.parametrize(
    ("state", "overlaps"),
    [
        ("draft", False), ("in_review", False), ("scheduled", True), ("open", True),
        ("settled", True), ("failed", False), ("canceled", False),
    ],
)  # fmt: skip
async def test_only_failed_and_canceled_deals_make_room(
    merchant: Merchant, state: str, overlaps: bool
) -> None:
    """R28."""
    await set_state(merchant, await merchant.published(**FIRST), state)
    if overlaps:
        with pytest.raises(WindowsOverlap):
            await merchant.published(**FIRST)
    else:
        await merchant.published(**FIRST)


async def test_another_offer_may_be_sold_at_the_same_time(merchant: Merchant) -> None:
    """R28 speaks of one offer."""
    await merchant.published(**FIRST)
    await merchant.published(title="Dumplings for two", **FIRST)


@pytest.mark.races
async def test_of_two_approvals_at_once_one_is_refused(merchant: Merchant) -> None:
    """R28: the offer's lock lets the second see the first."""
    waiting = [await merchant.submitted(**FIRST), await merchant.submitted(**FIRST)]
    outcomes = await asyncio.gather(
        *(
            review(deal, Approve(), actor=OPERATOR, store=merchant.store, clock=merchant.clock)
            for deal in waiting
        ),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "WindowsOverlap"]
    assert sorted([await state_of(merchant, deal) for deal in waiting]) == ["in_review", "scheduled"]


async def test_a_deal_opens_at_its_instant_and_not_before(merchant: Merchant) -> None:
    """R11: opens_at is in."""
    deal_id = await merchant.published(**FIRST)
    async with merchant.store.read() as unit:
        opens_at = await unit.value(select(deals.c.opens_at).where(deals.c.id == deal_id))
    merchant.clock.at = opens_at
    merchant.clock.advance(microseconds=-1)
    assert await open_due(store=merchant.store, clock=merchant.clock) == []
    merchant.clock.advance(microseconds=1)
    assert await open_due(store=merchant.store, clock=merchant.clock) == [deal_id]
    assert await open_due(store=merchant.store, clock=merchant.clock) == []
    assert await state_of(merchant, deal_id) == "open"


@pytest.mark.races
async def test_ten_openers_have_the_effect_of_one(merchant: Merchant) -> None:
    """R18: each deal is opened, recorded and told once."""
    for number in range(3):
        await merchant.published(title=f"Dinner {number}")
    opened = await asyncio.gather(*(open_due(store=merchant.store, clock=merchant.clock) for _ in range(10)))
    assert sum(len(ids) for ids in opened) == 3
    async with merchant.store.read() as unit:
        recorded = await unit.value(select(func.count()).where(facts.c.to_state == "open"))
        told = await unit.value(select(func.count()).where(outbox.c.kind == "tell"))
    assert (recorded, told) == (3, 9)  # three submissions, three approvals and three openings


async def test_whoever_comes_before_the_timer_opens_the_deal(merchant: Merchant) -> None:
    """R17: the row is the truth, the timer a hint."""

    async def try_to_open() -> bool:
        async with merchant.store.begin() as unit:
            row: Any = await lock_deal(unit, deal_id)
            return await open_if_due(unit, row, await merchant.clock.now(unit))

    deal_id = await merchant.published(**FIRST)
    assert await try_to_open() is False
    merchant.clock.advance(days=1, hours=5)
    assert await try_to_open() is True
    assert await try_to_open() is False


async def test_drafts_and_deals_in_review_do_not_open(merchant: Merchant) -> None:
    await merchant.draft()
    await merchant.submitted(title="Dumplings")
    assert await open_due(store=merchant.store, clock=merchant.clock) == []
