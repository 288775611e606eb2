"""What a record of the AT Protocol says about us. The record decides, not the reason a server gives for it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from campaigns.listening.ports import Heard, MentionKind, Wanted
from campaigns.sharing.ports import FeedAccount

POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
_FACET = "app.bsky.richtext.facet#"
_TAG = re.compile(r"(?:^|\s)[#＃]([^\s#＃.,!?;:。，！？；：）)]+)")
_LINK = re.compile(r"https?://[^\s<>\"）)]+")


@dataclass(frozen=True)
class Written:
    """One record as found in a repository. `told_at` is when its server told of it."""

    uri: str
    cid: str
    author_id: str
    author: str
    record: Mapping[str, Any]
    told_at: datetime
    is_edit: bool = False
    page: str = ""


def heard_of(written: Written, wanted: Wanted, account: FeedAccount) -> Heard | None:
    """The mention, or None where the record has nothing to do with us or is our own."""
    if written.author_id == account.native_id:
        return None
    if written.record.get("$type") == REPOST:
        passed_on = _uri(written.record.get("subject"))
        return _heard(written, "repost", passed_on) if passed_on in wanted.posts else None
    if written.record.get("$type") != POST:
        return None
    about = next((uri for uri in _answered(written.record) if uri in wanted.posts), None)
    quoted = next((uri for uri in _quoted(written.record) if uri in wanted.posts), None)
    kind = _kind(written.record, wanted, account, about=about, quoted=quoted)
    return _heard(written, kind, about or quoted) if kind else None


def _kind(
    record: Mapping[str, Any], wanted: Wanted, account: FeedAccount, *, about: str | None, quoted: str | None
) -> MentionKind | None:
    if about:
        return "reply"
    if quoted:
        return "repost"
    if account.native_id in _features(record, "mention", "did"):
        return "mention"
    if wanted.our_links(links_of(record)):
        return "link"
    return "tag" if wanted.tags & {tag.lower() for tag in tags_of(record)} else None


def _heard(written: Written, kind: MentionKind, about: str | None) -> Heard:
    record = written.record
    languages = record.get("langs")
    return Heard(
        native_id=written.uri,
        kind=kind,
        author_id=written.author_id,
        author=written.author or written.author_id,
        text=_text(record),
        url=written.page,
        at=instant(record.get("createdAt"), written.told_at),
        about=about,
        links=links_of(record),
        tags=tags_of(record),
        language=str(languages[0]) if isinstance(languages, list) and languages else None,
        edited_at=written.told_at if written.is_edit else None,
        native=reply_reference(written),
    )


def reply_reference(written: Written) -> dict[str, Any]:
    """What the `reply` of an answer must say: the thread's first post and the one that is answered."""
    this = {"uri": written.uri, "cid": written.cid}
    reply = written.record.get("reply")
    root = reply.get("root") if isinstance(reply, Mapping) else None
    if isinstance(root, Mapping) and _uri(root) and isinstance(root.get("cid"), str):
        return {"root": {"uri": root["uri"], "cid": root["cid"]}, "parent": this}
    return {"root": this, "parent": this}


def instant(written: object, fallback: datetime) -> datetime:
    """A record's own date, which its author may have invented: never later than when its server told of it."""
    try:
        at = datetime.fromisoformat(str(written).replace("Z", "+00:00"))
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return fallback
    return min(at, fallback)


def links_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    embed = record.get("embed")
    card = embed.get("external") if isinstance(embed, Mapping) else None
    cards = [card["uri"]] if isinstance(card, Mapping) and isinstance(card.get("uri"), str) else []
    return _once(*_features(record, "link", "uri"), *cards, *_LINK.findall(_text(record)))


def tags_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Without `#`, as written."""
    more = record.get("tags")
    apart = [tag for tag in more if isinstance(tag, str)] if isinstance(more, list) else []
    return _once(*_features(record, "tag", "tag"), *apart, *_TAG.findall(_text(record)))


def _once(*found: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _text(record: Mapping[str, Any]) -> str:
    text = record.get("text")
    return text if isinstance(text, str) else ""


def _answered(record: Mapping[str, Any]) -> Iterator[str]:
    reply = record.get("reply")
    if isinstance(reply, Mapping):
        yield from filter(None, (_uri(reply.get("parent")), _uri(reply.get("root"))))


def _quoted(record: Mapping[str, Any]) -> Iterator[str]:
    embed = record.get("embed")
    if isinstance(embed, Mapping):
        inner = embed.get("record")
        deeper = inner.get("record") if isinstance(inner, Mapping) else None
        yield from filter(None, (_uri(inner), _uri(deeper)))


def _uri(reference: object) -> str:
    uri = reference.get("uri") if isinstance(reference, Mapping) else None
    return uri if isinstance(uri, str) else ""


def _features(record: Mapping[str, Any], kind: str, name: str) -> list[str]:
    facets = record.get("facets")
    features = [
        feature
        for facet in (facets if isinstance(facets, list) else [])
        if isinstance(facet, Mapping) and isinstance(facet.get("features"), list)
        for feature in facet["features"]
        if isinstance(feature, Mapping)
    ]
    named = [each.get(name) for each in features if each.get("$type") == f"{_FACET}{kind}"]
    return [value for value in named if isinstance(value, str)]
