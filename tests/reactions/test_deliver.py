"""A letter is sent once, from what is true at that moment, and outside any transaction (R80, R81, X44)."""

import pytest
from sqlalchemy import update

from campaigns.foundation.effects import outbox
from campaigns.foundation.failpoints import arm, disarm
from campaigns.people.ports import Letter, MailDelayed, MailRefused
from campaigns.reactions.rules import MOST_TRIES, wait_s
from tests.reactions.stage import RecordingMailer, Stage

LADDER = [{"start": 1, "price_minor": 3800}, {"start": 40, "price_minor": 3400}]


async def _a_held_order(stage: Stage) -> tuple[str, str]:
    deal_id = await stage.deal()
    order_id = await stage.order(deal_id, "ann@example.com", "pending")
    await stage.move(order_id, "authorized")
    await stage.tell()
    return deal_id, order_id


async def _mail_row(stage: Stage) -> tuple[str, str | None]:
    [row] = [row for row in await stage.outbox("mail") if row.ref == "held"]
    return row.state, row.provider_ref


async def test_the_servers_reference_is_kept(stage: Stage) -> None:
    await _a_held_order(stage)
    [letter] = await stage.mail()
    assert letter.to == "ann@example.com"
    assert await _mail_row(stage) == ("done", "250 1")


async def test_what_is_no_longer_true_is_dropped(stage: Stage) -> None:
    """R81: who has left is not told that the card is held."""
    _, order_id = await _a_held_order(stage)
    await stage.move(order_id, "releasing", reason="left")
    assert [letter.subject.split(":")[0] for letter in await stage.post()] == ["You left"]
    assert await _mail_row(stage) == ("done", "dropped")


async def test_tipped_never_follows_canceled(stage: Stage) -> None:
    """R81: the deal was canceled between the telling and the sending."""
    deal_id = await stage.deal(tiers=LADDER)
    order_id = await stage.order(deal_id, "ann@example.com")
    await stage.move_deal(deal_id, "tipped")
    await stage.tell()
    await stage.move_deal(deal_id, "canceled", note={"reason": "The kitchen burned."})
    await stage.move(order_id, "releasing", reason="deal_canceled")

    sent = await stage.post()

    assert sorted((letter.to, letter.subject.split(":")[0]) for letter in sent) == [
        ("ann@example.com", "Canceled"),
        ("owner@lantern.example", "Canceled"),
    ]


async def test_tipped_is_not_owed_once_the_deal_is_canceled(stage: Stage) -> None:
    deal_id = await stage.deal(tiers=LADDER)
    await stage.order(deal_id, "ann@example.com")
    await stage.move_deal(deal_id, "tipped")
    await stage.move_deal(deal_id, "canceled", note={"reason": "The kitchen burned."})
    assert "It's on" not in {letter.subject.split(":")[0] for letter in await stage.post()}


async def test_nobody_waits_for_the_mail_server_with_a_transaction_open(stage: Stage) -> None:
    """Whoever sends can write to the database: SQLite has one writer, and it is free."""

    class Writing(RecordingMailer):
        async def send(self, letter: Letter) -> str:
            async with stage.store.begin() as unit:
                await unit.run(update(outbox).values(server_errors=0))
            return await super().send(letter)

    stage.mailer = Writing()
    await _a_held_order(stage)
    assert len(await stage.mail()) == 1


async def test_a_delayed_letter_comes_later_under_the_same_key(stage: Stage) -> None:
    await _a_held_order(stage)
    stage.mailer.faults = [MailDelayed("451 try later")]
    assert await stage.mail() == []
    assert (await _mail_row(stage))[0] == "unknown"
    assert await stage.mail() == []  # not yet

    stage.clock.advance(minutes=1)
    assert len(await stage.mail()) == 1
    assert len(set(stage.mailer.attempts)) == 1
    assert (await _mail_row(stage))[0] == "done"


class Crash(Exception):
    """The process dies here."""


async def test_a_crash_after_sending_sends_the_same_mail_again(stage: Stage) -> None:
    """X44: the second sending carries the same key, so it shows as the same mail."""

    async def crash() -> None:
        raise Crash

    await _a_held_order(stage)
    arm("deliver.sent", crash)
    with pytest.raises(Crash):
        await stage.mail()
    disarm()
    stage.clock.advance(minutes=2)
    await stage.mail()
    first, second = stage.mailer.letters
    assert first == second


async def test_a_letter_refused_for_good_waits_for_a_person(stage: Stage) -> None:
    await _a_held_order(stage)
    stage.mailer.faults = [MailRefused("550 no such user")]
    await stage.mail()
    [row] = await stage.outbox("mail")
    assert (row.state, row.last_error, row.alerted_at) == ("dead", "550 no such user", stage.clock.at)


async def test_twelve_tries_are_made_and_no_more(stage: Stage) -> None:
    await _a_held_order(stage)
    stage.mailer.faults = [MailDelayed("451")] * 50
    for _ in range(20):
        await stage.mail()
        stage.clock.advance(hours=4)
    assert len(stage.mailer.attempts) == MOST_TRIES == 12
    assert (await _mail_row(stage))[0] == "dead"


def test_a_mail_server_may_be_away_for_a_morning() -> None:
    waits = [wait_s(tries) for tries in range(1, MOST_TRIES)]
    assert waits[0] == 30
    assert waits == sorted(waits)
    assert 6 * 3600 < sum(waits) < 10 * 3600
