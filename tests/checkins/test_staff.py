"""Staff: every scan leaves its evidence, and what waits is declined or runs out (R69, R73, R77)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.decline import decline
from campaigns.checkins.expire_waiting import expire_waiting
from campaigns.checkins.queries import check_in_lines, waiting_at, waiting_claim
from campaigns.checkins.rows import challenges
from campaigns.checkins.rules import WAITING_LIFE, AlreadyDecided
from campaigns.checkins.scan import scan
from campaigns.foundation.errors import NotAllowed, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.people.rows import audit
from campaigns.people.rules import ANONYMOUS, Actor, SignInNeeded
from campaigns.vouchers.redeem import Scan
from scheduler.due import do_what_is_due
from tests.checkins.scene import Scene


async def test_a_staff_scan_is_an_accepted_check_in_without_position_or_code(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    assert (await scene.scan(voucher_id)).answer.code == "ok"
    (row,) = await scene.kept()
    assert (row.source, row.state, row.reason, row.position, row.code) == (
        "staff", "accepted", "ok", "absent", "not_asked",
    )  # fmt: skip
    assert (row.account_id, row.staff_account_id) == (
        scene.accounts["ann@example.com"],
        scene.owner.account_id,
    )


async def test_a_refused_scan_is_kept_once_however_often_it_is_sent(scene: Scene) -> None:
    """R68, R69."""
    voucher_id = await scene.voucher("ann@example.com")
    await scene.scan(voucher_id)
    for _ in range(2):
        assert (await scene.scan(voucher_id, nonce="again")).answer.code == "already_redeemed"
    assert [(row.state, row.reason) for row in await scene.kept()] == [
        ("accepted", "ok"), ("refused", "already_redeemed"),
    ]  # fmt: skip


async def test_a_code_that_is_nobodys_leaves_nothing(scene: Scene) -> None:
    found = await scan(Scan("AAAA-AAAA-AAAA-AAAA", scene.venue_id, "n"), actor=scene.owner, **scene.around)
    assert (found.answer.code, await scene.kept()) == ("invalid", [])


async def test_staff_decline_and_the_voucher_stays_as_it_is(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    found = await scene.arrive(voucher_id, claim=None)
    await decline(found.id, actor=scene.owner, **scene.around)
    (row,) = await scene.kept()
    assert (row.state, row.reason, row.waits_until) == ("refused", "needs_attention", None)
    with pytest.raises(AlreadyDecided):
        await decline(found.id, actor=scene.owner, **scene.around)
    acts = await scene.world.rows(select(audit.c.subject).where(audit.c.act == "decline_check_in"))
    assert [act.subject for act in acts] == [f"check_in:{found.id}"]
    assert (await scene.scan(voucher_id)).answer.accepted


async def test_only_staff_of_the_merchant_decline(scene: Scene) -> None:
    found = await scene.arrive(await scene.voucher("ann@example.com"), claim=None)
    stranger = Actor(scene.owner.account_id, "Stranger", {OrganizationId("org_other"): "owner"})
    with pytest.raises(NotAllowed):
        await decline(found.id, actor=stranger, **scene.around)
    with pytest.raises(SignInNeeded):
        await decline(found.id, actor=ANONYMOUS, **scene.around)
    with pytest.raises(NotFound):
        await decline("chk_none", actor=scene.owner, **scene.around)


@pytest.mark.parametrize(("later_s", "state"), [(-1, "needs_staff"), (0, "refused"), (1, "refused")])
async def test_after_fifteen_minutes_a_waiting_check_in_is_refused(
    scene: Scene, later_s: int, state: str
) -> None:
    """R77: by what is due, nobody has to ask."""
    voucher_id = await scene.voucher("ann@example.com")
    await scene.arrive(voucher_id, claim=None)
    scene.clock.at += WAITING_LIFE + timedelta(seconds=later_s)
    await do_what_is_due(store=scene.store, clock=scene.clock)
    (row,) = await scene.kept()
    assert (row.state, row.reason) == (state, "position_unclear")
    async with scene.store.read() as unit:
        assert (await waiting_claim(unit, voucher_id, scene.clock.at) is None) == (state == "refused")


async def test_a_scan_after_the_fifteen_minutes_is_a_check_in_of_its_own(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await scene.arrive(voucher_id, claim=None)
    scene.clock.at += WAITING_LIFE
    assert await expire_waiting(store=scene.store, clock=scene.clock) == 1
    assert await expire_waiting(store=scene.store, clock=scene.clock) == 0
    await scene.scan(voucher_id)
    assert [(row.source, row.state) for row in await scene.kept()] == [
        ("venue_code", "refused"), ("staff", "accepted"),
    ]  # fmt: skip


async def test_the_desk_sees_who_waits_longest_first_and_not_who_was_served(scene: Scene) -> None:
    ann, bob, eve = [await scene.voucher(f"{name}@example.com") for name in ("ann", "bob", "eve")]
    for voucher_id in (ann, bob, eve):
        await scene.arrive(voucher_id, claim=scene.claim(200, 65))
        scene.clock.advance(minutes=1)
    await scene.scan(bob)
    async with scene.store.read() as unit:
        waiting = await waiting_at(unit, scene.venue_id, scene.clock.at)
        lines = await check_in_lines(unit, OrganizationId(scene.world.merchant_id))
        there = await check_in_lines(unit, OrganizationId(scene.world.merchant_id), venue_id="ven_none")
    assert [claim.voucher_id for claim in waiting] == [ann, eve]
    assert [line.state for line in lines] == ["needs_staff", "accepted", "needs_staff"]
    assert there == ()


async def test_challenges_of_yesterday_are_swept(scene: Scene) -> None:
    voucher_id = await scene.voucher("ann@example.com")
    await issue_challenge(voucher_id, scene.venue_id, store=scene.store, clock=scene.clock)
    scene.clock.advance(days=2)
    await expire_waiting(store=scene.store, clock=scene.clock)
    assert await scene.world.rows(select(challenges)) == []
