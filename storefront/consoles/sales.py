"""Sales at the till, brought by file: what people buy without a deal counts in both arms alike."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery

from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.lift.import_sales import ImportedSales, SaleFile, import_sales
from campaigns.lift.sale_rules import HEADER
from campaigns.people.queries import Organization
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.consoles.brought import NOT_TEXT, Brought, NotText, brought
from storefront.consoles.editor_form import by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import IMPORT_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_ACT = "write_campaign"


@get("/console/contacts/sales", include_in_schema=False)
async def sales_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """The form to bring sales."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    return go("/console") if found is None else await _show(request, found)


@post("/console/contacts/sales", include_in_schema=False, request_max_body_size=IMPORT_BYTES)
async def take_sales(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Look first, keep then. A reference that came before is kept once."""
    found = chosen(await merchants_for(request, _ACT), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site, sent = site_of(request), Brought()
    try:
        sent = await brought(request)
        result: ImportedSales = await import_sales(
            SaleFile(sent.text, dry_run=not sent.keep, anyway=sent.anyway),
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
        return await _show(request, found, kept=result)
    return await _show(request, found, status=422 if result.errors else 200, sent=sent, result=result)


async def _show(
    request: AnyRequest, merchant: Organization, *, status: int = 200, **shown: Any
) -> Response[str]:
    return await page(
        request,
        "consoles/sales.html",
        status=status,
        merchant=merchant,
        links=console_links(await actor_behind(request), merchant),
        header=",".join(HEADER),
        **{"errors": {}, "sent": Brought(), "result": None, "kept": None, **shown},
    )


SALES = (sales_page, take_sales)
