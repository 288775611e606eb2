"""Keep what was heard: new mentions, other words for old ones, and the silence of deleted ones."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, update

from campaigns.foundation.facts import moved, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Unit
from campaigns.listening.english import english_score
from campaigns.listening.languages import language_of
from campaigns.listening.ports import Heard
from campaigns.listening.routing import STORM_MINUTES, Signals, team_for
from campaigns.listening.rows import erased_authors, mentions, move_mention, own_authors
from campaigns.listening.rules import LONGEST_TEXT, MENTION, Clues, Known, Match, match, text_hash
from campaigns.listening.sentiment import sentiment_of
from campaigns.sharing.posts.rows import feed_accounts

_ADDRESSED = ("reply", "repost", "mention")
_LONGEST_NAME = 300
# An index holds no longer one.
_LONGEST_URI = 500
# What stays of a removed mention: its address as the key, when it was, how it was judged. Its words go.
FORGOTTEN = {"text": "", "author": "", "url": "", "native": {}}


@dataclass(frozen=True)
class Ears:
    """Whose account heard it, and what is known there. `account` is a row of feed_account."""

    account: Any
    known: Known
    keys: Keys
    now: datetime


async def keep(unit: Unit, heard: Sequence[Heard], ears: Ears) -> int:
    """Store a batch, in the transaction that moves the cursor; answers how many are new. Repeating it adds none."""
    heard = [each for each in heard if _clean(each.native_id, _LONGEST_URI) == each.native_id]
    said = [each for each in heard if each.kind != "removed"]
    own = await _own(unit, ears.account)
    erased = await _erased(unit, ears, said)
    new = 0
    for each in said:
        author_id = kept_author_id(each.author_id)
        if author_id not in erased:
            new += await _keep_one(unit, each, ears, own=author_id in own or each.author.lower() in own)
    await silence(unit, ears, [each.native_id for each in heard if each.kind == "removed"])
    return new


async def _keep_one(unit: Unit, heard: Heard, ears: Ears, *, own: bool) -> int:
    before = await unit.one(_known_as(ears.account, heard.native_id).with_for_update())
    if before is not None:
        await _reword(unit, before, heard, ears)
        return 0
    row = await _row(unit, heard, ears, own=own)
    if heard.kind == "link" and row["matched_by"] != "link":
        return 0  # a link of ours, but to another merchant's page
    insert = (
        unit.insert(mentions)
        .values(row)
        .on_conflict_do_nothing(index_elements=["organization_id", "network", "native_uri"])
    )
    if await unit.value(insert.returning(mentions.c.id)) is None:
        return 0
    subject = f"mention:{row['id']}"
    happened = [moved(MENTION, subject, "", "new", ears.now, deal_id=row["deal_id"])]
    if row["state"] == "matched":
        data = {"by": row["matched_by"]}
        happened.append(
            moved(MENTION, subject, "new", "matched", ears.now, deal_id=row["deal_id"], data=data)
        )
    await record(unit, happened)
    return 1


def _known_as(account: Any, *native_ids: str) -> Any:
    """Of this merchant alone: a server that another one named can say anything of anybody's posts (S15)."""
    return select(mentions).where(
        mentions.c.organization_id == account.organization_id,
        mentions.c.network == account.network,
        mentions.c.native_uri.in_(native_ids),
    )


async def _row(unit: Unit, heard: Heard, ears: Ears, *, own: bool) -> dict[str, Any]:
    text = _clean(heard.text, LONGEST_TEXT)
    found = match(_clues(heard, text), ears.known)
    return {
        "id": new_id("men"),
        "network": ears.account.network,
        "native_uri": heard.native_id,
        "organization_id": ears.account.organization_id,
        "account_id": ears.account.id,
        **_tied(found),
        "kind": heard.kind,
        "author_id": kept_author_id(heard.author_id),
        "author": _clean(heard.author, _LONGEST_NAME),
        "text": text,
        "text_hash": text_hash(text),
        "earlier_hashes": [],
        "url": _clean(heard.url, 2000),
        "sentiment_by": "machine",
        **await _judged(unit, heard, text, found, ears),
        "state": "matched" if found else "new",
        "own": own,
        "native": dict(heard.native or {}),
        "at": min(heard.at, ears.now),
        "edited_at": heard.edited_at,
        "collected_at": ears.now,
        "checked_at": ears.now,
    }


def _tied(found: Match | None) -> dict[str, str | None]:
    if found is None:
        return {"matched_by": None, "deal_id": None, "campaign_id": None, "post_id": None}
    target = found.target
    return {
        "matched_by": found.by,
        "deal_id": target.deal_id,
        "campaign_id": target.campaign_id,
        "post_id": target.post_id,
    }


def _clues(heard: Heard, text: str) -> Clues:
    return Clues(text, heard.about, heard.links, heard.tags, addressed=heard.kind in _ADDRESSED)


async def _judged(unit: Unit, heard: Heard, text: str, found: Match | None, ears: Ears) -> dict[str, str]:
    """Language, mood and team, each a hint that a person may correct."""
    language = language_of(text, heard.language)
    sentiment = sentiment_of(text, language, english_score)
    stormy = 0
    if sentiment == "negative" and found is not None and found.target.deal_id is not None:
        stormy = 1 + await _negative_lately(unit, found.target.deal_id, heard.native_id, ears.now)
    routed = team_for(Signals(text, heard.kind, sentiment, stormy))
    return {
        "language": language,
        "sentiment": sentiment,
        "team": routed.team,
        "team_reason": routed.reason,
    }


async def _negative_lately(unit: Unit, deal_id: str, but: str, now: datetime) -> int:
    counted = select(func.count()).where(
        mentions.c.deal_id == deal_id,
        mentions.c.sentiment == "negative",
        mentions.c.own.is_(False),
        mentions.c.native_uri != but,
        mentions.c.at > now - timedelta(minutes=STORM_MINUTES),
    )
    return int(await unit.value(counted))


async def _reword(unit: Unit, row: Any, heard: Heard, ears: Ears) -> None:
    """An edit replaces the words and keeps the hash of the old ones; an older wording heard late changes nothing."""
    text = _clean(heard.text, LONGEST_TEXT)
    stale = row.edited_at is not None and (heard.edited_at is None or heard.edited_at < row.edited_at)
    if row.state == "removed" or stale or text_hash(text) == row.text_hash:
        return
    found = match(_clues(heard, text), ears.known)
    judged = await _judged(unit, heard, text, found, ears)
    if row.sentiment_by != "machine":
        judged.pop("sentiment")
    if row.assigned_by is not None or row.state not in ("new", "matched"):
        judged = {name: judged[name] for name in judged if not name.startswith("team")}
    await unit.run(
        update(mentions)
        .where(mentions.c.id == row.id)
        .values(
            text=text,
            text_hash=text_hash(text),
            earlier_hashes=[*row.earlier_hashes, row.text_hash],
            edited_at=heard.edited_at or ears.now,
            **judged,
        )
    )


async def silence(unit: Unit, ears: Ears, native_ids: Sequence[str]) -> int:
    """Its author took it down: the text goes, the count stays. Addresses that we never heard of are no error."""
    gone = 0
    for start in range(0, len(native_ids), 200):
        some = _known_as(ears.account, *native_ids[start : start + 200])
        for row in await unit.all(some.where(mentions.c.state != "removed")):
            gone += await move_mention(unit, row, "removed", ears.now, note={"by": "author"}, **FORGOTTEN)
    return gone


async def _own(unit: Unit, account: Any) -> set[str]:
    """Ids and names of those who speak for this merchant on this network."""
    ours = await unit.all(
        select(feed_accounts.c.native_id, feed_accounts.c.handle).where(
            feed_accounts.c.organization_id == account.organization_id,
            feed_accounts.c.network == account.network,
        )
    )
    staff = await unit.all(
        select(own_authors.c.author_id).where(
            own_authors.c.organization_id == account.organization_id,
            own_authors.c.network == account.network,
        )
    )
    named = {row.native_id for row in ours} | {row.handle.lower().lstrip("@") for row in ours}
    return named | {row.author_id for row in staff}


def kept_author_id(author_id: str) -> str:
    """As it stands in every table: whoever looks for an author must cut the id in the same way."""
    return _clean(author_id, _LONGEST_NAME)


def author_digests(keys: Keys, network: str, author_id: str) -> list[str]:
    """How somebody who wants to be forgotten is remembered: under the current key first, then earlier ones.

    Of the id as it is kept, so that it is the same author by what a network says and by what a mention shows.
    """
    said = f"{network}:{kept_author_id(author_id)}".encode()
    return [hmac.new(key, said, sha256).hexdigest() for key in keys.all_derived("erased-author")]


async def _erased(unit: Unit, ears: Ears, heard: Sequence[Heard]) -> set[str]:
    network = ears.account.network
    who = {
        digest: author_id
        for author_id in {kept_author_id(each.author_id) for each in heard}
        for digest in author_digests(ears.keys, network, author_id)
    }
    rows = await unit.all(
        select(erased_authors.c.author_digest).where(
            erased_authors.c.network == network, erased_authors.c.author_digest.in_(list(who))
        )
    )
    return {who[row.author_digest] for row in rows}


def _clean(text: str, longest: int) -> str:
    """What a database can hold: no NUL, no half of a pair, and an end."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:longest]
