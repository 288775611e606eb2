"""What a server of the AT Protocol means. The word in the body decides: a bad token is a 400 there."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from campaigns.sharing.ports import AccountLost, Allowance, BodyRefused, FeedError, LoginExpired
from integrations.feeds.calls import Answer

_EXPIRED = ("ExpiredToken", "InvalidToken")


def failure_of(answer: Answer) -> FeedError:
    """The failure behind an answer below 500 that is not a success."""
    word = word_of(answer)
    if word in _EXPIRED:
        return LoginExpired(answer.text)
    # 401: AccountTakedown, AccountDeactivated, AuthenticationRequired (also another account's token), AuthMissing.
    if answer.status in (401, 403) or word in ("AccountTakedown", "AccountDeactivated", "RepoNotFound"):
        return AccountLost(answer.text)
    return BodyRefused(answer.text)


def word_of(answer: Answer) -> str:
    """The name of an error, or ""."""
    return str(answer.body.get("error", "")) if isinstance(answer.body, dict) else ""


def allowance_of(headers: httpx.Headers) -> Allowance | None:
    """`RateLimit-Remaining` and `RateLimit-Reset` in epoch seconds; a server that limits nothing sends neither."""
    try:
        remaining = int(headers["RateLimit-Remaining"])
        return Allowance(remaining, datetime.fromtimestamp(int(headers["RateLimit-Reset"]), UTC))
    except (KeyError, ValueError, OverflowError, OSError):
        return None
