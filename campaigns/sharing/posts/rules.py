"""What a post, a template and a feed account may become, and when a post is still true. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.foundation.states import machine

POST = machine(
    "post",
    {
        "draft": "queued dropped",
        "queued": "sending dropped",
        "sending": "published queued failed",
        "published": "withdrawn",
        "failed": "queued",
        "dropped": "",
        "withdrawn": "",
    },
)
FEED_ACCOUNT = machine(
    "feed_account",
    {
        "connected": "lost disconnected",
        "lost": "connected disconnected",
        "disconnected": "connected",
    },
)
TEMPLATE = machine(
    "template",
    {
        "draft": "approved retired",
        "approved": "retired",
        "retired": "",
    },
)

# What facts announce by themselves, from an approved template; the last two are written by people.
ANNOUNCED = ("joined", "tipped", "three_to_go", "closing_soon")
KINDS = (*ANNOUNCED, "reply", "custom")
TEMPLATE_KINDS = (*ANNOUNCED, "custom")

# A post older than this says nothing worth hearing (R81). A closing soon lasts until the close.
LIFE = {
    "joined": timedelta(hours=4),
    "three_to_go": timedelta(hours=4),
    "tipped": timedelta(hours=24),
}
CLOSING_SOON = timedelta(hours=24)
MOST_MISSING = 3
# What people wrote is not dropped for its age; it fails, so that they hear of it.
GIVE_UP = timedelta(hours=24)
# Calls that may have reached a feed; one that is said never to have been there so often has another trouble.
MOST_TRIES = 12

# One question to a feed, with all its calls; each call of an adapter gives up after 10 s.
CALL_TIMEOUT_S = 45
# Outlives three of the calls that a worker makes between two looks at its lease.
LEASE_S = 150
# After so long an account lets others have their turn, however much still waits for it.
TURN = timedelta(seconds=60)
# How long after a lost answer a look-up can be believed: some servers answer before they have stored.
SETTLE_S = {"mastodon": 30.0}
# Below this, a few calls are left for taking posts down.
SPARED_CALLS = 5
_FIRST_WAIT_S = 30.0
_LONGEST_WAIT_S = 900.0

_HOLDS_JOIN = "authorized card_saved capturing captured".split()
_ON = "tipped settling settled".split()
_SAID_OF = {
    "joined": ("open", "grace", "sold_out", *_ON),
    "tipped": (*_ON, "sold_out"),
    "three_to_go": ("open",),
    "closing_soon": ("open", "tipped"),
}
_NEVER_SAID_OF = ("draft", "in_review", "canceled")


@dataclass(frozen=True)
class Standing:
    """A post's subject as it is now. `missing` is None where the threshold counts money.

    `phase` is the deal's by the clock, `state` as stored; both "" for a post about no deal. `order_state` and
    `consents` matter to a join only.
    """

    state: str = ""
    phase: str = ""
    missing: int | None = None
    order_state: str = ""
    consents: bool = False


def untrue_because(kind: str, now: Standing) -> str:
    """Why a post of this kind may not be sent any more, as a code; "" while it may (R81)."""
    if now.state in _NEVER_SAID_OF:
        return f"deal_{now.state}"
    if kind in _SAID_OF and now.phase not in _SAID_OF[kind]:
        return f"deal_{now.phase}"
    if kind == "tipped" and now.state not in _ON:
        return f"deal_{now.state}"
    if kind == "joined":
        return _join_untrue_because(now)
    if kind == "three_to_go" and not _few_missing(now.missing):
        return "not_three_to_go"
    return ""


def _join_untrue_because(now: Standing) -> str:
    if now.order_state not in _HOLDS_JOIN:
        return "join_over"
    return "" if now.consents else "no_consent"


def _few_missing(missing: int | None) -> bool:
    return missing is not None and 0 < missing <= MOST_MISSING


def expires_at(kind: str, now: datetime, closes_at: datetime | None) -> datetime | None:
    """When a post that waits is not worth sending any more; None: a person hears of it instead (GIVE_UP)."""
    if kind == "closing_soon":
        return closes_at
    return now + LIFE[kind] if kind in LIFE else None


def wait_s(failures: int) -> float:
    """How long an account waits after its n-th failure in a row, where the feed did not say."""
    return min(_FIRST_WAIT_S * 2.0 ** min(max(failures - 1, 0), 20), _LONGEST_WAIT_S)
