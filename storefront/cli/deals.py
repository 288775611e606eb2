"""`quorum deals`: bring deals in and out as files, and look at them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Column, Table
from sqlalchemy.exc import OperationalError, ProgrammingError

from campaigns.deals.deal_file import read_deal_file
from campaigns.deals.export_deal import export_deal
from campaigns.deals.file_source import InvalidDealFile
from campaigns.deals.import_deal import import_deal
from campaigns.deals.queries import DealView
from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.errors import NotFound, Refusal
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, open_store
from campaigns.orders import board
from storefront.cli.stopping import REFUSED, UNFIT, Stop, read_settings

app = typer.Typer(help="Import, export and look at deals.", no_args_is_help=True)
# Titles are other people's words and never markup.
_out, _err = Console(markup=False, highlight=False), Console(stderr=True)

T = TypeVar("T")
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Slug = Annotated[str, typer.Argument(help="The last part of the deal's address.")]


@app.command("import")
def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Deal files; see docs/deal-file.md.", exists=True, dir_okay=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, store nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make deals of files, or bring drafts up to date. Importing the same files again changes nothing."""
    results = _run(_import(files, dry_run, quiet=as_json))
    if as_json:
        _out.print_json(json.dumps(results))
    else:
        _show_results(results, dry_run)
    if any(result["outcome"] == "refused" for result in results):
        raise typer.Exit(REFUSED)


@app.command("export")
def export(slug: Slug) -> None:
    """Write a deal as a file to the standard output."""

    async def work() -> str:
        async with _store() as store:
            return await export_deal(slug, store=store)

    typer.echo(_run(work()), nl=False)


@app.command("list")
def list_deals(as_json: AsJson = False) -> None:
    """Every deal of every merchant, those closing first in front."""
    views = _run(_all())
    if as_json:
        _out.print_json(json.dumps([_brief(view) for view in views]))
        return
    if not views:
        _out.print("There are no deals yet. Import some: quorum deals import examples/deals/*.yaml")
        return
    table = Table(Column("Slug", no_wrap=True), "Merchant", "State", "Joined", "Closes", box=None)
    for view in views:
        joined = f"{_counted(view, view.count)} of {_counted(view, view.threshold)}"
        table.add_row(view.slug, view.merchant_name, view.state, joined, _local(view))
    _out.print(table)


@app.command("show")
def show(slug: Slug, as_json: AsJson = False) -> None:
    """One deal with its count, window and limitations."""
    view = _run(_one(slug))
    if as_json:
        _out.print_json(json.dumps(asdict(view), default=_plain))
        return
    _out.print(f"{view.title}  {view.merchant_name}, {view.city}", style="bold")
    table = Table(show_header=False, box=None)
    table.add_row("State", f"{view.state} ({view.phase})")
    joined = f"{_counted(view, view.count)} of {_counted(view, view.threshold)} {view.threshold_counts}"
    table.add_row("Joined", f"{joined}; {view.buyers_ever} people ever")
    for tier in view.tiers:
        table.add_row(f"From {tier.start}", f"{tier.price}{'  now' if tier.current else ''}")
    table.add_row(
        "Places", "no limit" if view.capacity is None else f"{view.units_taken} of {view.capacity} taken"
    )
    table.add_row("Opens", f"{view.opens_at:%Y-%m-%d %H:%M} UTC")
    table.add_row("Closes", f"{view.closes_at:%Y-%m-%d %H:%M} UTC, {_local(view)} in {view.zone}")
    for label, sentence in view.limitations:
        table.add_row(label, sentence)
    _out.print(table)


async def _import(files: list[Path], dry_run: bool, *, quiet: bool) -> list[dict[str, Any]]:
    clock, results = DatabaseClock(), []
    async with _store() as store:
        for path in track(files, "Importing", console=_err, disable=quiet or len(files) < 3, transient=True):
            result: dict[str, Any] = {"file": str(path)}
            try:
                file = read_deal_file(str(path), path.read_text(encoding="utf-8"))
                result |= asdict(await import_deal(file, store=store, clock=clock, dry_run=dry_run))
            except InvalidDealFile as reason:
                mistakes = [asdict(mistake) | {"text": str(mistake)} for mistake in reason.mistakes]
                result |= {"outcome": "refused", "code": reason.code, "mistakes": mistakes}
            except UnicodeDecodeError:
                result |= {
                    "outcome": "refused",
                    "code": "not_utf8",
                    "sentence": "This is not a text file in UTF-8.",
                }
            except Refusal as reason:
                result |= {"outcome": "refused", "code": reason.code, "sentence": str(reason)}
            results.append(result)
    return results


def _show_results(results: list[dict[str, Any]], dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    for result in results:
        if result["outcome"] != "refused":
            typer.echo(f"{result['slug']}: {would}{result['outcome']}, {result['state']}")
            continue
        for mistake in result.get("mistakes", ()):
            typer.echo(mistake["text"], err=True)
        if "sentence" in result:
            typer.echo(f"{result['file']}: {result['sentence']}", err=True)


async def _all() -> list[DealView]:
    async with _store() as store, store.read() as unit:
        return await board.every_deal(unit, await DatabaseClock().now(unit))


async def _one(slug: str) -> DealView:
    async with _store() as store, store.read() as unit:
        view = await board.deal_by_slug(unit, slug, await DatabaseClock().now(unit))
    if view is None:
        raise NotFound(what="deal")
    return view


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    settings = read_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.database)
    try:
        yield store
    finally:
        await store.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Do the work. Raises Stop for a database without tables, and what the work raises."""
    try:
        return asyncio.run(work)
    except (OperationalError, ProgrammingError) as reason:
        sentence = f"The database cannot be used: {reason.orig}. If it is new, run quorum migrate first."
        raise Stop(sentence, status=UNFIT) from None


def _brief(view: DealView) -> dict[str, Any]:
    names = ("slug", "title", "merchant_name", "state", "phase", "count", "threshold", "threshold_counts")
    times = {name: getattr(view, name).isoformat() for name in ("opens_at", "closes_at")}
    return {name: getattr(view, name) for name in names} | {"price_now": str(view.price_now)} | times


def _counted(view: DealView, count: int) -> str:
    return str(Money(count, view.currency)) if view.threshold_counts == "money" else str(count)


def _local(view: DealView) -> str:
    return f"{view.closes_at.astimezone(ZoneInfo(view.zone)):%Y-%m-%d %H:%M %Z}"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
