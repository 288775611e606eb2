"""`quorum`: start it, look after it, bring deals in and out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from campaigns.foundation.migrate import upgrade
from campaigns.foundation.settings import Settings
from storefront.cli import deals, demo, doctor, feeds, people, token
from storefront.cli.say import out, step
from storefront.cli.stopping import ending, quieter, read_settings
from storefront.cli.welcome import ready_to_sell, serving_web, stand_in_ready

app = typer.Typer(
    help="Quorum: deals that become real when enough people join.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(deals.app, name="deals")
app.add_typer(token.app, name="token")
app.add_typer(people.app, name="people")
app.add_typer(feeds.app, name="feeds")
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)

Demo = Annotated[bool, typer.Option("--demo", help="Load demo data first, if it is not there yet.")]


@app.command()
def serve(with_demo: Demo = False) -> None:
    """Everything in one process: web, worker and, without a Stripe key, the payment stand-in."""
    from storefront.cli.programs import serve_all
    from storefront.cli.server import bind, port_of

    settings = quieter(read_settings(**({"demo": True} if with_demo else {})))
    with bind(settings.host, settings.port) as listening:
        settings = settings.model_copy(update={"port": port_of(listening)})
        _migrate(settings)
        if with_demo:
            demo.load(settings)
        asyncio.run(serve_all(settings, listening, on_ready=ready_to_sell))


@app.command()
def web() -> None:
    """The web alone, one of any number. Workers run beside it."""
    from storefront.cli.programs import need_processor, serve_web
    from storefront.cli.server import bind, port_of

    settings = read_settings()
    need_processor(settings)
    with bind(settings.host, settings.port) as listening:
        settings = settings.model_copy(update={"port": port_of(listening)})
        asyncio.run(serve_web(settings, listening, on_ready=serving_web))


@app.command()
def worker() -> None:
    """The worker alone, one of any number: decides what is due, carries out what is owed."""
    from scheduler.main import run as run_worker
    from storefront.cli.programs import need_processor

    settings = read_settings()
    need_processor(settings)
    run_worker(settings)


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where it listens on this machine; 0 takes a free port.")
    ] = 8420,
    webhook_url: Annotated[str, typer.Option(help="Where it sends notices; our own web by default.")] = "",
) -> None:
    """The payment stand-in as its own process, for several web and worker processes without a Stripe key."""
    from storefront.cli.programs import serve_stand_in

    settings = read_settings()
    url = webhook_url or f"{settings.address}/webhooks/stripe"
    asyncio.run(serve_stand_in(settings, port, url, on_ready=stand_in_ready))


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables. Run it by hand once, before the new version starts."""
    settings = read_settings()
    _migrate(settings)
    out.print("The database is ready.")


def _migrate(settings: Settings) -> None:
    _make_home(settings.home)
    with step("Preparing the database"):
        upgrade(settings.database)


def _make_home(home: Path) -> None:
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o700)  # the installation's secret will lie here


def run() -> NoReturn:
    """The entry point: every way a command can end, as a status and at most one sentence."""
    ending(lambda: app(standalone_mode=True))
