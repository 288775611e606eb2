"""The words of a post that comes as HTML. Nothing of its markup survives. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BREAKS = {"br": "\n", "p": "\n\n", "li": "\n", "blockquote": "\n\n"}
_SILENT = ("script", "style")


@dataclass(frozen=True)
class Plain:
    """`links` are those that are neither a tag nor somebody's name."""

    text: str
    links: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in _SILENT:
            self._silent += 1
        if tag in _BREAKS and self.parts:
            self.parts.append(_BREAKS[tag])
        classes = said.get("class", "").split()
        href = said.get("href", "")
        if (
            tag == "a"
            and href.startswith(("http://", "https://"))
            and not {"mention", "hashtag"} & set(classes)
        ):
            self.links.append(href)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def plain_of(html: str) -> Plain:
    """Text with line breaks where people saw them."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()
    return Plain(text, tuple(dict.fromkeys(reader.links)))
