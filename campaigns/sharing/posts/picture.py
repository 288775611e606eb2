"""The picture of a post's link, and the words that stand for it. It shows nothing that is untrue an hour later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from campaigns.sharing.card import CardWords, draw_card

# Many posts of one deal show one card; drawing it takes a good part of a second.
_MOST_KEPT = 64
_UNTIL = {
    "en": "Open until {closes}",
    "zh-Hans": "截止时间：{closes}",
    "es": "Abierto hasta {closes}",
    "de": "Offen bis {closes}",
    "fr": "Ouvert jusqu’au {closes}",
    "ja": "締切：{closes}",
}


@dataclass(frozen=True)
class PostPicture:
    """What is drawn, and `alt`, the same in words."""

    words: CardWords
    alt: str


def picture_of(values: Mapping[str, str], language: str) -> PostPicture:
    """The card of a deal by its placeholders' values. Unlike the page's card it has no progress: a post stays."""
    until = _UNTIL.get(language, _UNTIL["en"]).format_map(values)
    kicker = " · ".join(part for part in (values["city"], values["merchant"]) if part)
    words = CardWords(
        kicker=kicker,
        title=values["title"],
        price=values["price"],
        headline="",
        joined=until,
        fills=(),
        on=False,
    )
    return PostPicture(words, ". ".join((values["title"], values["price"], kicker, until)))


async def drawn(picture: PostPicture) -> bytes:
    """A PNG; the same picture gives the same bytes."""
    return await asyncio.to_thread(_draw, picture.words)


@lru_cache(_MOST_KEPT)
def _draw(words: CardWords) -> bytes:
    return draw_card(words)
