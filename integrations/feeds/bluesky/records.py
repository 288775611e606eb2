"""The record of a post, and the key it stands under. Pure: the same draft gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import accumulate
from typing import Any

from campaigns.sharing.graphemes import length
from campaigns.sharing.ports import BodyRefused, Draft

POST = "app.bsky.feed.post"
LONGEST = 300
LONGEST_BYTES = 3000
THUMB_BYTES = 976_000

_B32 = "234567abcdefghijklmnopqrstuvwxyz"
_FACET = "app.bsky.richtext.facet"

Json = dict[str, Any]


def record_key(created_at: datetime, post_id: str) -> str:
    """A TID: 13 characters, microseconds since 1970 and then 10 bits of the post's id, so that posts sort by time.

    Made from the frozen row and never from "now": the same post has the same key however often it is tried.
    """
    low = int.from_bytes(sha256(post_id.encode()).digest()[:2]) & 1023
    number = int(created_at.timestamp() * 1_000_000) << 10 | low
    return "".join(_B32[number >> 5 * place & 31] for place in range(12, -1, -1))


def post_record(draft: Draft, thumb: Mapping[str, Any] | None) -> Json:
    """The record as it is sent. `thumb` is the uploaded picture of the card. Raises BodyRefused."""
    if length(draft.text) > LONGEST or len(draft.text.encode()) > LONGEST_BYTES:
        raise BodyRefused(f"The text is longer than {LONGEST} characters or {LONGEST_BYTES} bytes.")
    marks = facets(draft.text, draft.link, draft.tags)
    record: Json = {
        "$type": POST,
        "text": draft.text,
        "createdAt": _instant(draft.created_at),
        "langs": [draft.language],
    }
    if marks:
        record["facets"] = marks
    if draft.link:
        record["embed"] = _card(draft, thumb)
    if draft.reply_to is not None:
        record["reply"] = _reply(draft.reply_to)
    return record


def facets(text: str, link: str, tags: Sequence[str]) -> list[Json]:
    """The link and the tags of a text, by UTF-8 bytes, the end excluded. Raises BodyRefused if they overlap."""
    marks = sorted(_marks(text, link, tags), key=lambda mark: mark[0])
    found = [
        {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}
        for start, end, feature in marks
    ]
    check_facets(text, found)
    return found


def check_facets(text: str, found: Sequence[Mapping[str, Any]]) -> None:
    """The server takes facets that are reversed or end behind the text, so we look: ascending, apart, on characters.

    Raises BodyRefused.
    """
    borders = {0, *accumulate(len(character.encode()) for character in text)}
    before = 0
    for facet in found:
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if not before <= start < end or not {start, end} <= borders:
            raise BodyRefused("A link or a tag does not lie inside the text.")
        before = end


def _marks(text: str, link: str, tags: Sequence[str]) -> Iterator[tuple[int, int, Json]]:
    if link:
        if text.count(link) != 1:
            raise BodyRefused("The link must stand in the text once.")
        place = text.index(link)
        yield *_bytes(text, place, place + len(link)), {"$type": f"{_FACET}#link", "uri": link}
    for tag in dict.fromkeys(tags):
        for match in re.finditer(rf"(?<![\w#])#{re.escape(tag)}(?!\w)", text):
            yield *_bytes(text, match.start(), match.end()), {"$type": f"{_FACET}#tag", "tag": tag}


def _bytes(text: str, start: int, end: int) -> tuple[int, int]:
    first = len(text[:start].encode())
    return first, first + len(text[start:end].encode())


def _card(draft: Draft, thumb: Mapping[str, Any] | None) -> Json:
    external: Json = {"uri": draft.link, "title": draft.title, "description": draft.description}
    if thumb is not None:
        external["thumb"] = dict(thumb)
    return {"$type": "app.bsky.embed.external", "external": external}


def _reply(native: Mapping[str, Any]) -> Json:
    try:
        return {
            name: {"uri": str(native[name]["uri"]), "cid": str(native[name]["cid"])}
            for name in ("root", "parent")
        }
    except (KeyError, TypeError) as fault:
        raise BodyRefused("What is answered is not known well enough.") from fault


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
