"""What sharing asks of whoever publishes to a feed. Plain data on both sides; no network's words show through.

A publisher tells apart four ways of failing, and a fifth: that nobody knows. Only the core decides what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

Network = Literal["bluesky", "mastodon", "webhook", "wall"]
NETWORKS: tuple[Network, ...] = ("bluesky", "mastodon", "webhook", "wall")


@dataclass(frozen=True)
class FeedAccount:
    """One account at one feed, with its secrets opened. Lives in memory only, and does not print them.

    `address` is the server, such as `https://bsky.social`, or where a webhook goes. `native_id` is what the network
    calls the account (a DID, a number).
    """

    id: str
    network: str
    address: str
    handle: str
    native_id: str
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Connected:
    """What a network answered when an account was connected, or its login renewed. `secrets` are to be sealed.

    `address` is the server as it is to be kept, worked out from what the merchant typed.
    """

    native_id: str
    handle: str
    secrets: Mapping[str, str] = field(repr=False)
    address: str = ""


@dataclass(frozen=True)
class Draft:
    """A post as people approved it, before a network gives it a form.

    `text` holds `link` once, unless there is none, and its tags with `#`; `tags` lists them without. `created_at` is
    frozen with the row: a body made from "now" would differ when repeated.
    `reply_to` is the `native` of the mention that is answered. `image` is a JPEG or PNG for the card of the link.
    """

    post_id: str
    text: str
    link: str
    title: str
    description: str
    language: str
    created_at: datetime
    tags: tuple[str, ...] = ()
    image: bytes | None = field(default=None, repr=False)
    image_alt: str = ""
    reply_to: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class FrozenPost:
    """The very bytes that are sent, however often, and the key that makes a repeat harmless. `body` is JSON data."""

    key: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Allowance:
    """What a network lets this account still do, from its last answer."""

    remaining: int
    resets_at: datetime


@dataclass(frozen=True)
class PublishedPost:
    """A post that is there. `native_id` is the network's own id of it, `url` where people read it ("" if nowhere)."""

    native_id: str
    url: str
    allowance: Allowance | None = None


@dataclass(frozen=True)
class NotThere:
    """The network says that the post does not exist."""


@dataclass(frozen=True)
class CannotTell:
    """The network has no way to look it up; a person must."""


class FeedError(Exception):
    """Any failure of a publisher. `detail` is at most 2 KB of the answer's body, never a header or a secret."""

    code = "feed_error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail[:2000])


class LoginExpired(FeedError):
    """The login can be renewed: renew once, then send the same body under the same key."""

    code = "login_expired"


class BodyRefused(FeedError):
    """This body will never be taken."""

    code = "body_refused"


class TryLater(FeedError):
    """Certainly not published, and may be later; `retry_at` is what the server said, if it did."""

    code = "try_later"

    def __init__(self, detail: str = "", *, retry_at: datetime | None = None) -> None:
        super().__init__(detail)
        self.retry_at = retry_at


class AccountLost(FeedError):
    """We were revoked, or the account is suspended or gone: a person must connect it again."""

    code = "account_lost"


class OutcomeUnknown(FeedError):
    """It was sent and no trustworthy answer came: look before sending again."""

    code = "outcome_unknown"


@runtime_checkable
class FeedPublisher(Protocol):
    """One network. Every method may raise any FeedError; `publish` is the one call that is never repeated unasked."""

    async def connect(self, address: str, handle: str, credential: str) -> Connected:
        """Log in once with what the merchant gave. Raises AccountLost for a wrong credential.

        Raises BodyRefused where the address is none that we speak to, or no such server answers there.
        """
        ...

    async def renew(self, account: FeedAccount) -> Connected:
        """A fresh login from the refresh token. Raises AccountLost where a person must connect it again."""
        ...

    def longest(self, account: FeedAccount) -> int:
        """How many graphemes a post may have here, as this network counts them."""
        ...

    async def prepare(self, draft: Draft, account: FeedAccount) -> FrozenPost:
        """Upload what must be uploaded and freeze the body. The same draft gives the same frozen post."""
        ...

    async def publish(self, post: FrozenPost, account: FeedAccount) -> PublishedPost: ...

    async def reconcile(
        self, post: FrozenPost, account: FeedAccount
    ) -> PublishedPost | NotThere | CannotTell:
        """Whether this very post is there. Reads only."""
        ...

    async def delete(self, native_id: str, account: FeedAccount) -> None:
        """Take a post down; one that is gone already is success."""
        ...


Publishers = Mapping[str, FeedPublisher]
