"""Writing, submitting, reviewing and taking back, on both databases."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from campaigns.deals.draft import TypedTier, TypedVenue
from campaigns.deals.facts import happening
from campaigns.deals.keep_venue import keep_venue
from campaigns.deals.queries import deal_for_review, merchant_venues, review_queue
from campaigns.deals.review import Approve, SendBack, review
from campaigns.deals.revise import revise
from campaigns.deals.rows import deals, offers
from campaigns.deals.rules import (
    DealChangedMeanwhile,
    DealNotDraft,
    DealNotInReview,
    DealNotTakenBack,
    OfferInUse,
    ReasonsNeeded,
    SlugTaken,
)
from campaigns.deals.submit import submit
from campaigns.deals.take_back import take_back
from campaigns.foundation.clock import ManualClock
from campaigns.foundation.effects import outbox
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.foundation.facts import history
from campaigns.foundation.ids import DealId
from campaigns.foundation.store import Store
from campaigns.people.rows import organization
from campaigns.people.rules import ANONYMOUS, Actor, SignInNeeded
from tests.deals.drafts import OPERATOR, Merchant, a_draft, a_merchant, codes, owner_of
from tests.world import KEYS


@pytest.fixture
async def merchant(store: Store, clock: ManualClock) -> Merchant:
    return await a_merchant(store, clock)


async def row_of(merchant: Merchant, deal_id: str) -> Any:
    async with merchant.store.read() as unit:
        return await unit.one(select(deals).where(deals.c.id == deal_id))


async def told(merchant: Merchant) -> int:
    async with merchant.store.read() as unit:
        return int(await unit.value(select(func.count()).where(outbox.c.kind == "tell")))


async def acts(merchant: Merchant, deal_id: str) -> list[tuple[str, str]]:
    async with merchant.store.read() as unit:
        happened = [happening(each.fact) for each in await history(unit, f"deal:{deal_id}")]
    return [(each.act, each.actor) for each in happened if each]


async def test_a_draft_is_stored_as_typed_and_its_writer_recorded(merchant: Merchant) -> None:
    deal_id = await merchant.draft(capacity="80")
    row = await row_of(merchant, deal_id)
    assert (row.state, row.slug, row.capacity, row.threshold) == ("draft", "noodle-dinner-for-two", 80, 20)
    assert row.decide_by == row.closes_at + timedelta(minutes=25)
    assert await acts(merchant, deal_id) == [("written", "account:acc_owner")]


async def test_the_whole_way_to_publication(merchant: Merchant) -> None:
    """Draft, in review, scheduled; the commission of that moment is fixed (R59) and the merchant told."""
    deal_id = await merchant.published()
    row = await row_of(merchant, deal_id)
    assert (row.state, row.commission_percent, row.published_at) == ("scheduled", 15, merchant.clock.at)
    assert [act for act, _ in await acts(merchant, deal_id)] == ["written", "submitted", "approved"]
    assert await told(merchant) == 2  # the operators of the submission, then the merchant


async def test_a_later_commission_does_not_reach_a_published_deal(merchant: Merchant) -> None:
    """R59."""
    deal_id = await merchant.published()
    async with merchant.store.begin() as unit:
        await unit.run(update(organization).values(commission_percent=30))
    assert (await row_of(merchant, deal_id)).commission_percent == 15


async def test_sending_back_gives_the_merchant_the_reasons(merchant: Merchant) -> None:
    deal_id = await merchant.submitted()
    await review(
        deal_id, SendBack(" Which tea? "), actor=OPERATOR, store=merchant.store, clock=merchant.clock
    )
    row = await row_of(merchant, deal_id)
    assert (row.state, row.review_note, row.published_at) == ("draft", "Which tea?", None)
    async with merchant.store.read() as unit:
        last = happening((await history(unit, f"deal:{deal_id}"))[-1].fact)
    assert last is not None
    assert (last.act, last.reasons) == ("sent_back", "Which tea?")
    assert await told(merchant) == 2  # the operators of the submission, then the merchant
    await submit(deal_id, actor=merchant.owner, store=merchant.store, clock=merchant.clock)
    assert (await row_of(merchant, deal_id)).review_note == ""


async def test_sending_back_needs_reasons(merchant: Merchant) -> None:
    deal_id = await merchant.submitted()
    with pytest.raises(ReasonsNeeded):
        await review(deal_id, SendBack("  "), actor=OPERATOR, store=merchant.store, clock=merchant.clock)
    assert (await row_of(merchant, deal_id)).state == "in_review"


async def test_a_plan_with_problems_is_not_submitted(merchant: Merchant) -> None:
    """R8, R51: nothing moves, everything wrong is named."""
    deal_id = await merchant.draft(capacity="5", tiers=(TypedTier("2", "38"),))
    with pytest.raises(InvalidFields) as refusal:
        await submit(deal_id, actor=merchant.owner, store=merchant.store, clock=merchant.clock)
    assert codes(refusal.value) == [
        ("tiers.0.start", "first_tier_not_one"),
        ("threshold", "threshold_above_capacity"),
    ]
    assert (await row_of(merchant, deal_id)).state == "draft"


async def test_approval_checks_again_because_time_has_passed(merchant: Merchant) -> None:
    deal_id = await merchant.submitted()
    merchant.clock.advance(days=5)
    with pytest.raises(InvalidFields) as refusal:
        await review(deal_id, Approve(), actor=OPERATOR, store=merchant.store, clock=merchant.clock)
    assert codes(refusal.value) == [("closes_at", "window_over")]
    assert (await row_of(merchant, deal_id)).state == "in_review"


@pytest.mark.parametrize("stage", ["submitted", "published"])
async def test_what_was_handed_in_can_be_taken_back(merchant: Merchant, stage: str) -> None:
    deal_id = await getattr(merchant, stage)(opens_at="2026-11-25 09:00")
    await take_back(deal_id, actor=merchant.owner, store=merchant.store, clock=merchant.clock)
    row = await row_of(merchant, deal_id)
    assert (row.state, row.published_at) == ("draft", None)


async def test_from_its_opening_on_a_deal_is_not_taken_back(merchant: Merchant) -> None:
    """R11: at the very instant it is open, whether or not anybody has opened it yet."""
    deal_id = await merchant.published(opens_at="2026-11-25 09:00")
    merchant.clock.at = (await row_of(merchant, deal_id)).opens_at
    with pytest.raises(DealNotTakenBack):
        await take_back(deal_id, actor=merchant.owner, store=merchant.store, clock=merchant.clock)


async def test_a_draft_is_rewritten_whole(merchant: Merchant) -> None:
    deal_id = await merchant.draft(capacity="80")
    typed = a_draft(title="Dumplings for two", threshold="12", venue_ids=(merchant.venue_id,))
    await revise(deal_id, typed, 1, actor=merchant.owner, store=merchant.store, clock=merchant.clock)
    row = await row_of(merchant, deal_id)
    assert (row.threshold, row.capacity, row.version, row.slug) == (12, None, 2, "noodle-dinner-for-two")
    async with merchant.store.read() as unit:
        titles = [each.title for each in await unit.all(select(offers.c.title))]
    assert titles == ["Dumplings for two"]  # the old offer was nobody's any more


async def test_two_writers_do_not_overwrite_one_another(merchant: Merchant) -> None:
    deal_id = await merchant.draft()
    typed = a_draft(venue_ids=(merchant.venue_id,))
    await revise(deal_id, typed, 1, actor=merchant.owner, store=merchant.store, clock=merchant.clock)
    with pytest.raises(DealChangedMeanwhile):
        await revise(deal_id, typed, 1, actor=merchant.owner, store=merchant.store, clock=merchant.clock)


async def test_what_is_published_is_not_rewritten(merchant: Merchant) -> None:
    deal_id = await merchant.published()
    with pytest.raises(DealNotDraft):
        await revise(
            deal_id, a_draft(), None, actor=merchant.owner, store=merchant.store, clock=merchant.clock
        )


async def test_a_typed_slug_is_taken_once_and_a_made_one_counts_on(merchant: Merchant) -> None:
    await merchant.draft()
    second = await merchant.draft()
    assert (await row_of(merchant, second)).slug == "noodle-dinner-for-two-2"
    with pytest.raises(SlugTaken):
        await merchant.draft(slug="noodle-dinner-for-two")
    typed = a_draft(slug="noodle-dinner-for-two", venue_ids=(merchant.venue_id,))
    with pytest.raises(SlugTaken):
        await revise(second, typed, None, actor=merchant.owner, store=merchant.store, clock=merchant.clock)


async def test_an_offer_does_not_change_under_a_deal_that_is_handed_in(merchant: Merchant) -> None:
    await merchant.submitted()
    await merchant.draft()  # the same words are fine
    with pytest.raises(OfferInUse):
        await merchant.draft(summary="One bowl, on second thoughts.")


async def test_the_currency_of_an_offer_never_changes_under_another_deal(merchant: Merchant) -> None:
    """Tiers are stored in minor units, so even another draft would change its meaning."""
    await merchant.draft()
    await merchant.draft(summary="Other words are fine while both are drafts.")
    with pytest.raises(OfferInUse):
        await merchant.draft(currency="JPY", tiers=(TypedTier("1", "3800"),))


async def test_venues_are_the_merchants_own(merchant: Merchant) -> None:
    other = await a_merchant(merchant.store, merchant.clock, "elsewhere")
    with pytest.raises(InvalidFields) as refusal:
        await merchant.draft(venue_ids=(other.venue_id,))
    assert codes(refusal.value) == [("venues", "unknown_venue")]


async def test_a_venue_of_the_same_name_is_kept_once(merchant: Merchant) -> None:
    typed = TypedVenue("Lantern Street", "420 Lantern Street", "Portland", "America/Los_Angeles")
    again = await keep_venue(
        typed, merchant.id, actor=merchant.owner, store=merchant.store, clock=merchant.clock, keys=KEYS
    )
    async with merchant.store.read() as unit:
        (venue,) = await merchant_venues(unit, merchant.id)
    assert (again, venue.address) == (merchant.venue_id, "420 Lantern Street")


Act = Callable[[Merchant, DealId, Actor], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "submit": lambda m, deal, who: submit(deal, actor=who, store=m.store, clock=m.clock),
    "take_back": lambda m, deal, who: take_back(deal, actor=who, store=m.store, clock=m.clock),
    "review": lambda m, deal, who: review(deal, Approve(), actor=who, store=m.store, clock=m.clock),
    "revise": lambda m, deal, who: revise(deal, a_draft(), None, actor=who, store=m.store, clock=m.clock),
}


@pytest.mark.parametrize("act", ACTS)
async def test_strangers_and_other_merchants_may_do_nothing(merchant: Merchant, act: str) -> None:
    deal_id = await merchant.submitted()
    other = await a_merchant(merchant.store, merchant.clock, "elsewhere")
    with pytest.raises(SignInNeeded):
        await ACTS[act](merchant, deal_id, ANONYMOUS)
    with pytest.raises(NotAllowed):
        await ACTS[act](merchant, deal_id, owner_of(other.id))
    assert (await row_of(merchant, deal_id)).state == "in_review"


async def test_a_merchant_does_not_review_its_own_deal(merchant: Merchant) -> None:
    deal_id = await merchant.submitted()
    with pytest.raises(NotAllowed):
        await ACTS["review"](merchant, deal_id, merchant.owner)


@pytest.mark.parametrize("act", ACTS)
async def test_a_deal_that_is_not_there_is_not_found(merchant: Merchant, act: str) -> None:
    with pytest.raises(NotFound):
        await ACTS[act](merchant, DealId("deal_none"), merchant.owner)


@pytest.mark.parametrize(
    ("act", "refusal"),
    [("submit", DealNotDraft), ("take_back", DealNotTakenBack), ("review", DealNotInReview)],
)
async def test_a_canceled_deal_stays_as_it_is(merchant: Merchant, act: str, refusal: type[Refusal]) -> None:
    deal_id = await merchant.draft()
    async with merchant.store.begin() as unit:
        await unit.run(update(deals).where(deals.c.id == deal_id).values(state="canceled"))
    who = OPERATOR if act == "review" else merchant.owner
    with pytest.raises(refusal) as refused:
        await ACTS[act](merchant, deal_id, who)
    assert "canceled" in str(refused.value)


async def test_the_desk_sees_what_waits(merchant: Merchant) -> None:
    first = await merchant.submitted()
    await merchant.draft(title="Something else")
    async with merchant.store.read() as unit:
        assert [view.id for view in await review_queue(unit, merchant.clock.at)] == [first]
        view = await deal_for_review(unit, first, merchant.clock.at)
    assert view is not None
    assert [venue.name for venue in view.venues] == ["Lantern Street"]
