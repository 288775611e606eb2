"""`quorum token`: keys for programs."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer

from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import open_store
from campaigns.people.create_token import CreatedToken, NewToken, create_token
from campaigns.people.queries import account_by_email, actor_of, organization_by_slug
from storefront.cli.say import err
from storefront.cli.stopping import read_settings

app = typer.Typer(help="Keys for programs.", no_args_is_help=True)


@app.command("create")
def create(
    merchant: Annotated[str, typer.Option(help="The merchant's slug.")],
    owner: Annotated[str, typer.Option(help="The e-mail address of an owner, in whose name it acts.")],
    scopes: Annotated[list[str], typer.Option("--scope", help="An act it may do; repeat for more.")],
    name: Annotated[str, typer.Option(help="What the token is called in the console.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=365, help="How long it lives.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Create an API token of a merchant. It is shown once and cannot be read again."""
    wish = NewToken(OrganizationId(merchant), name, tuple(scopes), timedelta(days=days))
    made = asyncio.run(_create(read_settings(), wish, owner))
    if as_json:
        typer.echo(json.dumps({"id": made.id, "token": made.token}))
        return
    typer.echo(made.token)
    err.print("Keep it now: it is not shown again. Send it as Authorization: Bearer TOKEN.")


async def _create(settings: Settings, wish: NewToken, owner: str) -> CreatedToken:
    """`wish` names its merchant by slug. Raises NotFound and what `create_token` raises."""
    store, clock = open_store(settings.database), DatabaseClock()
    try:
        async with store.read() as unit:
            organization = await organization_by_slug(unit, wish.organization_id)
            account = await account_by_email(unit, owner)
            if organization is None:
                raise NotFound(what=f"merchant as {wish.organization_id}")
            if account is None:
                raise NotFound(what=f"account as {owner}")
            actor = await actor_of(unit, account.id)
        asked = replace(wish, organization_id=organization.id)
        return await create_token(asked, actor=actor, store=store, clock=clock, keys=settings.keys())
    finally:
        await store.close()
