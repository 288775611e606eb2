"""The demo's mailbox: a file of its own, newest letters first."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from integrations.mail.mailbox import MailboxMailer
from tests.ports.mail.letters import a_letter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def a_mailbox(folder: Path) -> MailboxMailer:
    return MailboxMailer(folder / "var" / "mailbox.db", now=lambda: NOON)


async def test_an_empty_mailbox_can_be_read(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    assert await box.letters() == []
    assert await box.letter(1) is None


async def test_a_kept_letter_is_the_letter_that_was_sent(tmp_path: Path) -> None:
    box, sent = a_mailbox(tmp_path), a_letter()
    number = int(await box.send(sent))
    kept = await box.letter(number)
    assert kept is not None
    assert (kept.key, kept.to, kept.subject) == (sent.key, sent.to, sent.subject)
    assert (kept.paragraphs, kept.action, kept.sent_at) == (sent.paragraphs, sent.action, NOON)


async def test_the_newest_letters_come_first_and_only_so_many(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    for number in range(4):
        await box.send(a_letter(key=f"k{number}", subject=f"Number {number}"))
    assert [letter.subject for letter in await box.letters(limit=2)] == ["Number 3", "Number 2"]


async def test_one_address_sees_its_own_letters_however_it_is_written(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    await box.send(a_letter(key="a", to="Mara@Example.com"))
    await box.send(a_letter(key="b", to="jo@example.com"))
    assert [letter.key for letter in await box.letters(to="mara@example.com")] == ["a"]


async def test_the_second_sending_answers_the_first_number_and_changes_nothing(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    first = await box.send(a_letter(subject="As it was"))
    assert await box.send(a_letter(subject="Changed")) == first
    assert [letter.subject for letter in await box.letters()] == ["As it was"]


async def test_many_workers_fill_one_file(tmp_path: Path) -> None:
    boxes = [a_mailbox(tmp_path) for _ in range(4)]
    letters = [a_letter(key=f"k{number % 10}") for number in range(40)]
    await asyncio.gather(*(boxes[number % 4].send(letter) for number, letter in enumerate(letters)))
    assert len(await boxes[0].letters(limit=100)) == 10


async def test_the_address_that_ends_such_mail_is_kept_with_it(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    number = int(await box.send(a_letter(unsubscribe="http://127.0.0.1:8000/unsubscribe/x")))
    kept = await box.letter(number)
    assert kept is not None
    assert kept.unsubscribe == "http://127.0.0.1:8000/unsubscribe/x"


async def test_a_mailbox_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    box = a_mailbox(tmp_path)
    await box.send(a_letter(key="old"))
    file = sqlite3.connect(tmp_path / "var" / "mailbox.db")
    file.execute("ALTER TABLE letter DROP COLUMN unsubscribe")
    file.close()
    await box.send(a_letter(key="new", unsubscribe="http://127.0.0.1:8000/unsubscribe/x"))
    assert [letter.unsubscribe for letter in await box.letters()] == [
        "http://127.0.0.1:8000/unsubscribe/x",
        None,
    ]
