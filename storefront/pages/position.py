"""Where a browser says that it is, as a form brings it (R77). A claim: whoever weighs it believes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from campaigns.checkins.ports import PresenceClaim

FIELDS = ("latitude", "longitude", "accuracy_m", "position_at")
# What browsers promise of the radius they call accuracy.
_SHARE = 0.95
_LONGEST = 40


def claim_of(sent: Mapping[str, str]) -> PresenceClaim | None:
    """None where the browser told nothing, or nothing that can be read. `position_at` is in milliseconds."""
    try:
        latitude, longitude, accuracy_m, at_ms = (float(sent[name][:_LONGEST]) for name in FIELDS)
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return PresenceClaim(latitude, longitude, accuracy_m, at, accuracy_share=_SHARE)
