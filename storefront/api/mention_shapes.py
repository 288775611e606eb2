"""Mentions as programs read and change them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from campaigns.listening.queries import MentionView

Team = Literal["service", "product", "marketing", "sales", "pr"]
Sentiment = Literal["positive", "negative", "neutral", "unsure"]


class MentionReply(msgspec.Struct, frozen=True, kw_only=True):
    """The post that answers it. `url` is empty until it is published."""

    post_id: str
    state: Annotated[str, msgspec.Meta(examples=["queued"])]
    text: str
    reason: str
    url: str


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else's public post. `text` is theirs: show it as text, never as markup.

    `sentiment` and `team` are guesses by words until `sentiment_by` is `account` and `assigned_by` is set.
    """

    id: str
    network: Annotated[str, msgspec.Meta(examples=["bluesky"])]
    kind: Annotated[str, msgspec.Meta(examples=["reply"])]
    state: Annotated[str, msgspec.Meta(examples=["matched"])]
    matched_by: str | None
    author: str
    text: str
    url: str
    language: Annotated[str, msgspec.Meta(examples=["zh"])]
    sentiment: Sentiment
    sentiment_by: Annotated[str, msgspec.Meta(examples=["machine"])]
    team: Team
    team_reason: str
    within: Annotated[str, msgspec.Meta(description="Until when.", examples=["within 4 hours"])]
    assigned_by: str | None
    own: bool
    edited: bool
    at: datetime
    collected_at: datetime
    deal_id: str | None
    campaign_id: str | None
    reply: MentionReply | None


class MentionPage(msgspec.Struct, frozen=True):
    """`next` is the `after` of the following page, or null on the last one."""

    mentions: list[Mention]
    next: str | None


class Assignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which team, and why: everybody who works with the mention sees it."""

    team: Team
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it sounds, by a person's word."""

    sentiment: Sentiment


class AnswerText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer, without addresses. How long it may be is the network's to say: 300 characters fit everywhere."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=3000)]


_SAME = tuple(name for name in Mention.__struct_fields__ if name != "reply")


def mention_of(view: MentionView) -> Mention:
    reply = view.reply
    answered = (
        MentionReply(post_id=reply.id, state=reply.state, text=reply.text, reason=reply.reason, url=reply.url)
        if reply
        else None
    )
    return Mention(**{name: getattr(view, name) for name in _SAME}, reply=answered)
