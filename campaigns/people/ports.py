"""What is asked of whoever carries mail to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class Letter:
    """One message to one person. `key` makes the Message-ID, so that a second sending shows as the same mail.

    `paragraphs` are plain text; `action` is a label and an address, or None. `unsubscribe` is an address that
    ends such mail by one POST (RFC 8058); mail that nobody can refuse, such as about an order, has none.
    """

    key: str
    to: str
    subject: str
    paragraphs: tuple[str, ...]
    action: tuple[str, str] | None = None
    unsubscribe: str | None = None


class MailRefused(Exception):
    """The server refused this letter for good."""


class MailDelayed(Exception):
    """The server cannot take it now, or may have taken it: try again with the same key."""


@runtime_checkable
class Mailer(Protocol):
    async def send(self, letter: Letter) -> str:
        """Hand over one letter; answers the server's reference. Raises MailRefused or MailDelayed."""
        ...
