"""QR codes as SVG: one path, four modules of margin, dark on white in both themes (U77)."""

from __future__ import annotations

from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

MARGIN_MODULES = 4


def qr(text: str, label: str = "QR code") -> Markup:
    """An inline `<svg>` without fixed size; put it into `<div class="qr">`, which brings the white ground."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=MARGIN_MODULES)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(_runs(row, y) for y, row in enumerate(rows))
    return Markup(
        '<svg viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<path d="{2}"/></svg>'
    ).format(len(rows), label, path)


def _runs(row: list[bool], y: int) -> str:
    """Dark modules lying side by side become one rectangle, which keeps the path short."""
    parts, x = [], 0
    while x < len(row):
        length = 0
        while x + length < len(row) and row[x + length]:
            length += 1
        if length:
            parts.append(f"M{x} {y}h{length}v1h-{length}z")
        x += max(length, 1)
    return "".join(parts)
