"""The body of a status, and how to know ours again among an account's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from campaigns.sharing.graphemes import length
from campaigns.sharing.ports import BodyRefused, Draft, FeedAccount
from integrations.feeds.mastodon.answers import CHARACTERS, CHARACTERS_PER_URL
from integrations.mentions.html_text import plain_of

Json = dict[str, Any]


def longest_of(account: FeedAccount) -> int:
    """How many graphemes this server takes; noted when the account was connected."""
    return int(account.secrets.get("characters", CHARACTERS))


def status_of(draft: Draft, account: FeedAccount) -> Json:
    """The body without its pictures. Raises BodyRefused for a text that is too long as the server counts."""
    text = draft.text
    status: Json = {"visibility": "public", "language": draft.language.partition("-")[0]}
    if draft.reply_to is not None:
        status["in_reply_to_id"] = _answered(draft.reply_to)
        text = _named(text, str(draft.reply_to.get("acct", "")))
    per_url = int(account.secrets.get("characters_per_url", CHARACTERS_PER_URL))
    counted = length(text) + (per_url - length(draft.link) if draft.link else 0)
    if counted > longest_of(account):
        raise BodyRefused(f"The text is longer than {longest_of(account)} characters.")
    return {**status, "status": text}


def frozen_body(status: Json, draft: Draft, media_ids: Sequence[str]) -> Json:
    """What is stored: the body as it is sent, the link to find it by, and how far back to look."""
    sent = {**status, "media_ids": list(media_ids)} if media_ids else status
    return {"status": sent, "link": draft.link, "since": draft.created_at.astimezone(UTC).isoformat()}


def is_ours(found: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a status of the account is this post: by its link, which no other has, else by its words."""
    plain = plain_of(str(found.get("content", "")))
    if body["link"]:
        return body["link"] in plain.links or body["link"] in plain.text
    sent = body["status"]
    answered = str(found.get("in_reply_to_id") or "")
    return answered == sent.get("in_reply_to_id", "") and _squeezed(plain.text) == _squeezed(sent["status"])


def is_older(found: Mapping[str, Any], since: str) -> bool:
    """Whether a status was there before the post was written, so that looking further back is idle."""
    try:
        made = datetime.fromisoformat(str(found.get("created_at", "")).replace("Z", "+00:00"))
    except ValueError:
        return False
    return made.replace(tzinfo=made.tzinfo or UTC) < datetime.fromisoformat(since)


def _answered(native: Mapping[str, Any]) -> str:
    found = str(native.get("id") or "")
    if not found:
        raise BodyRefused("What is answered is not known well enough.")
    return found


def _named(text: str, acct: str) -> str:
    """Whoever is answered hears of it only if named."""
    return f"@{acct} {text}" if acct and f"@{acct}" not in text else text


def _squeezed(text: str) -> str:
    return " ".join(text.split())
