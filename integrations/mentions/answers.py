"""What a server's answer means, in the words of sharing: later, renew, lost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from campaigns.sharing.ports import AccountLost, BodyRefused, FeedAccount, LoginExpired, TryLater

_EXPIRED = ("ExpiredToken", "InvalidToken")
_LOST = ("AccountTakedown", "AccountDeactivated", "AuthenticationRequired", "AuthMissing")
_DETAIL = 2000


class NotOffered(Exception):
    """This server does not know the question: a PDS without an AppView answers 400. `is_gone`: nothing is there."""

    def __init__(self, detail: str, *, is_gone: bool) -> None:
        super().__init__(detail)
        self.is_gone = is_gone


async def ask(
    client: httpx.AsyncClient, account: FeedAccount, path: str, asked: Mapping[str, Any], *, token: str = ""
) -> Any:
    """The JSON behind one GET at the account's server. Raises TryLater, LoginExpired, AccountLost, NotOffered."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = await client.get(f"{account.address.rstrip('/')}{path}", params=dict(asked), headers=headers)
    except httpx.TransportError as fault:
        raise TryLater(f"{type(fault).__name__}: {fault}") from fault
    if answer.is_success:
        try:
            return answer.json()
        except ValueError as fault:
            raise TryLater("The answer is no JSON.") from fault
    raise failure_of(answer)


def failure_of(answer: httpx.Response) -> Exception:
    """One of the failures above. On AT a bad token is a 400: the word in the body decides, not the number."""
    detail = answer.text[:_DETAIL]
    word = _word(answer)
    if answer.status_code == 429 or answer.status_code >= 500:
        return TryLater(detail, retry_at=_retry_at(answer.headers))
    if word in _EXPIRED:
        return LoginExpired(detail)
    if word in _LOST or answer.status_code in (401, 403):
        return AccountLost(detail)
    if answer.status_code in (400, 404, 410):
        return NotOffered(detail, is_gone=answer.status_code in (404, 410))
    return BodyRefused(detail)


def _word(answer: httpx.Response) -> str:
    try:
        body = json.loads(answer.content)
    except ValueError:
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _retry_at(headers: httpx.Headers) -> datetime | None:
    """Seconds to wait, epoch seconds (AT) or an ISO date (Mastodon)."""
    now = datetime.now(UTC)
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        said = headers.get(name, "").strip()
        try:
            if said.isdecimal():
                seconds = int(said)
                return (
                    datetime.fromtimestamp(seconds, UTC)
                    if seconds > 10**9
                    else now + timedelta(seconds=seconds)
                )
            if said:
                return datetime.fromisoformat(said.replace("Z", "+00:00")).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None
