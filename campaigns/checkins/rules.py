"""What a check-in may do, and what an attempt to redeem alone is answered (R69, R77). Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from campaigns.foundation.errors import Refusal
from campaigns.foundation.states import machine
from campaigns.vouchers.rules import ANSWERS

CHECK_IN = machine(
    "check_in",
    {
        "received": "accepted needs_staff refused conflict",
        "needs_staff": "accepted refused",
        "accepted": "undone",
        "refused": "",
        "conflict": "",
        "undone": "",
    },
)
SOURCES = ("browser", "venue_code", "owntracks", "staff")
CODES = ("right", "wrong", "absent", "not_asked")
POSITIONS = ("inside", "unclear", "outside", "absent")
CHALLENGES = ("fresh", "used", "expired", "foreign", "absent")
FLAGS = ("age", "speed", "jitter", "weak_position", "many_vouchers", "replay")

MOST_WRONG_CODES = 5
CHALLENGE_LIFE = timedelta(minutes=2)
WAITING_LIFE = timedelta(minutes=15)
MANY_VOUCHERS_A_DAY = 5
# Below this chance a position inside is flagged; it stays inside, as the rule book has it.
WEAK_BELOW = 0.8
FLAGGED_SPEED_MPS, IMPOSSIBLE_SPEED_MPS = 50.0, 300.0
BANDS_M = (25, 50, 100, 150, 300, 1000)
BANDS = (*(str(edge) for edge in BANDS_M), "more")


class SelfCheckInNotOffered(Refusal):
    code = "self_check_in_not_offered"
    sentence = "Nobody can check in here alone. Show your voucher to the staff."


class AlreadyDecided(Refusal):
    code = "check_in_already_decided"
    sentence = "This check-in was decided already."


@dataclass(frozen=True)
class Fence:
    """The circle of a venue and what it asks of a position (R77)."""

    radius_m: int
    max_accuracy_m: int
    max_position_age_s: int


@dataclass(frozen=True)
class Fix:
    """A claimed position as measured against one venue. `distance_m` is None where two datums differ."""

    distance_m: float | None
    accuracy_m: float
    accuracy_share: float
    reported_at: datetime
    received_at: datetime

    @property
    def age_s(self) -> float:
        """How far its clock is from ours, in either direction."""
        return abs((self.received_at - self.reported_at).total_seconds())


@dataclass(frozen=True)
class Measured:
    """What is kept of a position: words and bands, never the place itself (R77)."""

    position: str = "absent"
    distance_band: str | None = None
    accuracy_band: str | None = None
    inside_percent: int | None = None
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Attempt:
    """One attempt to redeem alone, as far as it decides. `spending` is what a scan would say of the voucher."""

    spending: str
    code: str
    challenge: str
    wrong_codes: int
    measured: Measured
    speed_mps: float = 0.0
    jitter_seen: bool = False
    vouchers_today: int = 0


@dataclass(frozen=True)
class Verdict:
    """A state of CHECK_IN, the answer's code (R69), and what staff should look at."""

    state: str
    reason: str
    flags: frozenset[str]


def is_malformed(accuracy_m: float, latitude: float, longitude: float) -> bool:
    """An accuracy that is no length or a place that is not on earth."""
    if not all(math.isfinite(number) for number in (accuracy_m, latitude, longitude)):
        return True
    return accuracy_m <= 0 or abs(latitude) > 90 or abs(longitude) > 180


def measure(fix: Fix, fence: Fence) -> Measured:
    """A position against a fence: inside, unclear or outside, and what staff should know."""
    band = None if fix.distance_m is None else band_of(fix.distance_m)
    chance = None if fix.distance_m is None else p_inside(fix.distance_m, fence.radius_m, sigma_of(fix))
    position = position_of(fix, fence)
    flags = {"age"} if fix.age_s > fence.max_position_age_s else set()
    if position == "inside" and chance is not None and chance < WEAK_BELOW:
        flags.add("weak_position")
    percent = None if chance is None else min(100, max(0, round(100 * chance)))
    return Measured(position, band, band_of(fix.accuracy_m), percent, frozenset(flags))


def aged(measured: Measured, reported_at: datetime, now: datetime, fence: Fence) -> Measured:
    """A position measured when it arrived, as it counts now: too old, it is unclear."""
    if abs((now - reported_at).total_seconds()) <= fence.max_position_age_s:
        return measured
    return replace(measured, position="unclear", flags=measured.flags - {"weak_position"} | {"age"})


def position_of(fix: Fix, fence: Fence) -> str:
    """The three words of the rule book; never by `distance - accuracy`, which a wild accuracy would win."""
    vague = fix.accuracy_m > fence.max_accuracy_m or fix.age_s > fence.max_position_age_s
    if fix.distance_m is None or vague:
        return "unclear"
    if fix.distance_m <= fence.radius_m:
        return "inside"
    return "unclear" if fix.distance_m <= fence.radius_m + fix.accuracy_m else "outside"


def verdict(attempt: Attempt) -> Verdict:
    """What becomes of an attempt. Flags are told to staff and refuse nothing by themselves."""
    flags = _flags(attempt)
    if reason := _refusal(attempt):
        return Verdict("refused", reason, flags)
    if attempt.measured.position == "inside":
        return Verdict("accepted", attempt.spending, flags)
    return Verdict("needs_staff", "position_unclear", flags)


def _refusal(attempt: Attempt) -> str | None:
    """The first reason against it. A wrong code is told before the place is judged, so it reveals nothing."""
    reasons = (
        (not ANSWERS[attempt.spending].accepted, attempt.spending),
        (attempt.wrong_codes >= MOST_WRONG_CODES, "too_many_tries"),
        (attempt.challenge != "fresh", "invalid"),
        (attempt.code != "right", "wrong_venue_code"),
        (attempt.speed_mps > IMPOSSIBLE_SPEED_MPS, "needs_attention"),
        (attempt.measured.position == "outside", "outside_geofence"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _flags(attempt: Attempt) -> frozenset[str]:
    raised = {
        "speed": attempt.speed_mps > FLAGGED_SPEED_MPS,
        "jitter": attempt.jitter_seen,
        "many_vouchers": attempt.vouchers_today >= MANY_VOUCHERS_A_DAY,
        "replay": attempt.challenge in ("used", "foreign"),
    }
    return attempt.measured.flags | {flag for flag, is_raised in raised.items() if is_raised}


def band_of(length_m: float) -> str:
    """The coarse word for a length: the upper edge of its band in metres, or `more`."""
    return next((str(edge) for edge in BANDS_M if length_m <= edge), "more")


def speed_mps(gap_m: float, radii_m: float, since: timedelta) -> float:
    """The least speed between two venues' fences, whose radii add up to `radii_m`."""
    return max(0.0, gap_m - radii_m) / max(1.0, abs(since.total_seconds()))


def sigma_of(fix: Fix) -> float:
    """The spread of a round Gaussian error whose circle of `accuracy_m` holds the truth with that share."""
    return fix.accuracy_m / math.sqrt(-2 * math.log(1 - fix.accuracy_share))


EARTH_RADIUS_M = 6_371_008.8


def distance_m(from_: tuple[float, float], to: tuple[float, float]) -> float:
    """Great-circle distance by the haversine formula; places are (latitude, longitude) in degrees.

    At most 0.6 % off the geodesic of WGS 84, which near a venue is less than a metre.
    """
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (from_, to))
    half = math.sin((lat2 - lat1) / 2) ** 2
    half += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def p_inside(distance: float, radius: float, sigma: float, steps: int = 256) -> float:
    """Chance that the true point lies in the fence: 1 - Q1(d/sigma, R/sigma), all in metres, sigma > 0.

    Simpson's rule over x = radius * sin(t), with y integrated by erf; exact to about 1e-6.
    """
    edges = (max(-1.0, min(1.0, (distance + side * sigma) / radius)) for side in (-8, 8))
    low, high = (math.asin(edge) for edge in edges)
    if low >= high:
        return 0.0

    def strip(t: float) -> float:
        y, z = radius * math.cos(t), (radius * math.sin(t) - distance) / sigma
        dense = math.exp(-z * z / 2) / (sigma * math.sqrt(2 * math.pi))
        return dense * math.erf(y / (sigma * math.sqrt(2))) * y

    step = (high - low) / steps
    inner = sum((4 if i % 2 else 2) * strip(low + i * step) for i in range(1, steps))
    return step / 3 * (strip(low) + inner + strip(high))
