"""Whom a merchant may write to, and files of contacts and of sales at the till: looked at first, then kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.contacts.queries import contacts_of, count_contacts
from campaigns.contacts.rules import HEADER
from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.people.queries import Organization
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.consoles.brought import NOT_TEXT, Brought, NotText, brought
from storefront.consoles.editor_form import by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import IMPORT_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_ACT = "import_contacts"
A_PAGE = 20


@get("/console/contacts", include_in_schema=False)
async def contacts_page(
    request: AnyRequest, merchant: FromQuery[str] = "", done: FromQuery[int] = -1
) -> Response[str]:
    """Counts, the newest contacts, and the form to bring more. `done` is how many rows were kept."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        return go("/console")
    return await _show(request, found, done=done)


@post("/console/contacts", include_in_schema=False, request_max_body_size=IMPORT_BYTES)
async def take_contacts(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Look first: what would be kept, and every line with a mistake. Keeping again adds nothing twice."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site, sent = site_of(request), Brought()
    try:
        sent = await brought(request)
        result = await import_contacts(
            ContactFile(sent.text, dry_run=not sent.keep, anyway=sent.anyway),
            found.id,
            actor=await actor_behind(request),
            store=site.store,
            clock=site.clock,
            keys=site.keys,
        )
    except NotText:
        return await _show(request, found, status=422, errors={"chosen": NOT_TEXT})
    except InvalidFields as refusal:
        errors = by_field(refusal.errors)
        return await _show(request, found, status=problem_of(refusal).status, errors=errors, sent=sent)
    if result.stored:
        return go(f"/console/contacts?merchant={found.slug}&done={result.good}")
    status = 422 if result.errors else 200
    return await _show(request, found, status=status, sent=sent, result=result)


async def _show(
    request: AnyRequest, merchant: Organization, *, status: int = 200, **shown: Any
) -> Response[str]:
    async with site_of(request).store.read() as unit:
        counts = await count_contacts(unit, merchant.id)
        people = await contacts_of(unit, merchant.id, limit=A_PAGE)
    context: Mapping[str, Any] = {"errors": {}, "sent": Brought(), "result": None, "done": -1, **shown}
    return await page(
        request,
        "consoles/contacts.html",
        status=status,
        merchant=merchant,
        links=console_links(await actor_behind(request), merchant),
        counts=counts,
        people=people,
        header=",".join(HEADER),
        **context,
    )


CONTACTS = (contacts_page, take_contacts)
