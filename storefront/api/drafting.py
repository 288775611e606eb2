"""Write a deal, mend it, hand it in and take it back."""

from __future__ import annotations

from typing import Any

from litestar import Response, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.deals.deal_file import at_that_time
from campaigns.deals.draft import Draft
from campaigns.deals.revise import revise
from campaigns.deals.submit import submit
from campaigns.deals.take_back import take_back
from campaigns.deals.write import write
from campaigns.people.rules import Actor
from storefront.api.deal_shapes import Deal
from storefront.api.deals import PRIVATE, deal_answer, json_answer
from storefront.api.draft_shape import MendedDeal, NewDeal, draft_of
from storefront.api.owners import own_deal, own_organization
from storefront.api.parameters import TOKEN, DealName, Key
from storefront.api.problem_shape import KEYED, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.security.sizes import EDITOR_BYTES
from storefront.site import AnyRequest, Site

_UNFIT = ("slug_taken", "offer_in_use", "unknown_zone", "unknown_currency", "not_an_amount")


@post(
    "/deals",
    operation_id="writeDeal",
    summary="Write a draft",
    tags=["Merchants"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    request_max_body_size=EDITOR_BYTES,
    responses=answers(201, Deal, "The draft.", *WRITING, *SIGNED_IN, *KEYED, *_UNFIT),
)
async def write_deal(
    request: AnyRequest,
    data: JSONBody[NewDeal],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """A draft of your merchant: the fields of the deal file, every one readable. Needs `write_deal`."""

    async def work() -> JsonAnswer:
        organization_id = await own_organization(site, data.organization_id, actor)
        draft = await _now(site, draft_of(data))
        deal_id = await write(draft, organization_id, actor=actor, store=site.store, clock=site.clock)
        return JsonAnswer(await deal_answer(site, deal_id), 201)

    return await answer_once(request, work)


@put(
    "/deals/{deal:str}",
    operation_id="mendDeal",
    summary="Mend a draft",
    tags=["Merchants"],
    security=TOKEN,
    request_max_body_size=EDITOR_BYTES,
    responses=answers(
        200,
        Deal,
        "The draft as it is now.",
        *WRITING,
        *SIGNED_IN,
        *_UNFIT,
        "deal_not_draft",
        "deal_changed_meanwhile",
    ),
)
async def mend_deal(
    deal: DealName,
    data: JSONBody[MendedDeal],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """Replace everything in a draft. Needs `write_deal`."""
    found = await own_deal(site, deal, actor)
    draft = await _now(site, draft_of(data))
    await revise(found.id, draft, data.version, actor=actor, store=site.store, clock=site.clock)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


@post(
    "/deals/{deal:str}/submit",
    operation_id="submitDeal",
    summary="Hand a draft in for review",
    tags=["Merchants"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200,
        Deal,
        "The deal, in review.",
        *WRITING,
        *SIGNED_IN,
        "deal_not_draft",
        "windows_overlap",
        "deal_changed_meanwhile",
    ),
)
async def submit_deal(
    deal: DealName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Refused with everything that keeps it from being published. Needs `submit_deal`."""
    found = await own_deal(site, deal, actor)
    await submit(found.id, actor=actor, store=site.store, clock=site.clock)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


@post(
    "/deals/{deal:str}/take-back",
    operation_id="takeBackDeal",
    summary="Take a deal back to mend it",
    tags=["Merchants"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200,
        Deal,
        "The deal, a draft again.",
        *WRITING,
        *SIGNED_IN,
        "deal_not_taken_back",
        "deal_changed_meanwhile",
    ),
)
async def take_back_deal(
    deal: DealName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Until it opens; review starts again. Needs `write_deal`."""
    found = await own_deal(site, deal, actor)
    await take_back(found.id, actor=actor, store=site.store, clock=site.clock)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


async def _now(site: Site, draft: Draft) -> Draft:
    """Times written as distances, such as `+3h`, as the wall times they mean now."""
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
    return at_that_time(draft, now)


DRAFTING = (write_deal, mend_deal, submit_deal, take_back_deal)
