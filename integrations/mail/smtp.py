"""Mail through an SMTP server, one letter to one person at a time."""

from __future__ import annotations

import asyncio
import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from campaigns.foundation.effects import CALL_TIMEOUT_S
from campaigns.foundation.settings import Settings, SettingsUnfit
from campaigns.people.ports import Letter, MailDelayed, MailRefused
from integrations.mail.letters import message

_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `tls` from the first byte, or by STARTTLS where the server offers it."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def start_tls(self) -> bool | None:
        """None takes STARTTLS when offered; a password never crosses a network without it."""
        if self.tls:
            return False
        return True if self.user and not _is_this_machine(self.host) else None


def smtp_server(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587` or `smtps://…`; user and password may be percent-encoded."""
    unfit = SettingsUnfit("QUORUM_SMTP_URL must look like smtp://user:password@host:587 or smtps://host.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise unfit from None  # the address holds a password, so it is not shown
    if parts.scheme not in _PORTS or not parts.hostname:
        raise unfit
    return SmtpServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") if parts.username else None,
    )


class SmtpMailer:
    """A Mailer. Only what the server says about this letter refuses it; all else delays it."""

    def __init__(self, settings: Settings) -> None:
        self._server = smtp_server(settings.smtp_url.get_secret_value())
        self._sender = settings.mail_from

    async def send(self, letter: Letter) -> str:
        mail = message(letter, sender=self._sender, sent_at=datetime.now(UTC))
        server = self._server
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                _, answer = await aiosmtplib.send(
                    mail,
                    sender=parseaddr(self._sender)[1],
                    recipients=[letter.to],
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.tls,
                    start_tls=server.start_tls,
                    timeout=CALL_TIMEOUT_S,
                )
        except (aiosmtplib.SMTPException, OSError) as fault:  # a time-out is an OSError
            raise _refusal(fault) from fault
        return answer


def _refusal(fault: Exception) -> MailRefused | MailDelayed:
    """5xx about sender, recipient or content is for good; a failed sign-in says nothing of the letter."""
    about = fault
    if isinstance(fault, aiosmtplib.SMTPRecipientsRefused):
        about = fault.recipients[0]  # the exception itself has no code
    if isinstance(about, aiosmtplib.SMTPNotSupported):
        return MailRefused("the server does not take such an address")
    said = (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError)
    if isinstance(about, said):
        words = f"{about.code} {about.message}"
        return MailRefused(words) if about.code >= 500 else MailDelayed(words)
    return MailDelayed(type(fault).__name__)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
