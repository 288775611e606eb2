"""A fact leads to its letters once, however often it is told (R80)."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.foundation.effects import Effect, owe
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.failpoints import arm, disarm
from campaigns.reactions.react import react
from tests.reactions.stage import Stage, text


class Crash(Exception):
    """The process dies here."""


async def _crash() -> None:
    raise Crash


async def test_a_fact_told_twice_makes_one_mail(stage: Stage) -> None:
    order_id = await stage.order(await stage.deal(), "ann@example.com", "pending")
    await stage.move(order_id, "authorized")
    [telling] = await stage.take("tell")
    for _ in range(2):
        await react(telling, store=stage.store, clock=stage.clock)
    assert len(await stage.mail()) == 1
    await react(telling, store=stage.store, clock=stage.clock)
    assert await stage.mail() == []
    assert [row.ref for row in await stage.outbox("mail")] == ["held"]


async def test_two_workers_with_one_fact_make_one_mail(stage: Stage) -> None:
    order_id = await stage.order(await stage.deal(), "ann@example.com", "pending")
    await stage.move(order_id, "authorized")
    [telling] = await stage.take("tell")
    await asyncio.gather(*(react(telling, store=stage.store, clock=stage.clock) for _ in range(2)))
    assert [row.ref for row in await stage.outbox("mail")] == ["held"]


async def test_a_crash_before_the_telling_is_finished_leaves_nothing_and_then_one(stage: Stage) -> None:
    order_id = await stage.order(await stage.deal(), "ann@example.com", "pending")
    await stage.move(order_id, "authorized")
    arm("react.before_finish", _crash)
    with pytest.raises(Crash):
        await stage.tell()
    assert await stage.outbox("mail") == []
    assert [row.state for row in await stage.outbox("tell")] == ["pending"]

    disarm()
    stage.clock.advance(minutes=2)  # the lease of the dead worker is over
    assert len(await stage.post()) == 1
    assert [row.state for row in await stage.outbox("tell")] == ["done"]


async def test_a_fact_the_table_does_not_know_is_told_to_nobody(stage: Stage) -> None:
    async with stage.store.begin() as unit:
        await record(unit, [Fact("weather_changed", "sky:1", stage.clock.at, told=True)])
    assert await stage.post() == []
    assert [row.state for row in await stage.outbox("tell")] == ["done"]


async def test_a_telling_without_its_fact_waits_for_a_person(stage: Stage) -> None:
    async with stage.store.begin() as unit:
        await owe(unit, [Effect("fact:404", "tell", run_at=stage.clock.at)])
    await stage.tell()
    assert [row.state for row in await stage.outbox("tell")] == ["dead"]


LADDER = [{"start": 1, "price_minor": 3800}, {"start": 40, "price_minor": 3400}]


async def test_the_tip_of_a_ladder_deal_is_told_to_every_committed_buyer_and_nobody_else(
    stage: Stage,
) -> None:
    """R50, R80: those who hold are told once; whoever left or has not paid is not."""
    deal_id = await stage.deal(tiers=LADDER)
    emails = ["ann@example.com", "bo@example.com"]
    await stage.orders(deal_id, emails, "authorized")
    await stage.order(deal_id, "left@example.com", "released", reason="left")
    await stage.order(deal_id, "slow@example.com", "pending")
    await stage.order(await stage.deal(tiers=LADDER), "else@example.com")
    await stage.move_deal(deal_id, "tipped")

    sent = await stage.post()

    assert sorted(letter.to for letter in sent) == [*emails, "owner@lantern.example"]
    assert all(letter.subject.startswith("It's on") for letter in sent)


async def test_a_popular_tip_is_written_in_several_statements(stage: Stage) -> None:
    deal_id = await stage.deal(tiers=LADDER, threshold=1001)
    await stage.orders(deal_id, [f"b{number}@example.com" for number in range(1001)], "authorized")
    await stage.move_deal(deal_id, "tipped")
    await stage.tell()
    assert len(await stage.outbox("mail")) == 1001 + 1


async def test_who_tips_a_ladder_deal_is_told_once_that_it_is_on(stage: Stage) -> None:
    """The commitment and the tip are told apart, and together say one thing."""
    deal_id = await stage.deal(tiers=LADDER)
    order_id = await stage.order(deal_id, "last@example.com", "pending")
    await stage.move(order_id, "authorized")
    await stage.move_deal(deal_id, "tipped")
    sent = [letter for letter in await stage.post() if letter.to == "last@example.com"]
    assert [letter.subject.split(":")[0] for letter in sent] == ["It's on"]


async def test_a_failed_payment_is_told_and_reminded_of_until_its_deadline(stage: Stage) -> None:
    """R43: reminders every 48 hours for seven days; a second failure does not double them."""
    deal_id = await stage.deal(state="tipped")
    order_id = await stage.order(deal_id, "ann@example.com", "capturing")
    ends_at = stage.clock.at + timedelta(days=7)
    await stage.move(order_id, "payment_problem", reason="declined", problem_ends_at=ends_at)
    assert len(await stage.post()) == 1
    stage.clock.advance(hours=1)
    await stage.move(order_id, "capturing", "payment_problem", reason="declined")
    assert len(await stage.post()) == 1

    reminded = []
    for _ in range(8):
        stage.clock.advance(days=1)
        reminded += [letter.subject.split(":")[0] for letter in await stage.post()]
    assert reminded == ["Reminder"] * 3


async def test_a_mended_payment_is_not_reminded_of(stage: Stage) -> None:
    order_id = await stage.order(await stage.deal(state="tipped"), "ann@example.com", "capturing")
    ends_at = stage.clock.at + timedelta(days=7)
    await stage.move(order_id, "payment_problem", reason="declined", problem_ends_at=ends_at)
    await stage.post()
    await stage.move(order_id, "capturing")
    stage.clock.advance(days=7)
    assert await stage.post() == []


async def test_each_refund_is_told_once_and_a_partial_one_tells_nothing_else(stage: Stage) -> None:
    """R48: back in its state after part of the money went back, the order is not "charged" again."""
    order_id = await stage.order(await stage.deal(state="tipped"), "ann@example.com", "capturing", units=2)
    await stage.voucher(order_id, 1)
    await stage.voucher(order_id, 2)
    await stage.move(order_id, "captured", captured_at=stage.clock.at, units_captured=2)
    assert len(await stage.post()) == 1

    await stage.refund(order_id, 3800)
    await stage.move(order_id, "refunding", "captured", units_refunded=1)
    assert [letter.subject for letter in await stage.post()] == ["$38 is on its way back to you"]
    await stage.refund(order_id, 3750)
    await stage.move(order_id, "refunding", "refunded", units_refunded=2)
    assert [letter.subject for letter in await stage.post()] == ["$37.50 is on its way back to you"]


async def test_a_deal_sent_back_twice_is_told_twice_to_its_owner(stage: Stage) -> None:
    deal_id = await stage.deal(state="in_review")
    for reasons in ("Name the venue.", "Name it rightly."):
        await stage.move_deal(deal_id, "draft", review_note=reasons, note={"act": "sent_back"})
        [letter] = await stage.post()
        assert (letter.to, reasons in letter.paragraphs) == ("owner@lantern.example", True)
        await stage.move_deal(deal_id, "in_review")
        assert [letter.to for letter in await stage.post()] == ["desk@quorum.example"]


async def test_a_deal_its_merchant_took_back_is_told_to_nobody(stage: Stage) -> None:
    deal_id = await stage.deal(state="in_review")
    await stage.move_deal(deal_id, "draft", note={"act": "taken_back"})
    assert await stage.post() == []


async def test_money_astray_is_told_to_the_operators(stage: Stage) -> None:
    """F22: a person must look, and knows at what."""
    deal_id = await stage.deal()
    order_id = await stage.order(deal_id, "ann@example.com", "released", reason="left")
    data = {"payment_id": "pi_7", "amount_minor": 3800}
    astray = Fact(
        "money_astray",
        f"order:{order_id}",
        stage.clock.at,
        order_id=order_id,
        deal_id=deal_id,
        told=True,
        data=data,
    )
    async with stage.store.begin() as unit:
        await record(unit, [astray])
    [letter] = await stage.post()
    assert letter.to == "desk@quorum.example"
    assert all(word in text(letter) for word in ("$38", "pi_7", order_id))
