"""What a status of Mastodon's API says about us. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from campaigns.listening.ports import Heard, MentionKind, Wanted
from campaigns.sharing.ports import FeedAccount
from integrations.mentions.at_records import instant
from integrations.mentions.html_text import plain_of

# What was said to a few people is no public post, though it reaches us the same way.
_PUBLIC = frozenset({"public", "unlisted"})
Status = Mapping[str, Any]


def heard_status(status: Status, wanted: Wanted, account: FeedAccount) -> Heard | None:
    """The mention, or None for our own, for what is not public and for what has nothing to do with us."""
    author = _part(status, "account")
    if str(author.get("id", "")) == account.native_id or status.get("visibility") not in _PUBLIC:
        return None
    plain = plain_of(str(status.get("content") or ""))
    tags = tuple(str(each.get("name", "")) for each in _parts(status, "tags"))
    about = str(status.get("in_reply_to_id") or "")
    kind = _kind(status, wanted, account, links=plain.links, tags=tags)
    if kind is None:
        return None
    now = datetime.now(UTC)
    edited = status.get("edited_at")
    return Heard(
        native_id=str(status.get("uri") or status.get("url") or status.get("id")),
        kind=kind,
        author_id=_author_id(author),
        author=full_name(author, account.address),
        text=plain.text,
        url=_web(status.get("url")),
        at=instant(status.get("created_at"), now),
        about=about if about in wanted.posts else None,
        links=plain.links,
        tags=tags,
        language=str(status["language"]) if status.get("language") else None,
        edited_at=instant(edited, now) if edited else None,
        native={"id": str(status.get("id", "")), "acct": full_name(author, account.address)},
    )


def _kind(
    status: Status, wanted: Wanted, account: FeedAccount, *, links: tuple[str, ...], tags: tuple[str, ...]
) -> MentionKind | None:
    if str(status.get("in_reply_to_id") or "") in wanted.posts:
        return "reply"
    if account.native_id in {str(each.get("id", "")) for each in _parts(status, "mentions")}:
        return "mention"
    if wanted.our_links(links):
        return "link"
    return "tag" if wanted.tags & {tag.lower() for tag in tags} else None


def heard_reblog(notification: Status, wanted: Wanted, account: FeedAccount) -> Heard | None:
    """A reblog has no words and no address that we are told; who passed on what is its name."""
    status, author = _part(notification, "status"), _part(notification, "account")
    about = str(status.get("id", ""))
    if about not in wanted.posts:
        return None
    return Heard(
        native_id=f"{status.get('uri') or about}#reblog-{_author_id(author)}",
        kind="repost",
        author_id=_author_id(author),
        author=full_name(author, account.address),
        text="",
        url=_web(author.get("url")),
        at=instant(notification.get("created_at"), datetime.now(UTC)),
        about=about,
        native={"id": about, "acct": full_name(author, account.address)},
    )


def full_name(author: Status, address: str) -> str:
    """`name@server`, also for people on the account's own server."""
    acct = str(author.get("acct") or author.get("username") or "")
    return acct if "@" in acct else f"{acct}@{urlsplit(address).hostname}"


def _author_id(author: Status) -> str:
    """The same on every server; the plain number is not."""
    return str(author.get("uri") or author.get("url") or author.get("id", ""))


def _web(address: object) -> str:
    text = str(address or "")
    return text if text.startswith(("https://", "http://")) else ""


def _part(of: Status, name: str) -> Status:
    part = of.get(name)
    return part if isinstance(part, Mapping) else {}


def _parts(of: Status, name: str) -> list[Status]:
    parts = of.get(name)
    return [each for each in parts if isinstance(each, Mapping)] if isinstance(parts, list) else []
