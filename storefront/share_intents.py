"""Where a link can be passed on: the one table of share addresses, and what is said with a link (U63, R63).

An opened intent is no post. What counts is a click on the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import quote, urlencode


@dataclass(frozen=True)
class Intent:
    """One button. `parameters` name what goes where: `url`, `text`, `title`, `image`, or `said` for text and link.

    `tried_on` is the day somebody last pressed it and saw the network's form filled in; None if nobody has yet.
    """

    channel: str
    label: str
    address: str
    parameters: Mapping[str, str]
    symbol: str = "share"
    tried_on: date | None = None


def _intent(channel: str, label: str, address: str, symbol: str = "share", **parameters: str) -> Intent:
    return Intent(channel, label, address, MappingProxyType(parameters), symbol)


INTENTS: tuple[Intent, ...] = (
    _intent("whatsapp", "WhatsApp", "https://wa.me/", "message", text="said"),
    _intent("mail", "E-mail", "mailto:", "mail", subject="title", body="said"),
    _intent("telegram", "Telegram", "https://t.me/share/url", url="url", text="text"),
    _intent("line", "LINE", "https://social-plugins.line.me/lineit/share", url="url"),
    _intent(
        "weibo", "Weibo", "https://service.weibo.com/share/share.php", url="url", title="text", pic="image"
    ),
    _intent("x", "X", "https://x.com/intent/post", text="text", url="url"),
    _intent("facebook", "Facebook", "https://www.facebook.com/sharer/sharer.php", u="url"),
    _intent("bluesky", "Bluesky", "https://bsky.app/intent/compose", text="said"),
)
# Mastodon is many servers: a form beside the buttons asks for one, and the browser alone remembers it.
MASTODON = "https://{server}/share"


@dataclass(frozen=True)
class Shared:
    """What is passed on. `link` has no slash at its end; with `tells_channel` each button has its own ending.

    `text` already says what the sharer gets, if anything (R63). `image` is the preview card's absolute address.
    """

    link: str
    title: str
    text: str
    image: str
    tells_channel: bool = False

    def address(self, channel: str) -> str:
        return f"{self.link}/{channel}" if self.tells_channel else self.link

    def said(self, channel: str) -> str:
        return f"{self.text} {self.address(channel)}"


def shared_text(title: str, merchant: str, reward: str = "") -> str:
    """What a share says. A reward is named in the sharer's own words (R63)."""
    told = f"{title} at {merchant}."
    return f"{told} I get {reward} if you join." if reward else told


def intent_address(intent: Intent, shared: Shared) -> str:
    """The address behind a button. Spaces are `%20`: some networks show a plus sign as it is."""
    values = {
        "url": shared.address(intent.channel),
        "text": shared.text,
        "title": shared.title,
        "image": shared.image,
        "said": shared.said(intent.channel),
    }
    asked = {name: values[what] for name, what in intent.parameters.items()}
    return f"{intent.address}?{urlencode(asked, quote_via=quote)}"
