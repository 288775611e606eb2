"""Demo data: merchants, deals in every state, buyers who joined and paid; for an empty database, once."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import track
from sqlalchemy import func, select

from campaigns.deals.rows import deals
from campaigns.foundation.clock import DatabaseClock, ManualClock
from campaigns.foundation.facts import Fact, history, record
from campaigns.foundation.migrate import downgrade, upgrade
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import Store, Unit, open_store
from campaigns.people.rows import organization
from integrations.adapters import state_path
from storefront.cli.say import out, step
from storefront.cli.stopping import Stop, quieter, read_settings

if TYPE_CHECKING:
    from storefront.cli.demo_play import Moment

_SUBJECT = "demo"
SEED = 7
_BEGUN, _LOADED = "demo_begun", "demo_loaded"


def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Forget the demo's database first.")] = False,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Play a fortnight of every room, as `serve --demo` does.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed is another story.")] = SEED,
) -> None:
    """Load demo data into an empty database; with --reset make all of it new, with times counted from now."""
    settings = quieter(read_settings(demo=True))
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database)
    if reset:
        _reset(settings)
    load(settings, seed if simulate else None)


def load(settings: Settings, seed: int | None = SEED) -> None:
    """Load demo data unless it is there: the fortnight of this seed, or the deals of the last days alone.

    Raises Stop for a database with other data in it.
    """
    if not settings.sandboxed or settings.stripe_api_base:
        raise Stop(
            "The demo's buyers pay at the stand-in of this process. Unset STRIPE_API_KEY and"
            " QUORUM_STRIPE_API_BASE to load it."
        )
    state, since = asyncio.run(_state(settings))
    if state == "loaded":
        out.print(f"[green]✓[/green] Demo data is there, from {since:%Y-%m-%d %H:%M} UTC.")
        out.print("  [dim]Deals close as days pass; quorum demo --reset makes them new.[/dim]")
        return
    if state == "other":
        raise Stop(
            "This database holds data that is not the demo's. Give the demo its own: QUORUM_HOME=demo quorum"
            " serve --demo."
        )
    if state == "begun":
        out.print("Loading was interrupted the last time; it begins again.")
        _empty(settings)
    asyncio.run(_load(settings, seed))


def _reset(settings: Settings) -> None:
    state, _ = asyncio.run(_state(settings))
    if state == "other":
        raise Stop("This database holds data that is not the demo's, so nothing was forgotten.")
    if state != "empty":
        _empty(settings)


def _empty(settings: Settings) -> None:
    with step("Forgetting the old demo"):
        downgrade(settings.database, "base")
        upgrade(settings.database)
        for path in (state_path(settings), settings.home / "mailbox.db"):
            for beside in ("", "-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)


async def _state(settings: Settings) -> tuple[str, datetime | None]:
    """`empty`, `begun`, `loaded`, or `other` for data that did not come from here; and since when."""
    store = open_store(settings.database)
    try:
        async with store.read() as unit:
            marks = {recorded.fact.name: recorded.fact.at for recorded in await history(unit, _SUBJECT)}
            if marks:
                return ("loaded", marks[_LOADED]) if _LOADED in marks else ("begun", marks[_BEGUN])
            return ("other" if await _holds_data(unit) else "empty"), None
    finally:
        await store.close()


async def _holds_data(unit: Unit) -> bool:
    counts = [await unit.value(select(func.count()).select_from(table)) for table in (organization, deals)]
    return any(counts)


async def _load(settings: Settings, seed: int | None) -> None:
    from storefront.cli.demo_play import play
    from storefront.cli.demo_stage import a_stage

    store = open_store(settings.database)
    try:
        async with store.read() as unit:
            now = await DatabaseClock().now(unit)
        await _mark(store, _BEGUN, now)
        happened = _story(now, seed)
        async with a_stage(settings, store, ManualClock(happened[0].at)) as stage:
            await stage.open_doors()
            silent = not out.is_terminal
            for moment in track(happened, "Loading demo data", console=out, transient=True, disable=silent):
                await play(stage, moment)
            stage.clock.at = now
            await stage.settle_down()
            if seed is not None:
                await stage.count()
        await _mark(store, _LOADED, now)
    finally:
        await store.close()
    out.print(f"[green]✓[/green] Demo data: {len(happened)} things have happened.")


def _story(now: datetime, seed: int | None) -> list[Moment]:
    from storefront.cli.demo_play import moments

    if seed is None:
        return moments(now)
    from storefront.cli.fortnight.story import fortnight

    return sorted([*moments(now), *fortnight(now, seed)], key=lambda moment: moment.at)


async def _mark(store: Store, name: str, now: datetime) -> None:
    async with store.begin() as unit:
        await record(unit, [Fact(name, _SUBJECT, now)])
