"""What every mailer keeps: one contract, run against the mailbox and against SMTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from campaigns.foundation.settings import Settings
from campaigns.people.ports import Mailer
from integrations.mail.mailbox import MailboxMailer
from integrations.mail.mailer import mailer
from integrations.mail.smtp import SmtpMailer
from tests.ports.mail.letters import a_letter
from tests.ports.mail.servers import mail_server


@dataclass(frozen=True)
class Post:
    """A mailer, and what a person sees of it: address and subject of each mail shown, oldest first."""

    mailer: Mailer
    shown: Callable[[], Awaitable[list[tuple[str, str]]]]


@pytest.fixture(params=["mailbox", "smtp"])
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    if request.param == "mailbox":
        box = mailer(Settings(home=tmp_path))
        assert isinstance(box, MailboxMailer)

        async def in_the_box() -> list[tuple[str, str]]:
            return [(letter.to, letter.subject) for letter in reversed(await box.letters())]

        yield Post(box, in_the_box)
        return
    async with mail_server() as server:
        carrier = mailer(Settings(home=tmp_path, smtp_url=SecretStr(f"smtp://127.0.0.1:{server.port}")))
        assert isinstance(carrier, SmtpMailer)

        async def at_the_server() -> list[tuple[str, str]]:
            # Mail programs show one Message-ID once.
            shown = {mail["Message-ID"]: (mail["To"], mail["Subject"]) for mail in server.arrived}
            return list(shown.values())

        yield Post(carrier, at_the_server)


async def test_a_letter_arrives_and_the_answer_names_it(post: Post) -> None:
    assert await post.mailer.send(a_letter())
    assert await post.shown() == [("mara@example.com", "The deal is on")]


async def test_the_same_letter_sent_twice_shows_once(post: Post) -> None:
    """X44"""
    await post.mailer.send(a_letter())
    await post.mailer.send(a_letter())
    assert len(await post.shown()) == 1


async def test_letters_with_other_keys_are_other_letters(post: Post) -> None:
    await post.mailer.send(a_letter(key="a", to="a@example.com"))
    await post.mailer.send(a_letter(key="b", to="b@example.com"))
    assert [to for to, _ in await post.shown()] == ["a@example.com", "b@example.com"]


async def test_every_language_survives_the_way(post: Post) -> None:
    await post.mailer.send(a_letter(subject="Kaffee für 七 – €38"))
    assert (await post.shown())[0][1] == "Kaffee für 七 – €38"


async def test_an_unused_action_is_no_obstacle(post: Post) -> None:
    await post.mailer.send(a_letter(action=None))
    assert len(await post.shown()) == 1
