"""A file that somebody typed or chose, to be looked at first and kept then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from litestar.datastructures import UploadFile

from storefront.site import AnyRequest

NOT_TEXT = "This is not a text file in UTF-8. Save it as CSV UTF-8."


class NotText(Exception):
    """The chosen file cannot be read as text."""


@dataclass(frozen=True)
class Brought:
    """A file as it was sent: typed or chosen, to be looked at or kept, all of it or the good rows."""

    text: str = ""
    keep: bool = False
    anyway: bool = False


async def brought(request: AnyRequest) -> Brought:
    """A chosen file counts before what is typed. Raises NotText."""
    form: Any = await request.form()
    chosen_file, typed = form.get("chosen"), form.get("file")
    text = typed if isinstance(typed, str) else ""
    if isinstance(chosen_file, UploadFile) and chosen_file.filename:
        try:
            text = (await chosen_file.read()).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise NotText from None
    return Brought(text, form.get("act") == "keep", form.get("anyway") == "yes")
