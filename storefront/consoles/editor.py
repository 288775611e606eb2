"""Write a deal: one page in sections that works without a script and keeps everything typed (U17)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.keep_venue import keep_venue
from campaigns.deals.queries import merchant_venues
from campaigns.deals.revise import revise
from campaigns.deals.rules import DealChangedMeanwhile, OfferInUse, SlugTaken
from campaigns.deals.stored_draft import stored_draft
from campaigns.deals.write import write
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.foundation.ids import DealId
from campaigns.foundation.money import CURRENCIES
from campaigns.people.queries import Organization
from campaigns.people.rules import Actor, SignInNeeded
from storefront.assets import manifest
from storefront.consoles.access import chosen, console_links, go, merchants_for, open_deal
from storefront.consoles.editor_form import EditorForm, by_field, form_for, form_from, form_of
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import EDITOR_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_REMOVE = re.compile(r"remove_tier\.(\d)")
# Fields that whole refusals are about; any other stands over the form.
_ABOUT: dict[type[Refusal], str] = {SlugTaken: "slug", OfferInUse: "title"}
_NOT_OURS_TO_SHOW = (NotFound, NotAllowed, SignInNeeded)


@dataclass(frozen=True)
class Writing:
    """One editor at work: whose deal, which one (None for a new one), and what is in the form."""

    actor: Actor
    merchant: Organization
    deal_id: DealId | None
    form: EditorForm

    @property
    def address(self) -> str:
        return f"/console/deals/{self.deal_id}/edit" if self.deal_id else self.new_address

    @property
    def new_address(self) -> str:
        return f"/console/deals/new?merchant={self.merchant.slug}"


@get("/console/deals/new", include_in_schema=False)
async def new_deal_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """An empty form, or the choice of a merchant first."""
    found = chosen(await merchants_for(request, "write_deal"), merchant)
    if found is None:
        return go("/console")
    return await _show(request, Writing(await actor_behind(request), found, None, form_for(found)))


@post("/console/deals/new", include_in_schema=False, request_max_body_size=EDITOR_BYTES)
async def take_new_deal(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, "write_deal"), merchant)
    if found is None:
        raise NotFound(what="merchant")
    sent: Any = await request.form()
    return await _act(request, Writing(await actor_behind(request), found, None, form_from(sent)), sent)


@get("/console/deals/{deal_id:str}/edit", include_in_schema=False)
async def edit_deal_page(
    request: AnyRequest, deal_id: FromPath[str], saved: FromQuery[str] = ""
) -> Response[str]:
    """The form of a draft; any other deal shows its own page, where it can be taken back first."""
    opened = await open_deal(request, deal_id, "write_deal")
    if opened.deal.state != "draft":
        return go(f"/console/deals/{deal_id}")
    async with site_of(request).store.read() as unit:
        stored = await stored_draft(unit, opened.deal.id)
    if stored is None:
        raise NotFound(what="deal")
    form = form_of(stored.draft, stored.version, opened.merchant)
    writing = Writing(opened.actor, opened.merchant, opened.deal.id, form)
    return await _show(request, writing, saved=bool(saved), reasons=opened.deal.review_note)


@post("/console/deals/{deal_id:str}/edit", include_in_schema=False, request_max_body_size=EDITOR_BYTES)
async def take_edited_deal(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    opened = await open_deal(request, deal_id, "write_deal")
    sent: Any = await request.form()
    return await _act(request, Writing(opened.actor, opened.merchant, opened.deal.id, form_from(sent)), sent)


async def _act(request: AnyRequest, writing: Writing, sent: Any) -> Response[str]:
    """What the pressed button asks: another row, another venue, or to save."""
    act = sent.get("act")
    removed = _REMOVE.fullmatch(act) if isinstance(act, str) else None
    if act == "add_tier":
        return await _show(request, _with(writing, writing.form.with_tier()), focus="ladder")
    if removed:
        return await _show(
            request, _with(writing, writing.form.without_tier(int(removed[1]))), focus="ladder"
        )
    if act == "add_venue":
        return await _add_venue(request, writing)
    return await _save(request, writing, then_review=act == "review")


def _with(writing: Writing, form: EditorForm) -> Writing:
    return Writing(writing.actor, writing.merchant, writing.deal_id, form)


async def _add_venue(request: AnyRequest, writing: Writing) -> Response[str]:
    site, typed = site_of(request), writing.form.venue
    around: Any = {"store": site.store, "clock": site.clock, "keys": site.keys}
    try:
        venue_id = await keep_venue(typed, writing.merchant.id, actor=writing.actor, **around)
    except InvalidFields as refusal:
        errors = by_field(refusal.errors, prefix="venue_")
        return await _show(request, writing, errors=errors, status=problem_of(refusal).status)
    return await _show(request, _with(writing, writing.form.with_venue(venue_id)), focus="venues")


async def _save(request: AnyRequest, writing: Writing, *, then_review: bool) -> Response[str]:
    try:
        deal_id = await _store(request, writing)
    except _NOT_OURS_TO_SHOW:
        raise
    except Refusal as refusal:
        return await _refused(request, writing, refusal)
    return go(f"/console/deals/{deal_id}/submit" if then_review else f"/console/deals/{deal_id}/edit?saved=1")


async def _store(request: AnyRequest, writing: Writing) -> DealId:
    site = site_of(request)
    seen = int(writing.form.version) if writing.form.version.isdecimal() else None
    draft = writing.form.draft()
    if writing.deal_id is None:
        return await write(
            draft, writing.merchant.id, actor=writing.actor, store=site.store, clock=site.clock
        )
    await revise(writing.deal_id, draft, seen, actor=writing.actor, store=site.store, clock=site.clock)
    return writing.deal_id


async def _refused(request: AnyRequest, writing: Writing, refusal: Refusal) -> Response[str]:
    """The form as it was typed, with what is wrong; after somebody else's save, saving again is a choice."""
    if isinstance(refusal, InvalidFields):
        errors = by_field(refusal.errors)
    else:
        errors = {_ABOUT.get(type(refusal), ""): str(refusal)}
    overtaken = isinstance(refusal, DealChangedMeanwhile)
    if overtaken:
        errors = {"": "Somebody changed this deal while you were writing. Nothing was saved yet."}
        writing = _with(writing, await _with_new_version(request, writing))
    return await _show(
        request, writing, errors=errors, status=problem_of(refusal).status, overtaken=overtaken
    )  # fmt: skip


async def _with_new_version(request: AnyRequest, writing: Writing) -> EditorForm:
    async with site_of(request).store.read() as unit:
        stored = await stored_draft(unit, DealId(writing.deal_id or ""))
    form = writing.form
    version = str(stored.version) if stored else form.version
    return EditorForm(form.texts, form.tiers, form.limitations, form.venue_ids, form.venue, version)


async def _show(request: AnyRequest, writing: Writing, *, status: int = 200, **shown: Any) -> Response[str]:
    async with site_of(request).store.read() as unit:
        venues = await merchant_venues(unit, writing.merchant.id)
    context = {"errors": {}, "saved": False, "overtaken": False, "reasons": "", "focus": "", **shown}
    return await page(
        request,
        "consoles/editor.html",
        status=status,
        writing=writing,
        form=writing.form,
        merchant=writing.merchant,
        links=console_links(writing.actor, writing.merchant),
        venues=venues,
        named_currencies=[(code, code) for code in sorted(CURRENCIES)],
        named_pictures=_pictures(),
        zones=sorted({writing.merchant.zone, *(venue.zone for venue in venues)}),
        **context,
    )


def _pictures() -> list[tuple[str, str]]:
    """Our pictures with their names."""
    names = sorted(name for name in manifest() if name.startswith("img/deals/"))
    return [(name, PurePosixPath(name).stem.replace("-", " ").capitalize()) for name in names]


EDITOR = (new_deal_page, take_new_deal, edit_deal_page, take_edited_deal)
