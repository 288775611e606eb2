"""Posts in a person's own words: a draft, its approval, and an answer to somebody's mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import deals
from campaigns.deals.rules import LANGUAGES
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.facts import moved, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require
from campaigns.sharing.posts.announce import BLANK
from campaigns.sharing.posts.refusals import AnsweredAlready, FeedNotConnected, PostNotDraft
from campaigns.sharing.posts.rows import move_post, posts, queued_facts, read_account, read_post
from campaigns.sharing.posts.rules import POST
from campaigns.sharing.posts.wording import faults_of, parts_of

_ANSWERED = ("draft", "queued", "sending", "published", "failed")


@dataclass(frozen=True)
class WrittenPost:
    """Words for one account about one deal. `not_before` None means as soon as it is approved."""

    account_id: str
    deal_id: str
    text: str
    language: str = "en"
    not_before: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """An answer to a mention: `native` is what the network needs to know of it. `deal_id` where it is about one."""

    account_id: str
    mention_id: str
    native: Mapping[str, Any]
    text: str
    deal_id: str | None = None
    language: str = "en"


async def write_post(written: WrittenPost, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> str:
    """A draft; nothing leaves before it is approved. Raises InvalidFields, NotFound, FeedNotConnected, `require`."""
    _check(written.text, "custom", written.language)
    async with store.begin() as unit:
        now = await clock.now(unit)
        account = await _account(unit, written.account_id, written.deal_id, actor, "publish")
        post_id = new_id("post")
        row = _row(post_id, account, written, actor, now) | {"state": "draft", "kind": "custom"}
        row |= {"subject": f"post:{post_id}", "not_before": written.not_before or now}
        await unit.run(posts.insert().values(row))
        await record(unit, [moved(POST, f"post:{post_id}", "", "draft", now, deal_id=written.deal_id)])
        await note(unit, _entry(account, actor, "write_post", post_id), now=now, keys=keys)
    return post_id


async def change_post(
    post_id: str, text: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys
) -> None:
    """Other words for a draft. Raises InvalidFields, NotFound, PostNotDraft and what `require` raises."""
    async with store.begin() as unit:
        row, now = await _post(unit, post_id, actor), await clock.now(unit)
        _check(text, row.kind, row.language)
        mine = update(posts).where(posts.c.id == post_id, posts.c.state == "draft")
        if await unit.changed(mine.values(wording=_plain(text), written_by=actor.label)) != 1:
            raise PostNotDraft(state=row.state)
        await note(unit, _entry(row, actor, "write_post", post_id), now=now, keys=keys)


async def approve_post(post_id: str, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> None:
    """Let a draft go out. Safe to repeat. Raises NotFound, PostNotDraft and what `require` raises."""
    async with store.begin() as unit:
        row, now = await _post(unit, post_id, actor), await clock.now(unit)
        if row.state in ("queued", "sending", "published"):
            return
        if row.state != "draft":
            raise PostNotDraft(state=row.state)
        approved = {"approved_by": actor.label, "approved_at": now, "not_before": max(now, row.not_before)}
        await move_post(unit, row, "queued", now, **approved)
        await note(unit, _entry(row, actor, "approve_post", post_id), now=now, keys=keys)


async def reply(answer: Reply, actor: Actor, *, store: Store, clock: Clock, keys: Keys) -> str:
    """Queue an answer; whoever writes it approves it. The id of the post, whose outcome it will tell.

    Raises InvalidFields, NotFound, FeedNotConnected, AnsweredAlready and what `require` raises.
    """
    _check(answer.text, "reply", answer.language, about_deal=answer.deal_id is not None)
    async with store.begin() as unit:
        now = await clock.now(unit)
        account = await _account(unit, answer.account_id, answer.deal_id, actor, "answer_mentions")
        post_id = new_id("post")
        row = _row(post_id, account, answer, actor, now) | {"kind": "reply", "state": "queued"}
        row |= {"subject": await _free_subject(unit, answer), "reply_to": dict(answer.native)}
        row |= {"not_before": now, "approved_by": actor.label, "approved_at": now}
        inserted = unit.insert(posts).values(row).on_conflict_do_nothing().returning(posts.c.id)
        if await unit.value(inserted) is None:
            raise AnsweredAlready
        await record(unit, queued_facts([row], now))
        await note(unit, _entry(account, actor, "reply", post_id), now=now, keys=keys)
    return post_id


def _check(text: str, kind: str, language: str, *, about_deal: bool = True) -> None:
    faults = faults_of(text, kind=kind)
    if language not in LANGUAGES:
        faults.append(FieldError("language", "unknown", "Choose one of those offered."))
    if not about_deal and any(part.name for part in parts_of(text)):
        faults.append(
            FieldError("text", "no_deal", "This answer is about no deal, so leave placeholders out.")
        )
    if faults:
        raise InvalidFields(faults)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


async def _account(unit: Unit, account_id: str, deal_id: str | None, actor: Actor, act: str) -> Any:
    """The account, if it is the actor's to use and connected, and the deal of the same merchant."""
    row = await read_account(unit, account_id)
    if row is None:
        raise NotFound(what="feed account")
    require(actor, act, row.organization_id)
    theirs = select(deals.c.id).where(deals.c.id == deal_id, deals.c.organization_id == row.organization_id)
    if deal_id is not None and await unit.value(theirs) is None:
        raise NotFound(what="deal")
    if row.state != "connected":
        raise FeedNotConnected
    return row


async def _post(unit: Unit, post_id: str, actor: Actor) -> Any:
    row = await read_post(unit, post_id)
    if row is None:
        raise NotFound(what="post")
    require(actor, "publish", row.organization_id)
    return row


async def _free_subject(unit: Unit, answer: Reply) -> str:
    """One answer per mention and account; another only where the earlier ones were dropped or taken down."""
    about = f"mention:{answer.mention_id}"
    earlier = select(posts.c.state).where(
        posts.c.account_id == answer.account_id,
        posts.c.kind == "reply",
        (posts.c.subject == about) | posts.c.subject.startswith(f"{about}:"),
    )
    states = [row.state for row in await unit.all(earlier)]
    if any(state in _ANSWERED for state in states):
        raise AnsweredAlready
    return f"{about}:{len(states) + 1}" if states else about


def _row(post_id: str, account: Any, written: WrittenPost | Reply, actor: Actor, now: datetime) -> Any:
    return {
        **BLANK,
        "id": post_id,
        "organization_id": account.organization_id,
        "account_id": account.id,
        "deal_id": written.deal_id,
        "wording": _plain(written.text),
        "language": written.language,
        "created_at": now,
        "written_by": actor.label,
    }


def _entry(row: Any, actor: Actor, act: str, post_id: str) -> AuditEntry:
    return AuditEntry(row.organization_id, actor.label, act, f"post:{post_id}")
