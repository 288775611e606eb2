"""The forms of a page, as a browser would find them, and hostile things to send with them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

HOSTILE = (
    "", " ", "A" * 5000, "\x00", "a\x00b", "\u202eevil", "😀" * 50, "\r\nSet-Cookie: a=b", "' OR 1=1 --", "{{7*7}}",
    "<script>alert(1)</script>", "../../etc/passwd", "//evil.example", "-1", "0", "1.5", "1e309", "NaN", "½", "１２",
    "9" * 40, "2147483648", "2026-02-30", "9999-12-31 23:59", "0001-01-01", "+99999d", "true", "[]", "%s%n", "é" * 300,
    "ada@example.com", "a@b.c\x00", "a" * 65 + "@example.com", "org_1", "\ufeff", "Ω≈ç√∫",
)  # fmt: skip
# Bytes that are no UTF-8 and no percent-encoding.
BROKEN = (b"a=%ED%A0%80", b"%FF=%FE", b"=&=&;;", b"a=%zz", b"\xff\xfe\x00", b"a=1&a=2&a=3", b"")


@dataclass
class Form:
    """Where a form leads, how, and what it sends if nothing is changed."""

    page: str
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.action} on {self.page}"

    @property
    def token(self) -> dict[str, str]:
        """The field that shows that the form is ours, as it is now."""
        return {name: value for name, value in self.fields.items() if name == "_csrf"}


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and found.get("href", "").startswith("/"):
            self.links.append(found["href"])
        elif tag == "form":
            action = urljoin(self.page, found.get("action") or found.get("hx-post") or self.page)
            self._open = Form(self.page, action, found.get("method", "get").upper())
            self.forms.append(self._open)
        elif (
            self._open is not None and tag in ("input", "select", "textarea", "button") and found.get("name")
        ):
            self._open.fields.setdefault(found["name"], found.get("value", ""))
        elif self._open is not None and tag == "option" and self._open.fields:
            last = next(reversed(self._open.fields))
            if not self._open.fields[last] or "selected" in found:
                self._open.fields[last] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def read_page(path: str, html: str) -> tuple[list[Form], list[str]]:
    """The forms of a page and the addresses on this site that it leads to."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms, [urlsplit(link)._replace(fragment="").geturl() for link in reader.links]


@dataclass(frozen=True)
class Sent:
    """One submission. `what` says what is hostile in it."""

    what: str
    body: bytes
    media_type: str = "application/x-www-form-urlencoded"


def submissions(form: Form, dice: random.Random, times: int) -> Iterator[Sent]:
    """The form with one or more fields spoilt, its token always good; then shapes no browser sends."""
    others = [name for name in form.fields if name != "_csrf"]
    yield Sent("nothing but the token", urlencode(form.token).encode())
    yield Sent(
        "a field nobody asked for", urlencode({**form.fields, "state": "captured", "id": "x"}).encode()
    )
    for _ in range(times):
        spoilt = {
            name: dice.choice(HOSTILE)
            for name in dice.sample(others, dice.randint(1, len(others)) if others else 0)
        }
        yield Sent(f"{spoilt}"[:300], urlencode({**form.fields, **spoilt}).encode())
    for broken in dice.sample(BROKEN, 3):
        yield Sent(f"{broken!r}", urlencode(form.token).encode() + b"&" + broken)
    yield _with_files(form.fields, form.token)
    yield Sent("JSON", b'{"a": [1, null]}', "application/json")
    yield Sent("no boundary", b"--x\r\n", "multipart/form-data")
    yield Sent("too much", urlencode({**form.fields, "a": "b" * 200_000}).encode())


def _with_files(fields: dict[str, str], token: dict[str, str]) -> Sent:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in token.items()
    ]
    parts += [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\nnot a picture\r\n"
        for name in fields
        if name not in token
    ]
    return Sent("files", "".join([*parts, "--edge--\r\n"]).encode(), "multipart/form-data; boundary=edge")
