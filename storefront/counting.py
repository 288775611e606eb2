"""What a deal counts and how that is said: people, vouchers or money (U12, R64). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campaigns.foundation.money import Money
from storefront.formats import format_money, number, people, plural

if TYPE_CHECKING:
    from campaigns.deals.queries import DealCard, DealView


def quantity(deal: DealView | DealCard, count: int) -> str:
    """So much of whatever the threshold counts: `20 people`, `20 vouchers` or `$400`."""
    if deal.threshold_counts == "money":
        return format_money(Money(count, deal.price_now.currency))
    if deal.threshold_counts == "units":
        return plural(count, "voucher", "vouchers")
    return people(count)


def bare_quantity(deal: DealView | DealCard, count: int) -> str:
    """The same without its noun: `20`, or `$400`."""
    return quantity(deal, count) if deal.threshold_counts == "money" else number(count)


def joined_line(deal: DealView | DealCard) -> str:
    """`17 joined`; a threshold in vouchers or money says what was joined with."""
    if deal.threshold_counts == "buyers":
        return f"{number(deal.count)} joined"
    return f"{quantity(deal, deal.count)} so far"


def counted_word(deal: DealView) -> str:
    """The word after the bare count: `joined`, or what a threshold in vouchers or money says instead."""
    if deal.threshold_counts == "units":
        return "voucher so far" if deal.count == 1 else "vouchers so far"
    return "joined" if deal.threshold_counts == "buyers" else "so far"


def needed_line(deal: DealView | DealCard) -> str:
    """`20 needed`."""
    return f"{bare_quantity(deal, deal.threshold)} needed"


def progress_text(deal: DealView | DealCard) -> str:
    """What a screen reader hears for the bar: `17 joined, 20 needed` (U12)."""
    return f"{joined_line(deal)}, {needed_line(deal)}"


def dock_line(deal: DealView | DealCard) -> str:
    """`17/20 joined`; once the deal is on, only `43 joined` (U14)."""
    if deal.tipped_at is not None:
        return joined_line(deal)
    return f"{bare_quantity(deal, deal.count)}/{bare_quantity(deal, deal.threshold)} joined"


def ever_joined_line(deal: DealView) -> str | None:
    """Both counters as soon as they differ, since some people left (R37); None while they agree."""
    if deal.buyers_ever == deal.buyers_active:
        return None
    return f"{people(deal.buyers_ever)} joined in all, {number(deal.buyers_active)} still in"
