"""The preview card of a deal: what a network shows beside a link. Pure: the same words give the same picture (U62)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
_MARGIN, _BAR_HEIGHT = 72, 28
_GROUND, _INK, _MUTED = "#FAF8F4", "#1C1A17", "#5C564E"
_EMBER, _LEAF, _TRACK = "#B4380F", "#0E6B4F", "#EAE4DA"
_TITLE_SIZES, _TITLE_HEIGHT = (84, 72, 60, 50), 260
_BOLD, _PLAIN = 800, 500

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True)
class CardWords:
    """What stands on the card. `fills` are the parts of the progress bar, each 0 to 1; `on`: the deal is certain."""

    kicker: str
    title: str
    price: str
    headline: str
    joined: str
    fills: tuple[float, ...]
    on: bool


def draw_card(words: CardWords, face: bytes | None = None) -> bytes:
    """A PNG of 1200 by 630. `face` is a font file, variable in its weight; without it Pillow's own is used.

    A line with letters that the font does not have is left out rather than shown in part: a card without its title
    still shows price and progress, and the title stands beside it in the link. Takes up to a second.
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    draw = ImageDraw.Draw(picture)
    tone = _LEAF if words.on else _EMBER
    draw.rectangle((0, 0, WIDTH, 14), fill=tone)
    _line(draw, words.kicker, (_MARGIN, 64), _font(face, 34, _PLAIN), _EMBER)
    _title(draw, words.title, face)
    _line(draw, words.price, (_MARGIN, 404), _font(face, 76, _BOLD), _INK)
    _line(draw, words.headline, (WIDTH - _MARGIN, 428), _font(face, 44, _BOLD), tone, anchor="ra")
    _bar(draw, words.fills, tone)
    _line(draw, words.joined, (_MARGIN, 552), _font(face, 32, _PLAIN), _MUTED)
    _line(draw, "Quorum", (WIDTH - _MARGIN, 552), _font(face, 32, _BOLD), _MUTED, anchor="ra")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(face: bytes | None, size: int, weight: int) -> Font:
    if face is None:
        found = ImageFont.load_default(size)
        if not isinstance(found, ImageFont.FreeTypeFont):
            raise RuntimeError("this Pillow draws no scalable text")
        return found
    font = ImageFont.truetype(io.BytesIO(face), size)
    font.set_variation_by_axes([weight])
    return font


def drawable(text: str, font: Font) -> str:
    """The text without ornaments this font has no picture of; "" where a letter or a digit would be missing."""
    missing = bytes(font.getmask("\U000fffff"))
    kept: list[str] = []
    for sign in text:
        if sign.isspace() or (sign.isprintable() and bytes(font.getmask(sign)) != missing):
            kept.append(sign)
        elif sign.isalnum():
            return ""
    return " ".join("".join(kept).split())


def _line(
    draw: ImageDraw.ImageDraw, text: str, at: tuple[int, int], font: Font, fill: str, *, anchor: str = "la"
) -> None:
    width = WIDTH - at[0] - _MARGIN if anchor == "la" else WIDTH // 2
    shown = drawable(text, font)
    while shown and font.getlength(shown) > width:
        shown = f"{shown.rstrip('…')[:-1].rstrip()}…" if len(shown) > 2 else ""
    draw.text(at, shown, font=font, fill=fill, anchor=anchor)


def _title(draw: ImageDraw.ImageDraw, title: str, face: bytes | None) -> None:
    """As large as fits into its lines; what is too long even small is cut."""
    for size in _TITLE_SIZES:
        font, height = _font(face, size, _BOLD), round(size * 1.12)
        lines = _wrapped(drawable(title, font).split(), font)
        most = _TITLE_HEIGHT // height
        if len(lines) <= most or size == _TITLE_SIZES[-1]:
            rest = [*lines[: most - 1], " ".join(lines[most - 1 :])]
            for place, line in enumerate(rest):
                _line(draw, line, (_MARGIN, 124 + place * height), font, _INK)
            return


def _wrapped(words: Sequence[str], font: Font) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= WIDTH - 2 * _MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _bar(draw: ImageDraw.ImageDraw, fills: Sequence[float], tone: str) -> None:
    top, gap, radius = 508, 12, _BAR_HEIGHT // 2
    width = (WIDTH - 2 * _MARGIN - gap * (len(fills) - 1)) / max(len(fills), 1)
    for place, fill in enumerate(fills):
        left = _MARGIN + place * (width + gap)
        draw.rounded_rectangle((left, top, left + width, top + _BAR_HEIGHT), radius, fill=_TRACK)
        filled = min(max(fill, 0.0), 1.0) * width
        if filled >= _BAR_HEIGHT:
            draw.rounded_rectangle((left, top, left + filled, top + _BAR_HEIGHT), radius, fill=tone)
        elif filled > 0:
            draw.ellipse((left, top, left + _BAR_HEIGHT, top + _BAR_HEIGHT), fill=tone)
