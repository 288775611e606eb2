"""Pictures small enough for a network, without what a camera wrote into them."""

from __future__ import annotations

import asyncio
from io import BytesIO

from campaigns.sharing.ports import BodyRefused

_QUALITIES = (90, 80, 65, 50, 35)
_MOST_PIXELS = 40_000_000
_FORMATS = ("JPEG", "PNG")


async def small_jpeg(image: bytes, most_bytes: int, *, widest_px: int = 1200) -> bytes:
    """The picture as a JPEG of at most so many bytes; the same picture gives the same bytes.

    Raises BodyRefused for what is no JPEG or PNG, or too large to open safely.
    """
    return await asyncio.to_thread(_shrunk, image, most_bytes, widest_px)


def _shrunk(image: bytes, most_bytes: int, widest_px: int) -> bytes:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(image), formats=_FORMATS) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise BodyRefused("The picture has too many pixels.")
            picture = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise BodyRefused("This is not a picture we can read.") from fault
    picture.thumbnail((widest_px, widest_px))
    for quality in _QUALITIES:
        written = BytesIO()
        picture.save(written, "JPEG", quality=quality, optimize=True)
        if written.tell() <= most_bytes:
            return written.getvalue()
    return _shrunk(image, most_bytes, widest_px // 2) if widest_px > 100 else b""
