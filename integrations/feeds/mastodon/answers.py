"""What a server of the Mastodon API means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from campaigns.sharing.ports import AccountLost, Allowance, BodyRefused, FeedError
from integrations.feeds.calls import Answer

CHARACTERS, CHARACTERS_PER_URL = 500, 23


def failure_of(answer: Answer) -> FeedError:
    """The failure behind an answer below 500 that is not a success. Nothing there can be renewed."""
    if answer.status in (401, 403, 410):
        return AccountLost(answer.text)
    return BodyRefused(answer.text)


def allowance_of(headers: httpx.Headers) -> Allowance | None:
    """`X-RateLimit-Remaining` and `X-RateLimit-Reset`, an ISO date."""
    try:
        resets_at = datetime.fromisoformat(headers["X-RateLimit-Reset"].replace("Z", "+00:00"))
        return Allowance(int(headers["X-RateLimit-Remaining"]), resets_at.astimezone(UTC))
    except (KeyError, ValueError, OverflowError):
        return None


def lengths_of(instance: Any) -> Mapping[str, str]:
    """How this server counts, from its own description; its usual numbers where it does not say."""
    found: Any = instance
    for name in ("configuration", "statuses"):
        found = found.get(name) if isinstance(found, dict) else None
    said = found if isinstance(found, dict) else {}
    most, per_url = said.get("max_characters"), said.get("characters_reserved_per_url")
    return {
        "characters": str(most if isinstance(most, int) and most > 0 else CHARACTERS),
        "characters_per_url": str(
            per_url if isinstance(per_url, int) and per_url > 0 else CHARACTERS_PER_URL
        ),
    }
