"""Feed accounts, texts and posts as programs read and write them. No secret is ever in an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

_NETWORK = Annotated[
    Literal["bluesky", "mastodon", "webhook", "wall"],
    msgspec.Meta(description="`wall` is the demo's own feed."),
]
_STATE = msgspec.Meta(description="draft, queued, sending, published, failed, dropped or withdrawn")
_KIND = Literal["joined", "tipped", "three_to_go", "closing_soon", "custom"]


class NewFeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to connect. `credential` is an app password, a token or a shared secret; it is kept encrypted."""

    network: _NETWORK
    address: Annotated[str, msgspec.Meta(max_length=500, examples=["https://bsky.social"])] = ""
    handle: Annotated[str, msgspec.Meta(max_length=200, examples=["ritzylane.bsky.social"])] = ""
    credential: Annotated[str, msgspec.Meta(max_length=500)] = ""
    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """A connected account. `waiting` counts posts that have not left yet."""

    id: str
    network: str
    address: str
    handle: str
    state: Annotated[str, msgspec.Meta(description="connected, lost (connect it again) or disconnected")]
    connected_at: datetime
    rests_until: datetime | None
    waiting: int


class Feeds(msgspec.Struct, frozen=True):
    feeds: list[Feed]


class NewText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text with placeholders. It is a draft until a person with that right approves it."""

    kind: _KIND
    text: Annotated[
        str, msgspec.Meta(max_length=2000, examples=["It's on: {title}, {price}.\n{who_pays}\n{link}"])
    ]
    language: Annotated[str, msgspec.Meta(max_length=20, examples=["en"])] = "en"
    network: Annotated[str, msgspec.Meta(max_length=20, description="Empty for every network.")] = ""
    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class Approval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The very words that were read."""

    text: Annotated[str, msgspec.Meta(max_length=2000)]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    language: str
    network: str
    version: int
    text: str
    state: Annotated[str, msgspec.Meta(description="draft, approved or retired")]
    approved_at: datetime | None


class Texts(msgspec.Struct, frozen=True):
    texts: list[Text]


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is what was sent, empty until its turn comes; `reason` says why it is where it is."""

    id: str
    network: str
    handle: str
    deal_id: str | None
    kind: str
    state: Annotated[str, _STATE]
    reason: str
    text: str
    link: str
    url: str
    created_at: datetime
    published_at: datetime | None


class Posts(msgspec.Struct, frozen=True):
    posts: list[Post]
