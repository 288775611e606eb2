"""Bring a merchant's contacts, as the console does with a file."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.people.rules import Actor
from storefront.api.owners import own_organization
from storefront.api.parameters import TOKEN, Key
from storefront.api.problem_shape import KEYED, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.security.sizes import EDITOR_BYTES
from storefront.site import AnyRequest, Site

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


class WrongRow(msgspec.Struct, frozen=True):
    """A mistake in one line; the header is line 1."""

    line: int
    field: str
    sentence: str


class BroughtContacts(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` were read and `good` of them are right. Where `stored` is false nothing was kept."""

    rows: int
    good: int
    errors: list[WrongRow]
    stored: bool
    added: int
    consents: int
    withdrawn: int


@post(
    "/contacts",
    operation_id="importContacts",
    summary="Import contacts",
    tags=["Campaigns"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    request_max_body_size=EDITOR_BYTES,
    responses=answers(201, BroughtContacts, "What was kept.", *WRITING, *SIGNED_IN, *KEYED),
)
async def add_contacts(
    request: AnyRequest,
    data: JSONBody[NewContacts],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """All or, with mistakes, nothing unless asked `anyway`. Nothing is kept twice. Needs `import_contacts`."""

    async def work() -> JsonAnswer:
        owner = await own_organization(site, data.organization_id, actor)
        file = ContactFile(data.csv, dry_run=data.dry_run, anyway=data.anyway)
        found = await import_contacts(
            file, owner, actor=actor, store=site.store, clock=site.clock, keys=site.keys
        )
        return JsonAnswer(msgspec.convert(found, BroughtContacts, from_attributes=True), 201)

    return await answer_once(request, work)


CONTACTS_API = (add_contacts,)
