"""A feed in memory that does what a test tells it, and remembers everything that readers would see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from campaigns.foundation.clock import ManualClock
from campaigns.sharing.ports import (
    AccountLost,
    Allowance,
    BodyRefused,
    CannotTell,
    Connected,
    Draft,
    FeedAccount,
    FeedError,
    FrozenPost,
    LoginExpired,
    NotThere,
    OutcomeUnknown,
    PublishedPost,
    TryLater,
)

Fault = Callable[["ScriptedFeed"], FeedError]
DOWN: Fault = lambda feed: TryLater("connection refused")  # noqa: E731
EXPIRED: Fault = lambda feed: LoginExpired("ExpiredToken")  # noqa: E731
REFUSED: Fault = lambda feed: BodyRefused("text is too rude")  # noqa: E731
REVOKED: Fault = lambda feed: AccountLost("AccountTakedown")  # noqa: E731
BUSY: Fault = lambda feed: TryLater("RateLimitExceeded", retry_at=feed.clock.at + timedelta(minutes=5))  # noqa: E731


@dataclass(frozen=True)
class Shown:
    """One post as readers see it."""

    native_id: str
    account: str
    key: str
    body: dict[str, Any]
    at: datetime


@dataclass
class ScriptedFeed:
    """A FeedPublisher whose server forgets keys at once: whoever sends twice is read twice.

    `faults` are raised by the next calls of `publish`, before anything happened; `lost` many answers get lost after
    the post is there; `falls_silent` loses one and goes down with it. `down` makes every call fail. `blind`: nothing
    can be looked up. `limit` is how many calls are left until `resets_at`.
    """

    clock: ManualClock
    shown: list[Shown] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost: int = 0
    falls_silent: bool = False
    down: Fault | None = None
    blind: bool = False
    limit: int | None = None
    resets_at: datetime | None = None
    token: str = "secret-access-1"
    renewals: int = 0
    windows: list[int] = field(default_factory=list)
    turned_away: int = 0
    CALLS_IN_WINDOW: ClassVar[int] = 50

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        self._called("connect")
        if credential == "wrong":
            raise AccountLost("AuthenticationRequired")
        return Connected(f"did:{handle}", handle, {"access": self.token, "refresh": "secret-refresh"})

    async def renew(self, account: FeedAccount) -> Connected:
        self._called("renew")
        if account.secrets["refresh"] != "secret-refresh":
            raise AccountLost("the refresh token is not known")
        self.renewals += 1
        self.token = f"secret-access-{1 + self.renewals}"
        return Connected(account.native_id, account.handle, {**account.secrets, "access": self.token})

    def longest(self, account: FeedAccount) -> int:
        return 300

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        self._called("prepare")
        body: dict[str, Any] = {
            "post_id": draft.post_id,
            "text": draft.text,
            "link": draft.link,
            "tags": list(draft.tags),
        }
        body |= {"reply_to": dict(draft.reply_to) if draft.reply_to else None, "language": draft.language}
        # As on the AT Protocol: the microsecond, and a little of the row.
        return FrozenPost(f"{draft.created_at.timestamp():.6f}-{draft.post_id[-2:]}", body)

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost:
        self._called("publish")
        if account.secrets["access"] != self.token:
            raise LoginExpired("ExpiredToken")
        if self.faults:
            raise self.faults.pop(0)(self)
        self._spend()
        native_id = f"at://{account.native_id}/{len(self.shown)}"
        self.shown.append(Shown(native_id, account.native_id, post.key, dict(post.body), self.clock.at))
        if self.falls_silent:
            self.falls_silent, self.down = False, DOWN
            raise OutcomeUnknown("the line went dead")
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknown("the answer got lost")
        return self._answer(native_id)

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        self._called("reconcile")
        if self.blind:
            return CannotTell()
        for each in self.shown:
            if each.account == account.native_id and each.key == post.key:
                return self._answer(each.native_id)
        return NotThere()

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        self._called("delete")
        self.shown = [each for each in self.shown if each.native_id != native_id]

    def texts(self) -> list[str]:
        return [each.body["text"] for each in self.shown]

    def times_read(self) -> dict[str, int]:
        """How often readers see each post of ours."""
        counts: dict[str, int] = {}
        for each in self.shown:
            counts[each.body["post_id"]] = counts.get(each.body["post_id"], 0) + 1
        return counts

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.down is not None:
            raise self.down(self)

    def _spend(self) -> None:
        if self.limit is None:
            return
        if self.resets_at is None or self.clock.at >= self.resets_at:
            self.limit, self.resets_at = self.CALLS_IN_WINDOW, self.clock.at + timedelta(minutes=5)
            self.windows.append(0)
        self.limit -= 1
        if self.limit < 0:
            self.turned_away += 1
            raise TryLater("RateLimitExceeded", retry_at=self.resets_at)
        self.windows[-1:] = [sum(self.windows[-1:]) + 1]

    def _answer(self, native_id: str) -> PublishedPost:
        url = f"https://feeds.example/{native_id[-6:]}"
        if self.limit is None or self.resets_at is None:
            return PublishedPost(native_id, url)
        return PublishedPost(native_id, url, Allowance(self.limit, self.resets_at))
