"""Where a request may send the browser next: only to ourselves (S11)."""

from __future__ import annotations

import re

# Two slashes, or slash and backslash, name another host; browsers drop tabs and newlines before they look.
_INSIDE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def inside(path: str | None) -> str:
    """The path if it stays on this site, else the front page."""
    return path if path and len(path) <= 2000 and _INSIDE.fullmatch(path) else "/"
