"""What is decided about a deal by people: approve it, send it back, cancel it, honour it below its threshold."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.deals.review import Approve, SendBack, review
from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.orders.cancel import cancel
from campaigns.orders.waive import waive
from campaigns.people.rules import Actor
from storefront.api.deal_shapes import Deal
from storefront.api.deals import PRIVATE, deal_answer, json_answer
from storefront.api.owners import own_deal
from storefront.api.parameters import TOKEN, DealName
from storefront.api.people_shapes import Reason, Reasons
from storefront.api.problem_shape import SIGNED_IN, WRITING, answers
from storefront.site import Site

_REVIEWED = ("deal_not_in_review", "deal_changed_meanwhile")


@post(
    "/deals/{deal:str}/approve",
    operation_id="approveDeal",
    summary="Approve a deal",
    tags=["Operators"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Deal, "The deal, published.", *WRITING, *SIGNED_IN, *_REVIEWED, "windows_overlap"),
)
async def approve_deal(
    deal: DealName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """Publish it; it opens by itself at `opens_at`. Needs `review_deal`."""
    found = await own_deal(site, deal, actor)
    await review(found.id, Approve(), actor=actor, store=site.store, clock=site.clock)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


@post(
    "/deals/{deal:str}/send-back",
    operation_id="sendBackDeal",
    summary="Send a deal back",
    tags=["Operators"],
    security=TOKEN,
    status_code=200,
    responses=answers(
        200, Deal, "The deal, a draft again.", *WRITING, *SIGNED_IN, *_REVIEWED, "reasons_needed"
    ),
)
async def send_back_deal(
    deal: DealName,
    data: JSONBody[Reasons],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """To its merchant, with reasons. Needs `review_deal`."""
    found = await own_deal(site, deal, actor)
    await review(found.id, SendBack(data.reasons), actor=actor, store=site.store, clock=site.clock)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


@post(
    "/deals/{deal:str}/cancel",
    operation_id="cancelDeal",
    summary="Cancel a deal",
    tags=["Merchants", "Operators"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Deal, "The deal, canceled.", *WRITING, *SIGNED_IN, "may_not_cancel"),
)
async def cancel_deal(
    deal: DealName,
    data: JSONBody[Reason],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
) -> Response[Any]:
    """For good: every hold is released, every unredeemed unit refunded. Needs `cancel_deal`."""
    found = await own_deal(site, deal, actor)
    if "\x00" in data.reason:
        raise InvalidFields([FieldError("reason", "spelling", "Use characters that can be read.")])
    await cancel(found.id, data.reason, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


@post(
    "/deals/{deal:str}/waive",
    operation_id="waiveDeal",
    summary="Honour a deal below its threshold",
    tags=["Merchants"],
    security=TOKEN,
    status_code=200,
    responses=answers(200, Deal, "The deal, on.", *WRITING, *SIGNED_IN, "may_not_waive"),
)
async def waive_deal(
    deal: DealName, site: NamedDependency[Site], actor: NamedDependency[Actor]
) -> Response[Any]:
    """It is on at once, under a public label. Needs `waive`."""
    found = await own_deal(site, deal, actor)
    await waive(found.id, actor=actor, store=site.store, clock=site.clock, keys=site.keys)
    return json_answer(await deal_answer(site, found.id), headers=PRIVATE)


DECIDING = (approve_deal, send_back_deal, cancel_deal, waive_deal)
