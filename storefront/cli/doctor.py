"""`quorum doctor`: is everything as it must be?"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from campaigns.checkins.invariants import violations
from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.settings import Settings
from campaigns.foundation.store import open_store
from campaigns.orders.invariants import Violation, broken_chains
from scheduler.main import check_start
from storefront.cli.say import out
from storefront.cli.stopping import REFUSED, UNFIT, as_stop, read_settings


@dataclass(frozen=True)
class Finding:
    """What a look at the installation found. `problem` says why it could not look."""

    violations: tuple[Violation, ...] = ()
    problem: str | None = None

    @property
    def status(self) -> int:
        """0 clean, 1 violated, 2 could not look."""
        return UNFIT if self.problem else REFUSED if self.violations else 0


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    audit: Annotated[bool, typer.Option("--audit", help="Check every signature of the audit trail.")] = False,
) -> None:
    """Check the installation and every invariant of its data. Repairs nothing.

    Status 0: all is well. 1: something is violated. 2: it could not look.
    """
    finding = _look(audit)
    if as_json:
        typer.echo(json.dumps(asdict(finding) | {"status": finding.status}))
    else:
        _show(finding, audit)
    raise typer.Exit(finding.status)


def _look(audit: bool) -> Finding:
    try:
        return asyncio.run(_examine(read_settings(), audit))
    except Exception as fault:
        stop = as_stop(fault)
        if stop is None:
            raise
        return Finding(problem=str(stop))


async def _examine(settings: Settings, audit: bool) -> Finding:
    store = open_store(settings.database)
    try:
        await check_start(store)
        async with store.read() as unit:
            found = await violations(unit, await DatabaseClock().now(unit))
            if audit:
                found += await broken_chains(unit, settings.keys())
        return Finding(tuple(found))
    finally:
        await store.close()


def _show(finding: Finding, audit: bool) -> None:
    if finding.problem:
        out.print(f"[red]Could not look.[/red] {finding.problem}")
        return
    for violation in finding.violations:
        out.print(f"[red]{violation.id}[/red]  {violation.count} {violation.sentence}")
    if not finding.violations:
        trail = ", audit trail included" if audit else ""
        out.print(f"[green]All is well:[/green] no invariant is violated{trail}.")
