"""Contacts as programs bring them."""

from __future__ import annotations

from typing import Annotated

import msgspec

from storefront.security.sizes import EDITOR_BYTES

_CSV = msgspec.Meta(
    max_length=EDITOR_BYTES,
    description="CSV whose first line is email,group,consent_source,consent_on",
    examples=["email,group,consent_source,consent_on\nada@example.com,Choir,counter card,2026-03-01\n"],
)


class NewContacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of contacts. `dry_run` keeps nothing; `anyway` keeps the good rows although others are wrong."""

    csv: Annotated[str, _CSV]
    dry_run: bool = False
    anyway: bool = False
    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class WrongLine(msgspec.Struct, frozen=True):
    """A mistake in one line; the header is line 1."""

    line: int
    field: str
    sentence: str


class BroughtContacts(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` were read and `good` of them are right. Where `stored` is false nothing was kept."""

    rows: int
    good: int
    errors: list[WrongLine]
    stored: bool
    added: int
    consents: int
    withdrawn: int
