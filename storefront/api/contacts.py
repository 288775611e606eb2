"""Bring a merchant's contacts, as the console does with a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.people.rules import Actor
from storefront.api.contact_shapes import BroughtContacts, NewContacts
from storefront.api.owners import own_organization
from storefront.api.parameters import TOKEN, Key
from storefront.api.problem_shape import KEYED, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.security.sizes import EDITOR_BYTES
from storefront.site import AnyRequest, Site


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
