"""`quorum people`: the first operator of an installation, and whoever else is given a role from a terminal."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer

from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store, open_store
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.found_organization import NewOrganization, found_organization
from campaigns.people.rules import OPERATOR, ROLES
from storefront.cli.say import out
from storefront.cli.stopping import Stop, read_settings

app = typer.Typer(help="People and their roles.", no_args_is_help=True)
PLATFORM = NewOrganization("platform", "Platform", "platform")


@app.command("add")
def add(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    role: Annotated[
        str, typer.Option(help="owner, manager or staff of a merchant; operator of the platform.")
    ],
    merchant: Annotated[str, typer.Option(help="The merchant's slug; made if there is none.")] = "",
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    password: Annotated[bool, typer.Option("--password", help="Read a first password from stdin.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Give a person a role. Another role replaces the earlier one; a password that is set stays."""
    if role not in ROLES:
        raise Stop(f"There is no such role as {role}. Choose one of {', '.join(ROLES)}.")
    if role != OPERATOR and not merchant:
        raise Stop(f"Say whose {role} this is: --merchant SLUG.")
    where = PLATFORM if role == OPERATOR else NewOrganization(merchant, merchant)
    first = sys.stdin.readline().rstrip("\n") if password else None
    wish = Enrolment(OrganizationId(""), email, role, name, first)
    account_id, organization_id = asyncio.run(_add(read_settings(), where, wish))
    if as_json:
        typer.echo(json.dumps({"account_id": account_id, "organization_id": organization_id}))
        return
    out.print(f"{email} is {role} of {where.slug}.")


async def _add(
    settings: Settings, where: NewOrganization, wish: Enrolment
) -> tuple[AccountId, OrganizationId]:
    """Raises what `found_organization` and `enrol` raise."""
    store = open_store(settings.database)
    try:
        return await _enrol(store, settings, where, wish)
    finally:
        await store.close()


async def _enrol(
    store: Store, settings: Settings, where: NewOrganization, wish: Enrolment
) -> tuple[AccountId, OrganizationId]:
    clock = DatabaseClock()
    organization_id = await found_organization(where, store=store, clock=clock)
    asked = Enrolment(organization_id, wish.email, wish.role, wish.name, wish.password)
    account_id = await enrol(asked, store=store, clock=clock, keys=settings.keys())
    return account_id, organization_id
