"""Where the next page of a list begins, as a word that programs hand back and do not read."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

from campaigns.foundation.errors import FieldError, InvalidFields


def cursor_of(at: datetime, row_id: str) -> str:
    return base64.urlsafe_b64encode(f"{at.astimezone(UTC).isoformat()} {row_id}".encode()).decode()


def place_of(cursor: str) -> tuple[datetime, str] | None:
    """None for the first page. Raises InvalidFields for a word that we did not make."""
    if not cursor:
        return None
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode("ascii")
        written, _, row_id = text.partition(" ")
        at = datetime.fromisoformat(written).astimezone(UTC)
        if not row_id.isprintable() or cursor_of(at, row_id) != cursor:
            raise ValueError
    except (binascii.Error, ValueError, OverflowError):
        sentence = "Use the next value of the page before, as it is."
        raise InvalidFields([FieldError("after", "unknown", sentence)]) from None
    return at, row_id
