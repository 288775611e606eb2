"""The texts announcements are made from: write, preview at every account, approve, retire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.views import DealView
from campaigns.foundation.errors import InvalidFields, NotFound, Refusal
from campaigns.foundation.links import Links
from campaigns.orders.board import console_deals
from campaigns.people.queries import Organization, read_organization
from campaigns.people.rules import Actor, may, require
from campaigns.sharing.posts.approve_template import approve_template, retire_template
from campaigns.sharing.posts.preview import Preview, Previewing, previews
from campaigns.sharing.posts.queries import TemplateView, template_by_id, templates_of
from campaigns.sharing.posts.rules import ANNOUNCED
from campaigns.sharing.posts.wording import PLACEHOLDERS, faults_of
from campaigns.sharing.posts.write_template import WrittenTemplate, write_defaults, write_template
from storefront.consoles import feed_phrases as phrases
from storefront.consoles.access import chosen, console_links, go, merchants_for, texts_of
from storefront.consoles.editor_form import by_field
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, Site, site_of


@dataclass(frozen=True)
class OpenedText:
    """A text and whoever may see it."""

    actor: Actor
    merchant: Organization
    template: TemplateView


async def open_text(request: AnyRequest, template_id: str, act: str) -> OpenedText:
    """Raises SignInNeeded, NotFound for another merchant's text, NotAllowed for the wrong role (S15)."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, act)
    async with site.store.read() as unit:
        found = await template_by_id(unit, template_id)
        merchant = await read_organization(unit, found[0]) if found else None
    if found is None or merchant is None or merchant.id not in actor.roles:
        raise NotFound(what="text")
    require(actor, act, merchant.id)
    return OpenedText(actor, merchant, found[1])


@get("/console/announcements", include_in_schema=False)
async def announcements_page(
    request: AnyRequest, merchant: FromQuery[str] = "", done: FromQuery[str] = ""
) -> Response[str]:
    """What is said when; for each moment the newest versions of its texts."""
    found = chosen(await merchants_for(request, "see_feeds"), merchant)
    if found is None:
        return go("/console")
    actor = await actor_behind(request)
    async with site_of(request).store.read() as unit:
        written = await templates_of(unit, found.id)
    by_kind = {
        kind: [each for each in written if each.kind == kind and each.state != "retired"]
        for kind in ANNOUNCED
    }
    return await page(
        request,
        "consoles/announcements.html",
        merchant=found,
        by_kind=by_kind,
        phrases=phrases,
        done=done,
        may_write=may(actor, "publish", found.id),
        links=console_links(actor, found),
    )


@post("/console/announcements", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_new_text(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Begin texts for every moment that has none (`language`), as drafts to be read and approved."""
    found = chosen(await merchants_for(request, "publish"), merchant)
    if found is None:
        raise NotFound(what="merchant")
    site, sent = site_of(request), await texts_of(request, "language")
    language = sent["language"] if sent["language"] in phrases.LANGUAGES else "en"
    actor = await actor_behind(request)
    await write_defaults(found.id, language, actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/console/announcements?merchant={found.slug}&done=begun")


@get("/console/announcements/{template_id:str}", include_in_schema=False)
async def text_page(
    request: AnyRequest, template_id: FromPath[str], done: FromQuery[str] = ""
) -> Response[str]:
    opened = await open_text(request, template_id, "see_feeds")
    return await _show(request, opened, opened.template.text, done=done)


@post("/console/announcements/{template_id:str}", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_text(request: AnyRequest, template_id: FromPath[str]) -> Response[str]:
    """Store other words. An approved text stays in use until these are approved as well."""
    opened, site = await open_text(request, template_id, "publish"), site_of(request)
    text = (await texts_of(request, "text"))["text"]
    now = opened.template
    written = WrittenTemplate(opened.merchant.id, now.kind, text, now.language, now.network)
    try:
        kept = await write_template(written, opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    except InvalidFields as refusal:
        errors = by_field(refusal.errors)
        return await _show(request, opened, text, status=problem_of(refusal).status, errors=errors)
    return go(f"/console/announcements/{kept}?done=saved")


@post(
    "/console/announcements/{template_id:str}/approve",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def take_approval(request: AnyRequest, template_id: FromPath[str]) -> Response[str]:
    """Approve the very words that were shown."""
    opened, site = await open_text(request, template_id, "approve_template"), site_of(request)
    text = (await texts_of(request, "text"))["text"]
    try:
        await approve_template(
            template_id, opened.actor, text=text, store=site.store, clock=site.clock, keys=site.keys
        )
    except Refusal as refusal:
        fresh = await open_text(request, template_id, "approve_template")
        status = problem_of(refusal).status
        return await _show(request, fresh, fresh.template.text, status=status, errors={"": str(refusal)})
    return go(f"/console/announcements/{template_id}?done=approved")


@post(
    "/console/announcements/{template_id:str}/retire",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def take_retirement(request: AnyRequest, template_id: FromPath[str]) -> Response[str]:
    opened, site = await open_text(request, template_id, "approve_template"), site_of(request)
    await retire_template(template_id, opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/console/announcements?merchant={opened.merchant.slug}&done=retired")


async def _show(
    request: AnyRequest,
    opened: OpenedText,
    text: str,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    done: str = "",
) -> Response[str]:
    site, template, merchant = site_of(request), opened.template, opened.merchant
    faults = faults_of(text, kind=template.kind)
    deal, seen = await preview_of(site, merchant, template, "" if faults else text)
    return await page(
        request,
        "consoles/announcement.html",
        status=status,
        merchant=merchant,
        written=template,
        text=text,
        errors=dict(errors or {}),
        deal=deal,
        previews=seen,
        placeholders=[name for name in PLACEHOLDERS if name != "buyer" or template.kind == "joined"],
        phrases=phrases,
        done=done,
        may_write=may(opened.actor, "publish", merchant.id),
        may_approve=may(opened.actor, "approve_template", merchant.id),
        links=console_links(opened.actor, merchant),
    )


async def preview_of(
    site: Site, merchant: Organization, template: TemplateView, text: str
) -> tuple[DealView | None, Sequence[Preview]]:
    """The text at every account, with the figures of the merchant's newest deal; nothing for an empty text."""
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        deals = await console_deals(unit, merchant.id, now)
        running = [deal for deal in deals if deal.state in ("open", "tipped")]
        deal = next(iter([*running, *deals]), None)
        if deal is None or not text:
            return deal, ()
        asked = Previewing(text, deal, template.language, template.network)
        links = Links(site.settings.address, site.keys)
        return deal, await previews(unit, asked, now, publishers=site.publishers, links=links)


ANNOUNCEMENTS = (
    announcements_page,
    take_new_text,
    text_page,
    take_text,
    take_approval,
    take_retirement,
)
