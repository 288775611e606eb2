"""A real SMTP server on loopback that answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP


class MailServer:
    """What arrived, in order, also as bytes (`raw`).

    `recipient_answers` and `data_answers` are used up before all is accepted.
    """

    def __init__(self) -> None:
        self.arrived = list[EmailMessage]()
        self.raw = list[bytes]()
        self.recipients = list[list[str]]()
        self.recipient_answers = list[str]()
        self.data_answers = list[str]()
        self.port = 0

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, server: object, session: object, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self.recipient_answers.pop(0) if self.recipient_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802
        answer = (
            self.data_answers.pop(0) if self.data_answers else f"250 OK: queued as {len(self.arrived) + 1}"
        )
        # A 4xx after the body was taken is the treacherous case: the server may have kept it all the same.
        if answer.startswith(("250", "451")):
            mail = message_from_bytes(envelope.content, policy=default)
            assert isinstance(mail, EmailMessage)
            self.arrived.append(mail)
            self.raw.append(envelope.content)
            self.recipients.append(list(envelope.rcpt_tos))
        return answer


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A running server on a free port of this machine."""
    handler, loop = MailServer(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(handler, hostname="localhost"), "127.0.0.1", 0)
    try:
        handler.port = listening.sockets[0].getsockname()[1]
        yield handler
    finally:
        listening.close()
        await listening.wait_closed()
