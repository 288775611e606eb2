"""Write campaigns, launch them and read what they brought."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.deals.campaign_queries import CampaignView, campaign_by_id, console_campaigns, groupable_deals
from campaigns.deals.campaign_rules import Idea, OtherCurrency
from campaigns.deals.group_deals import add_deal
from campaigns.deals.write_campaign import create_campaign
from campaigns.foundation.errors import FieldError, InvalidFields, NotFound
from campaigns.foundation.ids import DealId, OrganizationId
from campaigns.lift.design import Design
from campaigns.lift.launch import launch
from campaigns.lift.report import report_of
from campaigns.people.queries import read_organization
from campaigns.people.rules import Actor, require
from storefront.api.campaign_shapes import (
    Campaign,
    CampaignDesign,
    CampaignReport,
    Campaigns,
    Launched,
    NewCampaign,
    campaign_of,
)
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.listing import OrganizationName
from storefront.api.owners import own_campaign, own_organization
from storefront.api.parameters import TOKEN, CampaignName, Key
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.report_tables import as_json
from storefront.site import AnyRequest, Site


@get(
    "/campaigns",
    operation_id="listCampaigns",
    summary="List your campaigns",
    tags=["Campaigns"],
    security=TOKEN,
    responses=answers(200, Campaigns, "Campaigns, newest first.", *READING, *SIGNED_IN),
)
async def list_campaigns(
    site: NamedDependency[Site], actor: NamedDependency[Actor], organization_id: OrganizationName = ""
) -> Response[Any]:
    """Needs `see_reports`."""
    owner = await own_organization(site, organization_id, actor)
    require(actor, "see_reports", owner)
    async with site.store.read() as unit:
        found = await console_campaigns(unit, owner)
    return json_answer(Campaigns([campaign_of(each) for each in found]), headers=PRIVATE)


@post(
    "/campaigns",
    operation_id="createCampaign",
    summary="Write a campaign",
    tags=["Campaigns"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(
        201,
        Campaign,
        "The draft.",
        *WRITING,
        *SIGNED_IN,
        *KEYED,
        "deal_in_campaign",
        "deal_is_over",
        "other_currency",
    ),
)
async def add_campaign(
    request: AnyRequest,
    data: JSONBody[NewCampaign],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Nobody is invited before it is launched. Needs `write_campaign`."""

    async def work() -> JsonAnswer:
        owner = await own_organization(site, data.organization_id, actor)
        require(actor, "write_campaign", owner)
        await _check_deals(site, data.deal_ids, owner)
        around: Any = {"actor": actor, "store": site.store, "clock": site.clock, "keys": site.keys}
        idea = Idea(data.name, data.goal, data.tag, tuple(data.channels))
        campaign_id = await create_campaign(idea, owner, **around)
        for each in data.deal_ids:
            await add_deal(campaign_id, DealId(each), **around)
        return JsonAnswer(campaign_of(await _campaign(site, campaign_id)), 201)

    return await answer_once(request, work)


@post(
    "/campaigns/{campaign:str}/launch",
    operation_id="launchCampaign",
    summary="Launch a campaign",
    tags=["Campaigns"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200,
        Launched,
        "What was fixed.",
        *WRITING,
        *SIGNED_IN,
        "campaign_not_draft",
        "campaign_without_deals",
        "other_currency",
    ),
)
async def launch_campaign(
    campaign: CampaignName,
    data: JSONBody[CampaignDesign],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Draw the arms and owe the invitations. It cannot be taken back. Needs `write_campaign`."""
    found = await own_campaign(site, campaign, actor)
    typed = {name: str(value) for name, value in msgspec.structs.asdict(data).items() if value is not None}
    launched = await launch(
        found.id, Design(**typed), actor=actor, store=site.store, clock=site.clock, keys=site.keys
    )
    return json_answer(msgspec.convert(launched, Launched, from_attributes=True), headers=PRIVATE)


@get(
    "/campaigns/{campaign:str}/report",
    operation_id="readCampaignReport",
    summary="Read what a campaign brought",
    tags=["Campaigns"],
    security=TOKEN,
    responses=answers(200, CampaignReport, "Everything the report page says.", *READING, *SIGNED_IN),
)
async def read_report(
    campaign: CampaignName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """The comparison is the newest the scheduler stored. Needs `see_reports`."""
    found = await own_campaign(site, campaign, actor)
    require(actor, "see_reports", found.organization_id)
    async with site.store.read() as unit:
        merchant = await read_organization(unit, found.organization_id)
        if merchant is None:
            raise NotFound(what="campaign")
        report = await report_of(unit, found, merchant, await site.clock.now(unit))
    return json_answer(CampaignReport(**as_json(report)), headers=PRIVATE)


async def _check_deals(site: Site, deal_ids: list[str], owner: OrganizationId) -> None:
    """Before anything is written, so that a refusal leaves no half-made draft. Raises InvalidFields, OtherCurrency."""
    async with site.store.read() as unit:
        free: dict[str, str] = {deal.id: deal.currency for deal in await groupable_deals(unit, owner)}
    sentence = "This deal is over, in another campaign, or not yours."
    wrong = [
        FieldError(f"deal_ids.{place}", "not_free", sentence)
        for place, each in enumerate(deal_ids)
        if each not in free
    ]
    if wrong:
        raise InvalidFields(wrong)
    if len({free[each] for each in deal_ids}) > 1:
        raise OtherCurrency(currency=free[deal_ids[0]])


async def _campaign(site: Site, campaign_id: str) -> CampaignView:
    async with site.store.read() as unit:
        found = await campaign_by_id(unit, campaign_id)
    if found is None:
        raise NotFound(what="campaign")
    return found


CAMPAIGNS = (list_campaigns, add_campaign, launch_campaign, read_report)
