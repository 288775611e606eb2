"""The words of a post that comes as HTML. Nothing of its markup survives. Pure.

Read by our own few expressions, each of which goes over the text once: the standard library's reader takes minutes
over some texts that a hostile server can send, and gives up on others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

_BREAKS = {"br": "\n", "p": "\n\n", "li": "\n", "blockquote": "\n\n"}
_SILENT = ("script", "style")
# A post's own words are cut to much less; what is longer is no post.
_LONGEST = 50_000
_MARK = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*+)([^<>]*+)>|<[!?/][^<>]*+>")
_SAID = re.compile(r"""(?<![\w-])([A-Za-z-]++)=(?:"([^"]*+)"|'([^']*+)')""")


@dataclass(frozen=True)
class Plain:
    """`links` are those that are neither a tag nor somebody's name."""

    text: str
    links: tuple[str, ...]


def plain_of(html: str) -> Plain:
    """Text with line breaks where people saw them."""
    parts: list[str] = []
    links: list[str] = []
    end, silent = 0, 0
    html = html[:_LONGEST]
    for mark in _MARK.finditer(html):
        if not silent:
            parts.append(unescape(html[end : mark.start()]))
        end = mark.end()
        closes, tag = mark[1] == "/", (mark[2] or "").lower()
        if tag in _SILENT:
            silent = max(0, silent - 1) if closes else silent + 1
        elif not closes and not silent:
            parts.append(_BREAKS.get(tag, ""))
            links += _link(mark[3]) if tag == "a" else ()
    if not silent:
        parts.append(unescape(html[end:]))
    text = re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()
    return Plain(text, tuple(dict.fromkeys(links)))


def _link(said: str) -> tuple[str, ...]:
    values = {name.lower(): unescape(one or other) for name, one, other in _SAID.findall(said)}
    href, classes = values.get("href", ""), values.get("class", "").split()
    leads_on = href.startswith(("http://", "https://")) and not {"mention", "hashtag"} & set(classes)
    return (href,) if leads_on else ()
