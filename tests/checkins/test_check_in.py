"""Redeeming alone: what is spent, what waits, what is kept, and what a repeat gets (R68, R69, R77)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import check_in
from campaigns.checkins.ports import NotAPosition, PresenceClaim
from campaigns.checkins.queries import checked_in, holder_of, venues_to_check_in, waiting_claim
from campaigns.checkins.rows import challenges, check_ins
from campaigns.checkins.rules import CHALLENGE_LIFE, WAITING_LIFE, SelfCheckInNotOffered
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import facts, history
from campaigns.ledger.rows import journal
from campaigns.people.rows import audit
from campaigns.vouchers.rows import redemptions, vouchers
from tests.checkins.scene import PLACE, Scene, north_of


async def test_the_holder_inside_with_the_code_redeems_alone(scene: Scene) -> None:
    """R77, R55: the same spending as by staff, with redemption, fact, earning and audit entry."""
    voucher_id = await scene.voucher("ann@example.com")
    found = await scene.arrive(voucher_id)
    assert (found.state, found.reason, found.accepted) == ("accepted", "ok", True)
    assert (found.used_at, found.venue_id) == (scene.clock.at, scene.venue_id)
    (voucher,) = await scene.world.rows(select(vouchers))
    assert (voucher.state, voucher.redeemed_at) == ("redeemed", scene.clock.at)
    (redemption,) = await scene.world.rows(select(redemptions))
    assert (redemption.venue_id, redemption.answer, redemption.nonce) == (scene.venue_id, "ok", found.id)
    assert len(await scene.world.rows(select(journal).where(journal.c.kind == "earned"))) == 1
    acts = await scene.world.rows(select(audit).where(audit.c.act == "redeem"))
    assert [row.actor for row in acts] == [f"account:{scene.accounts['ann@example.com']}"]


async def test_both_moves_of_a_check_in_are_recorded(scene: Scene) -> None:
    found = await scene.arrive(await scene.voucher("ann@example.com"))
    async with scene.store.read() as unit:
        moves = [(r.fact.from_state, r.fact.to_state) for r in await history(unit, f"check_in:{found.id}")]
    assert moves == [("", "received"), ("received", "accepted")]


async def test_the_same_nonce_gets_the_same_answer_and_spends_nothing_more(scene: Scene) -> None:
    """R68."""
    arrival = await scene.arrival(await scene.voucher("ann@example.com"))
    first = await check_in(arrival, **scene.around)
    scene.clock.advance(hours=1)
    assert await check_in(arrival, **scene.around) == first
    assert await check_in(replace(arrival, code="000000", claim=None), **scene.around) == first
    assert len(await scene.kept()) == len(await scene.world.rows(select(redemptions))) == 1


async def test_a_second_attempt_is_told_when_and_where_it_was_used(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await scene.arrive(voucher_id)
    used_at = scene.clock.at
    scene.clock.advance(minutes=5)
    again = await scene.arrive(voucher_id)
    assert (again.state, again.reason) == ("refused", "already_redeemed")
    assert (again.used_at, again.used_venue) == (used_at, again.venue)


async def test_five_wrong_codes_leave_the_voucher_to_staff_for_good(scene: Scene) -> None:
    """R77: the right code does not help any more; a staff scan does."""
    voucher_id = await scene.voucher("ann@example.com")
    wrong = f"{(int(await scene.till()) + 1) % 1_000_000:06}"
    told = [(await scene.arrive(voucher_id, code=wrong)).reason for _ in range(5)]
    assert told == ["wrong_venue_code"] * 5
    scene.clock.advance(days=3)
    assert (await scene.arrive(voucher_id)).reason == "too_many_tries"
    assert (await scene.scan(voucher_id)).answer.code == "ok"


async def test_codes_left_empty_are_no_wrong_codes(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    for _ in range(6):
        assert (await scene.arrive(voucher_id, code=" ")).reason == "wrong_venue_code"
    assert (await scene.arrive(voucher_id)).accepted


async def test_an_unclear_position_waits_for_staff_who_then_serve_it(scene: Scene) -> None:
    """R77: the claim that waited becomes the accepted check-in; there is no second one."""
    voucher_id = await scene.voucher("ann@example.com")
    found = await scene.arrive(voucher_id, claim=scene.claim(200, 65))
    assert (found.state, found.waits_until) == ("needs_staff", scene.clock.at + WAITING_LIFE)
    assert (await scene.world.rows(select(vouchers.c.state)))[0].state == "issued"
    async with scene.store.read() as unit:
        waiting = await waiting_claim(unit, voucher_id, scene.clock.at)
    assert waiting is not None
    assert (waiting.id, waiting.distance_band, waiting.accuracy_band) == (found.id, "300", "100")
    scene.clock.advance(minutes=3)
    assert (await scene.scan(voucher_id)).answer.code == "ok"
    (row,) = await scene.kept()
    assert (row.id, row.state, row.reason, row.source) == (found.id, "accepted", "ok", "browser")
    assert (row.staff_account_id, row.decided_at) == (scene.owner.account_id, scene.clock.at)


async def test_a_scan_at_another_venue_leaves_the_waiting_one_waiting(scene: Scene) -> None:
    voucher_id, other = await scene.voucher("ann@example.com"), await scene.venue(500)
    found = await scene.arrive(voucher_id, claim=None)
    assert (await scene.scan(voucher_id, other)).answer.accepted
    states = {row.id: row.state for row in await scene.kept()}
    assert (states.pop(found.id), list(states.values())) == ("needs_staff", ["accepted"])


async def test_a_challenge_is_good_for_one_attempt_and_two_minutes(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    made = await issue_challenge(voucher_id, scene.venue_id, store=scene.store, clock=scene.clock)
    assert made.expires_at == scene.clock.at + CHALLENGE_LIFE
    assert (await scene.arrive(voucher_id, challenge=made.id, code="")).reason == "wrong_venue_code"
    used = await scene.arrive(voucher_id, challenge=made.id)
    assert (used.reason, used.flags) == ("invalid", ("replay",))
    (row,) = await scene.world.rows(select(challenges))
    assert row.used_at == scene.clock.at


async def test_the_same_place_to_the_last_digit_is_flagged_the_second_time(scene: Scene) -> None:
    """6.3: real devices jitter. It is a flag, and refuses nothing."""
    voucher_id, other = await scene.voucher("ann@example.com"), await scene.voucher("bob@example.com")
    await scene.arrive(voucher_id, code="")
    assert (await scene.arrive(other)).flags == ()
    assert (await scene.arrive(voucher_id, code="")).flags == ()
    scene.clock.advance(seconds=7)
    again = await scene.arrive(voucher_id)
    assert (again.flags, again.accepted) == (("jitter",), True)


async def test_the_sixth_voucher_of_a_day_is_flagged(scene: Scene) -> None:
    held = [await scene.voucher("ann@example.com") for _ in range(6)]
    flags = [
        (await scene.arrive(voucher_id, claim=scene.claim(n))).flags for n, voucher_id in enumerate(held)
    ]
    assert flags == [()] * 5 + [("many_vouchers",)]


async def test_another_datum_is_never_compared(scene: Scene) -> None:
    """6.2: positions from maps that shift them are 100 to 700 m off."""
    shifted = PresenceClaim(*PLACE, 10, scene.clock.at, datum="gcj02")
    found = await scene.arrive(await scene.voucher("ann@example.com"), claim=shifted)
    (row,) = await scene.kept()
    assert (found.state, row.distance_band, row.datum) == ("needs_staff", None, "gcj02")


async def test_no_place_is_kept_anywhere(scene: Scene) -> None:
    """R77: a band, never a track. The database holds no digit of where the person was."""
    claim = PresenceClaim(*north_of(PLACE, 12.3456), 7.891, scene.clock.at, 0.95)
    await scene.arrive(await scene.voucher("ann@example.com"), claim=claim)
    (row,) = await scene.kept()
    told = " ".join(str(value) for value in row)
    assert (row.distance_band, row.accuracy_band, row.inside_percent) == ("25", "25", 100)
    for digits in (str(claim.latitude)[:8], str(claim.longitude)[:8], "12.3", "7.89"):
        assert digits not in told


async def test_what_was_seen_can_be_neither_changed_nor_removed(scene: Scene) -> None:
    """The database itself refuses; the verdict alone moves."""
    await scene.arrive(await scene.voucher("ann@example.com"))
    for statement in ("UPDATE check_in SET distance_band = '1000'", "DELETE FROM check_in"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with scene.store.begin() as unit:
                await unit.run(text(statement))


async def test_a_claim_that_is_no_position_is_refused_before_anything_is_kept(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    with pytest.raises(NotAPosition):
        await scene.arrive(voucher_id, claim=scene.claim(accuracy_m=float("nan")))
    assert await scene.kept() == []


@pytest.mark.parametrize("changes", [{"self_check_in": False}, {"latitude": None, "longitude": None}])
async def test_a_venue_that_does_not_offer_it_redeems_nobody_alone(
    scene: Scene, changes: dict[str, Any]
) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    arrival = await scene.arrival(voucher_id)
    await scene.change_venue(**changes)
    with pytest.raises(SelfCheckInNotOffered):
        await check_in(arrival, **scene.around)
    with pytest.raises(SelfCheckInNotOffered):
        await scene.arrival(voucher_id)
    async with scene.store.read() as unit:
        assert await venues_to_check_in(unit, voucher_id) == ()


async def test_a_venue_the_voucher_does_not_name_is_no_place_for_it(scene: Scene) -> None:
    """R73."""
    voucher_id = await scene.voucher("ann@example.com")
    arrival = await scene.arrival(voucher_id)
    async with scene.store.begin() as unit:
        await unit.run(text("DELETE FROM deal_venue"))
    assert (await check_in(arrival, **scene.around)).reason == "wrong_venue"
    with pytest.raises(NotFound):
        await scene.arrival(voucher_id)
    with pytest.raises(NotFound):
        await check_in(replace(arrival, venue_id="ven_none"), **scene.around)
    with pytest.raises(NotFound):
        await check_in(replace(arrival, voucher_id="vou_none"), **scene.around)


async def test_the_paid_value_alone_is_redeemed_after_the_promotional_one(scene: Scene) -> None:
    """R66."""
    voucher_id = await scene.voucher("ann@example.com")
    scene.clock.advance(days=100)
    assert (await scene.arrive(voucher_id)).reason == "paid_value_only"


async def test_the_holder_of_a_voucher_is_who_placed_its_order(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    async with scene.store.read() as unit:
        assert await holder_of(unit, voucher_id) == scene.accounts["ann@example.com"]
        assert await holder_of(unit, "vou_none") is None
        assert [venue.id for venue in await venues_to_check_in(unit, voucher_id)] == [scene.venue_id]
        with pytest.raises(NotFound):
            await checked_in(unit, "chk_none")


async def test_a_check_in_is_on_the_day_of_its_venue(scene: Scene) -> None:
    """R78: half past midnight in Portland is still the day before in no zone but west of it."""
    scene.clock.at = scene.clock.at.replace(hour=7, minute=30)  # 23:30 of the day before in Portland
    await scene.arrive(await scene.voucher("ann@example.com"))
    scene.clock.advance(hours=1)
    await scene.arrive(await scene.voucher("bob@example.com"))
    days = [row.local_on.isoformat() for row in await scene.kept()]
    assert days == ["2026-11-23", "2026-11-24"]


async def test_an_accepted_check_in_is_told_to_the_reactions(scene: Scene) -> None:
    found = await scene.arrive(await scene.voucher("ann@example.com"))
    told = await scene.world.rows(
        select(facts.c.id).where(facts.c.subject == f"check_in:{found.id}", facts.c.to_state == "accepted")
    )
    tells = await scene.world.rows(text("SELECT subject FROM outbox WHERE kind = 'tell'"))
    assert [row.subject for row in tells] == [f"fact:{told[0].id}"]


async def test_speed_needs_only_venues_and_times(scene: Scene) -> None:
    """6.3: a minute for 300 km is no journey; nothing is spent, and staff may still look."""
    far = await scene.venue(300_000)
    assert (
        await scene.arrive(await scene.voucher("ann@example.com"), far, claim=scene.claim(300_000))
    ).accepted
    scene.clock.at += timedelta(minutes=1)
    voucher_id = await scene.voucher("ann@example.com")
    found = await scene.arrive(voucher_id)
    assert (found.state, found.reason, found.flags) == ("refused", "needs_attention", ("speed",))
    assert (await scene.scan(voucher_id)).answer.accepted
    assert len(await scene.kept(check_ins.c.voucher_id == voucher_id)) == 2
