"""`quorum feeds`: keys of feed accounts."""

from __future__ import annotations

import asyncio

import typer

from campaigns.foundation.settings import Settings
from campaigns.foundation.store import open_store
from campaigns.sharing.posts.rotate_secrets import rotate_secrets
from storefront.cli.say import out
from storefront.cli.stopping import REFUSED, read_settings

app = typer.Typer(help="Accounts at feeds.", no_args_is_help=True)


@app.callback()
def feeds() -> None:
    """Accounts at feeds."""


@app.command("reseal")
def reseal() -> None:
    """Seal the tokens of all feed accounts with the current secret, so that an earlier one can be taken away.

    Status 1: some were sealed with a secret that is gone; those accounts must be connected again.
    """
    renewed, unreadable = asyncio.run(_reseal(read_settings()))
    out.print(f"Sealed anew: {renewed}.")
    if unreadable:
        out.print(f"Cannot be opened: {unreadable}. Connect these accounts again in the console.")
        raise typer.Exit(REFUSED)


async def _reseal(settings: Settings) -> tuple[int, int]:
    store = open_store(settings.database)
    try:
        return await rotate_secrets(store=store, keys=settings.keys())
    finally:
        await store.close()
