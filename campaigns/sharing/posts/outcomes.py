"""What each answer of a feed means for the post and for its account. Every function is one part of a transaction."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from campaigns.deals.rows import deals
from campaigns.foundation.store import Unit
from campaigns.sharing.ports import (
    AccountLost,
    BodyRefused,
    FeedError,
    OutcomeUnknown,
    PublishedPost,
    TryLater,
)
from campaigns.sharing.posts.rows import feed_accounts, move_account, move_post, posts, read_account
from campaigns.sharing.posts.rules import GIVE_UP, MOST_TRIES, wait_s

_SPREAD = 0.1
# What a feed names as the end of a pause is believed up to here.
_LONGEST_PAUSE = timedelta(hours=24)


def said(error: FeedError) -> str:
    """A short code and what the feed said, for people."""
    detail = " ".join(str(error).split())
    return f"{error.code}: {detail}"[:300] if detail else error.code


async def published(unit: Unit, row: Any, post: PublishedPost, now: datetime) -> bool:
    """Record success. Fenced by state, not by lease: a late success is still true."""
    changes = {
        "native_id": post.native_id,
        "url": post.url,
        "published_at": now,
        "unsure": False,
        "retry_at": None,
        "reason": "",
        "last_error": "",
    }
    done = await move_post(unit, row, "published", now, **changes)
    account: dict[str, Any] = {"failures_in_row": 0, "paused_until": None, "last_error": ""}
    if post.allowance is not None:
        account |= {
            "allowance_remaining": post.allowance.remaining,
            "allowance_resets_at": post.allowance.resets_at,
        }
    await unit.run(update(feed_accounts).where(feed_accounts.c.id == row.account_id).values(**account))
    return done


async def went_wrong(unit: Unit, row: Any, error: FeedError, now: datetime, *, settle_s: float = 0.0) -> None:
    """What follows when `publish` raised. The row is in `sending`."""
    note = {"last_error": said(error)}
    if isinstance(error, BodyRefused):
        await move_post(unit, row, "failed", now, reason="body_refused", unsure=False, **note)
    elif isinstance(error, AccountLost):
        await move_post(unit, row, "failed", now, reason="account_lost", unsure=False, **note)
        await lose(unit, row.account_id, error, now, deal_id=row.deal_id)
    elif isinstance(error, TryLater):
        until = await pause(unit, row.account_id, error, now)
        # It was certainly not there, so this call does not count as one that may have reached the feed.
        tries = max(row.tries - 1, 0)
        await move_post(unit, row, "queued", now, retry_at=until, unsure=False, tries=tries, **note)
    else:
        until = await pause(unit, row.account_id, error, now, settle_s=settle_s)
        await unit.run(_sending(row).values(retry_at=until, **note))


async def refused_before(unit: Unit, row: Any, error: FeedError, now: datetime) -> None:
    """What follows when `prepare` raised: nothing was sent, so an unknown outcome is a later try."""
    note = {"last_error": said(error)}
    if isinstance(error, BodyRefused):
        await move_post(unit, row, "failed", now, reason="body_refused", **note)
    elif isinstance(error, AccountLost):
        await move_post(unit, row, "failed", now, reason="account_lost", **note)
        await lose(unit, row.account_id, error, now, deal_id=row.deal_id)
    else:
        until = await pause(unit, row.account_id, error, now)
        await unit.run(update(posts).where(posts.c.id == row.id).values(retry_at=until, **note))


async def could_not_look(
    unit: Unit, row: Any, error: FeedError, now: datetime, *, settle_s: float = 0.0
) -> None:
    """What follows when `reconcile` raised: the row stays `sending` for a day, then a person must look."""
    note = {"last_error": said(error)}
    if isinstance(error, AccountLost):
        await unit.run(_sending(row).values(**note))
        await lose(unit, row.account_id, error, now, deal_id=row.deal_id)
    elif isinstance(error, BodyRefused):
        await move_post(unit, row, "failed", now, reason="look_yourself", **note)
    elif row.sent_at is not None and now - row.sent_at >= GIVE_UP:
        await move_post(unit, row, "failed", now, reason="gave_up", **note)
    else:
        until = await pause(unit, row.account_id, error, now, settle_s=settle_s)
        await unit.run(_sending(row).values(retry_at=until, **note))


async def gave_up(unit: Unit, row: Any, now: datetime) -> bool:
    """Fail a queued post that could not leave for a day, so that a person hears of it."""
    if now - row.not_before < GIVE_UP:
        return False
    await move_post(unit, row, "failed", now, reason="gave_up")
    return True


async def not_there(unit: Unit, row: Any, now: datetime) -> None:
    """The feed says that the post does not exist: the same body again under the same key."""
    if row.tries >= MOST_TRIES:
        await move_post(unit, row, "failed", now, reason="gave_up", unsure=False)
    else:
        await move_post(unit, row, "queued", now, unsure=False, retry_at=None)


async def cannot_tell(unit: Unit, row: Any, now: datetime) -> None:
    """The feed cannot look it up: a person does, and decides."""
    await move_post(unit, row, "failed", now, reason="look_yourself")


async def pause(
    unit: Unit, account_id: str, error: FeedError, now: datetime, *, settle_s: float | None = None
) -> datetime:
    """Let the whole account wait: as long as the feed said, else longer each time. Answers until when.

    The first lost answer waits `settle_s` only: soon after, a look-up can tell.
    """
    failures = 1 + int(
        await unit.value(select(feed_accounts.c.failures_in_row).where(feed_accounts.c.id == account_id)) or 0
    )
    until = _until(error, failures, now, settle_s)
    changes = {"failures_in_row": failures, "paused_until": until, "last_error": said(error)}
    await unit.run(update(feed_accounts).where(feed_accounts.c.id == account_id).values(**changes))
    return until


def _until(error: FeedError, failures: int, now: datetime, settle_s: float | None) -> datetime:
    asked = error.retry_at if isinstance(error, TryLater) else None
    if asked is not None:
        seconds = min(max(asked - now, timedelta()), _LONGEST_PAUSE).total_seconds()
    elif isinstance(error, OutcomeUnknown) and settle_s is not None:
        seconds = max(settle_s, wait_s(failures - 1) if failures > 1 else 0.0)
    else:
        seconds = wait_s(failures)
    # Jitter only ever adds: nobody comes before the feed said.
    return now + timedelta(seconds=seconds * (1 + random.uniform(0, _SPREAD)))  # noqa: S311 - keeps no secret


async def lose(
    unit: Unit, account_id: str, error: Exception, now: datetime, *, deal_id: str | None = None
) -> bool:
    """The account must be connected again by a person: its queue rests, its owners are told once."""
    row = await read_account(unit, account_id)
    if row is None or row.state != "connected":
        return False
    why = said(error) if isinstance(error, FeedError) else "key_gone: sealed with a key that is gone"
    if deal_id is None:
        theirs = select(deals.c.id).where(deals.c.organization_id == row.organization_id)
        deal_id = await unit.value(theirs.order_by(deals.c.created_at.desc()).limit(1))
    lost = {"lost_reason": why, "lost_at": now, "lease": None, "lease_until": None, "last_error": why}
    return await move_account(unit, row, "lost", now, deal_id=deal_id, **lost)


def _sending(row: Any) -> Any:
    return update(posts).where(posts.c.id == row.id, posts.c.state == "sending")
