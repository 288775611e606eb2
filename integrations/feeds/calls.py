"""One call to a network, and what is certain after it. What a refusal means is each network's own to say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from campaigns.sharing.ports import AccountLost, Allowance, BodyRefused, OutcomeUnknown, TryLater
from integrations.addresses import AddressRefused

Now = Callable[[], datetime]
ReadAllowance = Callable[[httpx.Headers], Allowance | None]

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def utc_now() -> datetime:
    """The machine's time, for instants that servers count from "now"."""
    return datetime.now(UTC)


class AddressUnusable(AccountLost):
    """Nobody was asked: the guard refuses this address. In `connect` it is the merchant's typing error."""


@dataclass(frozen=True)
class Answer:
    """What a server said below 500. `body` is its JSON, or None where there was none; `text` its first 2 KB."""

    status: int
    body: Any
    text: str
    allowance: Allowance | None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Calls:
    """Asks, and sorts what happens into: answered, certainly nothing done, or nobody knows."""

    def __init__(self, client: httpx.AsyncClient, allowance: ReadAllowance, now: Now = utc_now) -> None:
        self._client, self._allowance, self._now = client, allowance, now

    async def ask(self, method: str, url: str, *, once: bool = False, **request: Any) -> Answer:
        """Send one request. `once` says that it does something which must not be done twice.

        Raises TryLater where nothing was done, OutcomeUnknown where a call made `once` may have been carried out,
        BodyRefused for what cannot be written down, AddressUnusable. Other refusals are answers.
        """
        try:
            answer = await self._client.request(method, url, **request)
        except (AddressRefused, httpx.InvalidURL) as refused:
            raise AddressUnusable(str(refused)) from refused
        except UnicodeError as fault:
            raise BodyRefused("There is a character that cannot be sent.") from fault
        except _NOTHING_SENT as fault:
            raise TryLater(_named(fault)) from fault
        except httpx.RequestError as fault:
            raise (OutcomeUnknown if once else TryLater)(_named(fault)) from fault
        return self._sorted(answer, once)

    def _sorted(self, answer: httpx.Response, once: bool) -> Answer:
        status, text = answer.status_code, answer.text[:2000]
        if status >= 500:
            if once:
                raise OutcomeUnknown(f"{status} {text}")
            raise TryLater(f"{status} {text}", retry_at=self._retry_at(answer.headers))
        if status == 429:
            raise TryLater(f"429 {text}", retry_at=self._retry_at(answer.headers))
        if 300 <= status < 400:
            raise TryLater(f"{status}: the server sends us elsewhere, and we do not follow")
        try:
            body = json.loads(answer.content) if answer.content else None
        except ValueError:
            body = None
        return Answer(status, body, text, self._allowance(answer.headers))

    def _retry_at(self, headers: httpx.Headers) -> datetime | None:
        """`Retry-After` in seconds or as a date, else the reset of the limit as this network writes it."""
        said = headers.get("Retry-After", "").strip()
        if said.isdecimal():
            return self._now() + timedelta(seconds=min(int(said), 86_400))
        if said:
            try:
                return parsedate_to_datetime(said).astimezone(UTC)
            except ValueError:
                pass
        allowance = self._allowance(headers)
        return allowance.resets_at if allowance else None


def read_body(answer: Answer, *names: str, once: bool = False) -> list[str]:
    """The named texts of an answer that went well. One that lacks them tells nothing, and is not quoted."""
    body = answer.body if isinstance(answer.body, dict) else {}
    found = [body.get(name) for name in names]
    if not all(isinstance(each, str) and each for each in found):
        raise (OutcomeUnknown if once else TryLater)(f"{answer.status}: not the answer we know")
    return [str(each) for each in found]


def server_address(typed: str, default: str = "") -> str:
    """`https://host` from what people type: a name, an address with a path, or nothing for `default`."""
    text = typed.strip() or default
    if text.rstrip(":/") in ("http", "https"):
        raise AddressUnusable("This is not the address of a server.")
    if "://" not in text:
        text = f"https://{text}"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as fault:
        raise AddressUnusable(str(fault)) from fault
    if not url.host:
        raise AddressUnusable("This is not the address of a server.")
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _named(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"
