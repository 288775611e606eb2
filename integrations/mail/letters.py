"""How a letter looks: plain text for everybody, and the same words as HTML with one button."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campaigns.people.ports import Letter, MailRefused

STOP = "Get no more mail like this"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class _OneLine(UniqueUnstructuredHeader):
    """A header that is never folded nor encoded: an address in pieces is one that programs cannot follow."""

    def fold(self, *, policy: Policy) -> str:
        return f"List-Unsubscribe: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
# The registry makes it a BaseHeader itself.
_HEADERS.map_to_type("list-unsubscribe", cast("type[BaseHeader]", _OneLine))
_POLICY = SMTP.clone(header_factory=_HEADERS)


def plain_text(letter: Letter) -> str:
    """The text part. The action is its label and, on a line of its own, its address."""
    action = (f"{letter.action[0]}:\n{letter.action[1]}",) if letter.action else ()
    footer = (f"{STOP}:\n{letter.unsubscribe}",) if letter.unsubscribe else ()
    return "\n\n".join((*letter.paragraphs, *action, *footer)) + "\n"


def html(letter: Letter) -> str:
    """The HTML part. Styles are attributes, because mail programs drop style sheets; nothing is fetched."""
    return _TEMPLATES.get_template("letter.html").render(letter=letter, stop=STOP)


def message_id(key: str, sender: str) -> str:
    """The same key makes the same Message-ID, so a mail sent twice is shown once (X44)."""
    name = hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{name}@{_domain(sender)}>"


def message(letter: Letter, *, sender: str, sent_at: datetime) -> EmailMessage:
    """A message to exactly one address. Raises MailRefused for an address nobody can have."""
    mail = EmailMessage(policy=_POLICY)
    try:
        mail["To"] = Address(addr_spec=letter.to)
    except (MessageError, ValueError, IndexError) as fault:
        raise MailRefused("not an address") from fault
    mail["From"] = sender
    mail["Subject"] = " ".join(letter.subject.split())
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = message_id(letter.key, sender)
    mail["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(plain_text(letter))
    mail.add_alternative(html(letter), subtype="html")
    mail["Content-Language"] = "en"  # last: setting content takes such headers away
    return mail


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"
