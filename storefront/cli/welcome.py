"""What a program says when it is ready: where it is, who can sign in, what to try."""

from __future__ import annotations

from rich.table import Table

from campaigns.foundation.settings import Settings
from storefront.cli.demo_people import PASSWORD, SIGN_INS
from storefront.cli.say import out


async def ready_to_sell(settings: Settings) -> None:
    """After `quorum serve`."""
    out.print(f"\n[bold]Quorum is open:[/bold] [cyan]{settings.address}[/cyan]")
    if settings.demo:
        _demo_sign_ins(settings)
        _what_to_try(settings)
    if settings.sandboxed:
        out.print("Payments go to a stand-in on this machine. No real money moves.")
    out.print("[dim]Stop with Ctrl-C.[/dim]\n")


def _demo_sign_ins(settings: Settings) -> None:
    table = Table(box=None, padding=(0, 2), show_header=False)
    for sign_in in SIGN_INS:
        table.add_row(sign_in.who, f"[cyan]{sign_in.email}[/cyan]")
    out.print(f"\nSign in at {settings.address}/sign-in, password [bold]{PASSWORD}[/bold]:")
    out.print(table)


def _what_to_try(settings: Settings) -> None:
    out.print("\nTry this:")
    out.print("  1. Join the late show. You are the third of three, so the deal is on.")
    out.print(f"     {settings.address}/deals/balcony-box-late-show")
    out.print("  2. Pay with the first test card of the payment page.")
    out.print("  3. Sign in as venue staff and redeem your voucher.")
    out.print("  4. Sign in as the marketer and read what Dumpling week brought.")
    out.print(f"     {settings.address}/console/campaigns\n")


async def serving_web(settings: Settings) -> None:
    """After `quorum web`."""
    out.print(f"Quorum's web answers at {settings.address} (here: port {settings.port}).")


async def stand_in_ready(settings: Settings) -> None:
    """After `quorum sandbox`."""
    out.print(f"The payment stand-in answers at {settings.stripe_api_base}. No real money moves.")
    out.print(f"Start web and worker with QUORUM_STRIPE_API_BASE={settings.stripe_api_base}")
