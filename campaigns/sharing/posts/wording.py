"""Texts with placeholders: how they may be written, and what they read when filled. Pure.

A placeholder is replaced once by plain text. Nothing is looked up in objects, and a value is never read as a
template again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.foundation.errors import FieldError, Refusal
from campaigns.sharing.graphemes import length, shortened

MOST_TAGS = 3
LONGEST_WORDING = 2000
LINK, WHO_PAYS, INSTANT = "link", "who_pays", "at"
FIGURES = ("joined", "missing")
PLACEHOLDERS = ("title", "merchant", "city", "price", "closes", "buyer", *FIGURES, INSTANT, LINK, WHO_PAYS)
# Half a figure would be a wrong one, so only these words give way where a text is too long.
_GIVES_WAY = ("title", "merchant", "city", "buyer")
# A name is recognized by so much of it.
_KEPT = 12
# Bluesky refuses more bytes than this per allowed grapheme; others are more generous.
_BYTES_PER_GRAPHEME = 10
_TAG = re.compile(r"(?<![\w#])#(\w*[^\W\d_]\w*)")
_ADDRESS = re.compile(r"https?:|www\.", re.IGNORECASE)


class PostTooLong(Refusal):
    """What must not be cut is longer than the network takes. `longest` counts graphemes."""

    code = "post_too_long"
    sentence = (
        "Even without its longest words this is {length} characters; {network} takes {longest}. Shorten it."
    )


@dataclass(frozen=True)
class Part:
    """One stretch of a text. `name` is its placeholder, or "" for words as they are typed."""

    text: str
    name: str = ""


@dataclass(frozen=True)
class Wording:
    """A text as it would be posted. `length` counts graphemes; `tags` are without `#`."""

    text: str
    length: int
    tags: tuple[str, ...]
    was_shortened: bool = False


def parts_of(text: str) -> list[Part]:
    """The words and the placeholders of a text, in their order; a placeholder nobody knows is one too."""
    pieces = re.split(r"\{([^{}]*)\}", text)
    return [
        Part(piece if place % 2 == 0 else f"{{{piece}}}", "" if place % 2 == 0 else piece)
        for place, piece in enumerate(pieces)
        if piece or place % 2
    ]


def faults_of(text: str, *, kind: str) -> list[FieldError]:
    """Everything that is wrong with a text as it is typed; a reply needs no link and says nobody pays."""
    names = [part.name for part in parts_of(text) if part.name or part.text == "{}"]
    words = "".join(part.text for part in parts_of(text) if not part.name)
    checks = (
        (not text.strip(), "missing", "Write what the post says."),
        (len(text) > LONGEST_WORDING, "too_long", f"Write at most {LONGEST_WORDING:,} characters."),
        (
            "{" in words or "}" in words,
            "loose_brace",
            "A brace stands alone. Placeholders look like {title}.",
        ),
        *_placeholder_checks(names, kind),
        (
            bool(_ADDRESS.search(words)),
            "typed_address",
            "Leave addresses out; {link} is the one link of a post.",
        ),
        (len(_TAG.findall(words)) > MOST_TAGS, "too_many_tags", f"Use at most {MOST_TAGS} hashtags."),
    )
    return [FieldError("text", code, sentence) for wrong, code, sentence in checks if wrong]


def _placeholder_checks(names: Sequence[str], kind: str) -> tuple[tuple[bool, str, str], ...]:
    unknown = sorted(set(names) - set(PLACEHOLDERS))
    shown = ", ".join(f"{{{name}}}" for name in unknown)
    figures = any(name in names for name in FIGURES)
    links, payers, is_reply = names.count(LINK), names.count(WHO_PAYS), kind == "reply"
    return (
        (bool(unknown), "unknown_placeholder", f"Nothing is known as {shown}."),
        (links > 1 or (links == 0 and not is_reply), "one_link", "Put {link} in exactly once."),
        (payers != 1 and not is_reply, "who_pays", "Say who pays: put {who_pays} in exactly once."),
        (
            figures and INSTANT not in names,
            "instant_missing",
            "A figure needs its time: put {at} beside {joined} or {missing}.",
        ),
        ("buyer" in names and kind != "joined", "no_buyer", "{buyer} is known only where somebody joined."),
    )


def fill(text: str, values: Mapping[str, str], *, longest: int, network: str) -> Wording:
    """The text as it is posted, at most `longest` graphemes. Names give way where it is too long, longest first.

    What people approved is not cut, and neither is a link, a disclosure or a figure. Raises PostTooLong.
    """
    parts = [Part(values[part.name], part.name) if part.name else part for part in parts_of(text)]
    whole = "".join(part.text for part in parts)
    names = [place for place, part in enumerate(parts) if part.name in _GIVES_WAY]
    for place in sorted(names, key=lambda place: -length(parts[place].text)):
        if excess := _excess(parts, longest):
            had = length(parts[place].text)
            parts[place] = Part(shortened(parts[place].text, max(had - excess, min(had, _KEPT))))
    filled = "".join(part.text for part in parts)
    if _excess(parts, longest):
        raise PostTooLong(length=length(filled), longest=longest, network=network.capitalize())
    tags = tuple(dict.fromkeys(_TAG.findall(filled)))[:MOST_TAGS]
    return Wording(filled, length(filled), tags, filled != whole)


def _excess(parts: Sequence[Part], longest: int) -> int:
    """How many graphemes must go; where bytes are what is too much, each takes four along at most."""
    text = "".join(part.text for part in parts)
    bytes_over = len(text.encode()) - longest * _BYTES_PER_GRAPHEME
    return max(length(text) - longest, -(-bytes_over // 4), 0)
