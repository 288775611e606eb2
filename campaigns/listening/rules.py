"""What may become of a mention, and what ties it to a deal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from campaigns.foundation.errors import Refusal
from campaigns.foundation.states import machine

Team = Literal["service", "product", "marketing", "sales", "pr"]
MatchedBy = Literal["link", "reply", "tag", "keyword", "handle", "person"]

KINDS = ("reply", "repost", "mention", "tag", "link")
MATCHED_BY: tuple[MatchedBy, ...] = ("link", "reply", "tag", "keyword", "handle", "person")
SENTIMENTS = ("positive", "negative", "neutral", "unsure")
SENTIMENT_BY = ("machine", "account")
TEAMS: tuple[Team, ...] = ("service", "product", "marketing", "sales", "pr")
LONGEST_TEXT = 5000
LONGEST_REASON = 300
# Graphemes. A server may allow more or fewer; then the post says so.
LONGEST_REPLY = {"bluesky": 300, "mastodon": 450, "wall": 300}

MENTION = machine(
    "mention",
    {
        "new": "matched dismissed removed",
        "matched": "answered dismissed removed",
        "answered": "removed",
        "dismissed": "matched removed",
        "removed": "",
    },
)


class MentionRemoved(Refusal):
    code = "mention_removed"
    sentence = "Its author took this mention down. There is nothing left to answer."


class MentionAnswered(Refusal):
    code = "mention_answered"
    sentence = "This mention is answered. It cannot be {act}."


class MentionDismissed(Refusal):
    code = "mention_dismissed"
    sentence = "This mention is dismissed. Reopen it first."


class MentionWaits(Refusal):
    code = "mention_waits"
    sentence = "A reply to this mention is on its way. Drop or withdraw it first."


@dataclass(frozen=True)
class Target:
    """A deal, a campaign as a whole, or neither of them: then the merchant."""

    deal_id: str | None = None
    campaign_id: str | None = None
    post_id: str | None = None


@dataclass(frozen=True)
class Known:
    """What a merchant's mentions can be tied to. Keys are lower case; `posts` are native ids as they come."""

    links: Mapping[str, Target]
    posts: Mapping[str, Target]
    tags: Mapping[str, Target]
    keywords: Mapping[str, Target]


@dataclass(frozen=True)
class Clues:
    """What one post says about where it belongs. `addressed`: it names or answers the merchant's own account."""

    text: str
    about: str | None = None
    links: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    addressed: bool = False


@dataclass(frozen=True)
class Match:
    by: MatchedBy
    target: Target


def match(clues: Clues, known: Known) -> Match | None:
    """In this order: our link, a reply to our post, a tag, a keyword, the merchant's handle. None: nothing fits."""
    for link in clues.links:
        if (target := known.links.get(link.lower())) is not None:
            return Match("link", target)
    if clues.about is not None and clues.about in known.posts:
        return Match("reply", known.posts[clues.about])
    for tag in clues.tags:
        if (target := known.tags.get(tag.lower().lstrip("#"))) is not None:
            return Match("tag", target)
    text = clues.text.lower()
    said = [word for word in known.keywords if word in text]
    if said:
        # What names a deal says more than what names the merchant, and a longer word more than a shorter.
        best = max(said, key=lambda word: (known.keywords[word].deal_id is not None, len(word)))
        return Match("keyword", known.keywords[best])
    return Match("handle", Target()) if clues.addressed else None


def text_hash(text: str) -> str:
    """What stays of an earlier wording."""
    return sha256(text.encode()).hexdigest()
