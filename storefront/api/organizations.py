"""Merchants and their people, and whom a token stands for."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.foundation.errors import FieldError, InvalidFields
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.queries import organizations_of, read_organization
from campaigns.people.rules import Actor, SignInNeeded, require
from storefront.api.deals import PRIVATE, json_answer
from storefront.api.owners import own_organization
from storefront.api.parameters import TOKEN, Key, OrganizationPath
from storefront.api.people_shapes import Belonging, Me, Member, NewMember, NewMerchant, Organization
from storefront.api.problem_shape import KEYED, READING, SIGNED_IN, WRITING, answers
from storefront.api.requests import NEEDS_KEY
from storefront.idempotency import JsonAnswer, answer_once
from storefront.site import AnyRequest, Site


@post(
    "/organizations",
    operation_id="addMerchant",
    summary="Add a merchant",
    tags=["Operators"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Organization, "The merchant.", *WRITING, *SIGNED_IN, *KEYED),
)
async def add_merchant(
    request: AnyRequest,
    data: JSONBody[NewMerchant],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """A slug that exists answers with its organization, unchanged. Needs `found_organization`."""

    async def work() -> JsonAnswer:
        require(actor, "found_organization")
        _check_text(name=data.name, city=data.city)
        asked = NewOrganization(
            data.slug, data.name, "merchant", data.city, data.zone, data.commission_percent
        )
        found = await found_organization(asked, store=site.store, clock=site.clock)
        async with site.store.read() as unit:
            organization = await read_organization(unit, found)
        return JsonAnswer(msgspec.convert(organization, Organization, from_attributes=True), 201)

    return await answer_once(request, work)


@post(
    "/organizations/{organization:str}/members",
    operation_id="addMember",
    summary="Give a person a role",
    tags=["Operators", "Merchants"],
    security=TOKEN,
    opt={NEEDS_KEY: True},
    responses=answers(201, Member, "The member.", *WRITING, *SIGNED_IN, *KEYED, "invalid_email"),
)
async def add_member(
    request: AnyRequest,
    organization: OrganizationPath,
    data: JSONBody[NewMember],
    site: NamedDependency[Site],
    actor: NamedDependency[Actor],
    idempotency_key: Key,
) -> Response[Any]:
    """Needs `enrol`. `organization` is its id. No password is set here."""

    async def work() -> JsonAnswer:
        organization_id = await own_organization(site, organization, actor)
        require(actor, "enrol", organization_id)
        _check_text(name=data.name)
        asked = Enrolment(organization_id, data.email, data.role, data.name)
        account_id = await enrol(asked, store=site.store, clock=site.clock, keys=site.keys, by=actor.label)
        return JsonAnswer(Member(account_id, organization_id, data.role), 201)

    return await answer_once(request, work)


@get(
    "/me",
    operation_id="readMe",
    summary="Whom this token stands for",
    tags=["Tokens"],
    security=TOKEN,
    responses=answers(200, Me, "The account, its roles and the scopes of the token.", *READING, *SIGNED_IN),
)
async def read_me(site: NamedDependency[Site], actor: NamedDependency[Actor]) -> Response[Any]:
    """The first thing to ask with a new token."""
    if actor.account_id is None:
        raise SignInNeeded(act="see whom your token stands for")
    async with site.store.read() as unit:
        found = await organizations_of(unit, actor.account_id)
    belongings = [
        Belonging(each.id, each.slug, each.name, actor.roles[each.id])
        for each in found
        if each.id in actor.roles
    ]
    me = Me(
        account_id=actor.account_id,
        name=actor.name,
        is_operator=actor.is_operator,
        scopes=sorted(actor.scopes or ()),
        organizations=belongings,
    )
    return json_answer(me, headers=PRIVATE)


def _check_text(**texts: str) -> None:
    """PostgreSQL stores no NUL. Raises InvalidFields."""
    wrong = [name for name, text in texts.items() if "\x00" in text]
    if wrong:
        sentence = "Use characters that can be read."
        raise InvalidFields([FieldError(name, "spelling", sentence) for name in wrong])


ORGANIZATIONS = (add_merchant, add_member, read_me)
