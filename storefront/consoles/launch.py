"""Launch a campaign: a page that says what will happen, to how many, and what cannot be undone (U18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from campaigns.deals.campaign_rules import CampaignWithoutDeals, OtherCurrency
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.lift.design import Design, Plan, parse_design
from campaigns.lift.end import end_campaign
from campaigns.lift.launch import Preview, launch, preview
from campaigns.people.rules import SignInNeeded
from storefront.campaign_words import METRICS, UNITS, power_sentence, too_weak
from storefront.consoles.access import console_links, go, texts_of
from storefront.consoles.editor_form import by_field
from storefront.consoles.opened_campaign import OpenedCampaign, open_campaign
from storefront.errors import problem_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

_FIELDS = tuple(Design.__dataclass_fields__)
_NOT_OURS_TO_SHOW = (NotFound, NotAllowed, SignInNeeded)


@get("/console/campaigns/{campaign_id:str}/launch", include_in_schema=False)
async def launch_page(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    """The design of the experiment, and what it could show. A launched campaign shows its report."""
    opened = await open_campaign(request, campaign_id, "write_campaign")
    if opened.campaign.state != "draft":
        return go(opened.address)
    return await _review(request, opened, Design())


@post(
    "/console/campaigns/{campaign_id:str}/launch", include_in_schema=False, request_max_body_size=FORM_BYTES
)
async def take_launch(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    """`act` is `look` to see what another design could show, or `launch`."""
    opened, site = await open_campaign(request, campaign_id, "write_campaign"), site_of(request)
    sent = await texts_of(request, "act", *_FIELDS)
    act = sent.pop("act")
    design = Design(**sent)
    if act != "launch":
        return await _review(request, opened, design)
    try:
        await launch(
            opened.campaign.id,
            design,
            actor=opened.actor,
            store=site.store,
            clock=site.clock,
            keys=site.keys,
        )
    except _NOT_OURS_TO_SHOW:
        raise
    except Refusal as refusal:
        return await _review(request, opened, design, refusal=refusal)
    return go(f"{opened.address}?done=launched")


@post("/console/campaigns/{campaign_id:str}/end", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_end(request: AnyRequest, campaign_id: FromPath[str]) -> Response[str]:
    """Invitations that were not sent stay unsent. What counts goes on counting until the window is over."""
    opened, site = await open_campaign(request, campaign_id, "write_campaign"), site_of(request)
    await end_campaign(
        opened.campaign.id, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys
    )
    return go(f"{opened.address}?done=ended")


async def _review(
    request: AnyRequest, opened: OpenedCampaign, design: Design, *, refusal: Refusal | None = None
) -> Response[str]:
    plan, errors, status = _judged(design, refusal)
    seen: Preview | None = None
    blocked = ""
    if plan is not None:
        try:
            async with site_of(request).store.read() as unit:
                seen = await preview(
                    unit,
                    opened.campaign.id,
                    opened.now,
                    holdout_percent=plan.holdout_percent,
                    by_group=plan.by_group,
                )
        except (CampaignWithoutDeals, OtherCurrency) as reason:
            blocked = str(reason)
    return await page(
        request,
        "consoles/launch.html",
        status=status,
        opened=opened,
        campaign=opened.campaign,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        design=design,
        errors=errors,
        blocked=blocked,
        metrics=[(key, words, "") for key, words in METRICS.items()],
        units=[(key, words, "") for key, words in UNITS.items()],
        seen=_said(seen, plan, "mail" in opened.campaign.channels) if seen and plan else None,
    )


def _judged(design: Design, refusal: Refusal | None) -> tuple[Plan | None, Mapping[str, str], int]:
    """The design as a plan if it is one, and what stands in the way."""
    errors: dict[str, str] = {}
    status = 200
    if refusal is not None:
        status = problem_of(refusal).status
        errors = by_field(refusal.errors) if isinstance(refusal, InvalidFields) else {"": str(refusal)}
    try:
        return parse_design(design), errors, status
    except InvalidFields as wrong:
        return None, errors or by_field(wrong.errors), 422


def _said(seen: Preview, plan: Plan, mail: bool) -> dict[str, Any]:
    """What the page says of a launch at this moment."""
    held = round(seen.people * plan.holdout_percent / 100)
    mde = seen.power.mde_rel
    return {
        "people": seen.people,
        "groups": seen.clusters,
        "held": held,
        "invited": (seen.people - held) if mail else 0,
        "power": power_sentence(seen.clusters, mde) if plan.holdout_percent else "",
        "assumed": seen.power.assumed,
        "too_weak": bool(plan.holdout_percent) and too_weak(mde, plan.expected_rel),
        "too_few": bool(plan.holdout_percent) and seen.clusters < plan.minimum_sample,
        "minimum": plan.minimum_sample,
        "days": plan.outcome_window_days,
        "holdout": plan.holdout_percent,
    }


LAUNCH = (launch_page, take_launch, take_end)
