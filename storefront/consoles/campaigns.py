"""Campaigns of a merchant: the list, and the page one is written on (U16, U17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.deals.campaign_queries import CampaignDeal, CampaignView, console_campaigns, groupable_deals
from campaigns.deals.campaign_rules import Idea
from campaigns.deals.group_deals import add_deal, remove_deal
from campaigns.deals.write_campaign import create_campaign, rewrite_campaign
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.foundation.ids import CampaignId, DealId
from campaigns.lift.queries import latest_verdicts
from campaigns.people.queries import Organization
from campaigns.people.rules import Actor, SignInNeeded, may
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.consoles.editor_form import by_field
from storefront.consoles.opened_campaign import open_campaign
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, Site, site_of

_NOT_OURS_TO_SHOW = (NotFound, NotAllowed, SignInNeeded)


@dataclass(frozen=True)
class Typed:
    """The form of a campaign as it was sent. `deal_ids` are those ticked."""

    name: str = ""
    goal: str = ""
    tag: str = ""
    channels: tuple[str, ...] = ("mail", "links")
    deal_ids: tuple[str, ...] = ()

    @property
    def idea(self) -> Idea:
        return Idea(self.name, self.goal, self.tag, self.channels)


@dataclass(frozen=True)
class Writing:
    """Whose campaign, which one (None for a new one), and what is in the form."""

    actor: Actor
    merchant: Organization
    campaign: CampaignView | None
    typed: Typed

    @property
    def address(self) -> str:
        if self.campaign is None:
            return f"/console/campaigns/new?merchant={self.merchant.slug}"
        return f"/console/campaigns/{self.campaign.id}/edit"

    @property
    def takes_deals(self) -> bool:
        return self.campaign is None or self.campaign.state == "draft"


@get("/console/campaigns", include_in_schema=False)
async def campaigns_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Every campaign of one merchant with what was last said of it."""
    merchants = await merchants_for(request, "see_reports")
    found = chosen(merchants, merchant)
    if found is None:
        return go("/console")
    async with site_of(request).store.read() as unit:
        listed = await console_campaigns(unit, found.id)
        verdicts = await latest_verdicts(unit, found.id)
    return await page(
        request,
        "consoles/campaigns.html",
        merchant=found,
        campaigns=listed,
        verdicts=verdicts,
        links=console_links(await actor_behind(request), found),
    )


@get("/console/campaigns/new", include_in_schema=False)
async def new_campaign_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, "write_campaign"), merchant)
    if found is None:
        return go("/console")
    return await _show(request, Writing(await actor_behind(request), found, None, Typed()))


@post("/console/campaigns/new", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_new_campaign(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    found = chosen(await merchants_for(request, "write_campaign"), merchant)
    if found is None:
        raise NotFound(what="merchant")
    return await _save(request, Writing(await actor_behind(request), found, None, await _typed(request)))


@get("/console/campaigns/{campaign_id:str}/edit", include_in_schema=False)
async def edit_campaign_page(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    """One that has ended shows its report: nothing of it changes any more."""
    opened = await open_campaign(request, campaign_id, "write_campaign")
    if opened.campaign.state == "ended":
        return go(opened.address)
    return await _show(
        request, Writing(opened.actor, opened.merchant, opened.campaign, _typed_of(opened.campaign))
    )


@post("/console/campaigns/{campaign_id:str}/edit", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_edited_campaign(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    opened = await open_campaign(request, campaign_id, "write_campaign")
    writing = Writing(opened.actor, opened.merchant, opened.campaign, await _typed(request))
    return await _save(request, writing)


async def _typed(request: AnyRequest) -> Typed:
    form: Any = await request.form()

    def text(name: str) -> str:
        value = form.get(name)
        return value if isinstance(value, str) else ""

    def ticked(name: str) -> tuple[str, ...]:
        return tuple(value for value in form.getall(name, []) if isinstance(value, str))

    return Typed(text("name"), text("goal"), text("tag"), ticked("channels"), ticked("deals"))


def _typed_of(campaign: CampaignView) -> Typed:
    deal_ids = tuple(deal.id for deal in campaign.deals)
    return Typed(campaign.name, campaign.goal, campaign.tag, campaign.channels, deal_ids)


async def _save(request: AnyRequest, writing: Writing) -> Response[str]:
    """Words first, then the deals; what one of them refuses stands at the form with all that was typed."""
    site, campaign = site_of(request), writing.campaign
    around: Any = {"actor": writing.actor, "store": site.store, "clock": site.clock, "keys": site.keys}
    try:
        if campaign is None:
            campaign_id = await create_campaign(writing.typed.idea, writing.merchant.id, **around)
        else:
            campaign_id = campaign.id
            await rewrite_campaign(campaign_id, writing.typed.idea, **around)
    except _NOT_OURS_TO_SHOW:
        raise
    except Refusal as refusal:
        return await _refused(request, writing, refusal)
    if not writing.takes_deals:
        return go(f"/console/campaigns/{campaign_id}?done=saved")
    try:
        await _group(campaign_id, campaign, writing.typed.deal_ids, around)
    except _NOT_OURS_TO_SHOW:
        raise
    except Refusal as refusal:
        return await _refused(request, await _again(site, writing, campaign_id), refusal)
    return go(f"/console/campaigns/{campaign_id}/launch")


async def _group(
    campaign_id: CampaignId, campaign: CampaignView | None, wanted: Sequence[str], around: Mapping[str, Any]
) -> None:
    before = {deal.id for deal in campaign.deals} if campaign else set()
    for deal_id in before - set(wanted):
        await remove_deal(campaign_id, deal_id, **around)
    for each in wanted:
        await add_deal(campaign_id, DealId(each), **around)


async def _again(site: Site, writing: Writing, campaign_id: CampaignId) -> Writing:
    """The same form, now of the campaign as it is stored."""
    async with site.store.read() as unit:
        listed = await console_campaigns(unit, writing.merchant.id)
    stored = next(each for each in listed if each.id == campaign_id)
    return Writing(writing.actor, writing.merchant, stored, writing.typed)


async def _refused(request: AnyRequest, writing: Writing, refusal: Refusal) -> Response[str]:
    errors = by_field(refusal.errors) if isinstance(refusal, InvalidFields) else {"": str(refusal)}
    return await _show(request, writing, status=problem_of(refusal).status, errors=errors)


async def _show(
    request: AnyRequest, writing: Writing, *, status: int = 200, errors: Mapping[str, str] | None = None
) -> Response[str]:
    async with site_of(request).store.read() as unit:
        free = await groupable_deals(unit, writing.merchant.id)
    mine: tuple[CampaignDeal, ...] = writing.campaign.deals if writing.campaign else ()
    return await page(
        request,
        "consoles/campaign_edit.html",
        status=status,
        writing=writing,
        typed=writing.typed,
        merchant=writing.merchant,
        deals=[*mine, *free],
        links=console_links(writing.actor, writing.merchant),
        writes_deals=may(writing.actor, "write_deal", writing.merchant.id),
        errors=errors or {},
    )


CAMPAIGNS = (
    campaigns_page,
    new_campaign_page,
    take_new_campaign,
    edit_campaign_page,
    take_edited_campaign,
)
