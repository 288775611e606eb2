"""Horizontal bars: a funnel, credit by channel, and credited next to incremental."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from campaigns.foundation.money import Money
from storefront.charts.scale import Numbers, Scale
from storefront.formats import format_money, number, percent

Say = Callable[[float], str]
# Where a figure is of fewer people than may be shown.
FEW, NO_LINK = "under 10", "No link"
# A bar of something is never drawn as nothing.
_THINNEST = 1.0


@dataclass(frozen=True)
class Bar:
    """`fill` is percent of the track, `whisker` the ends of an interval on it, `note` what stands behind."""

    label: str
    value: str
    fill: float
    note: str = ""
    tone: str = ""
    whisker: tuple[float, float] | None = None


@dataclass(frozen=True)
class Bars:
    """`finding` is a sentence, `name` is unique on the page."""

    name: str
    heading: str
    finding: str
    bars: tuple[Bar, ...]
    numbers: Numbers


def fill(value: float, most: float) -> float:
    return 0.0 if value <= 0 or most <= 0 else max(_THINNEST, round(100 * min(1.0, value / most), 2))


def funnel_chart(steps: Sequence[tuple[str, int | None]]) -> Bars:
    """People at each step, with the share of the step before where it is one: many come by no link.

    None: fewer people than may be shown.
    """
    counts = [count for _, count in steps if count is not None]
    most, bars, before = max(counts, default=0), [], None
    for label, count in steps:
        share = percent(count / before) if count is not None and before and count <= before else ""
        bars.append(Bar(label, FEW if count is None else number(count), fill(count or 0, most), share))
        before = count
    rows = tuple((bar.label, bar.value, bar.note or "–") for bar in bars)
    return Bars(
        "funnel",
        "From the invitation to the visit",
        _funnel_finding(steps),
        tuple(bars),
        Numbers(("Step", "People", "Of the step before"), rows),
    )


def _funnel_finding(steps: Sequence[tuple[str, int | None]]) -> str:
    known = [(label, count) for label, count in steps if count is not None]
    if len(known) < 2 or known[0][1] == 0:
        return "There is nothing to follow yet."
    (first, before), (last, after) = known[0], known[-1]
    return f"{number(after)} of {number(before)} people got from “{first}” to “{last}”."


def credit_chart(channels: Sequence[tuple[str, Money, int]], total: Money) -> Bars:
    """Credited sales by channel, greatest first; orders beside them."""
    most = max((money.amount_minor for _, money, _ in channels), default=0)
    bars = tuple(
        Bar(
            label,
            format_money(money),
            fill(money.amount_minor, most),
            number(orders),
            "" if label == NO_LINK else "credited",
        )
        for label, money, orders in channels
    )
    rows = tuple((bar.label, bar.value, bar.note) for bar in bars)
    return Bars(
        "credit",
        "Attributed by channel",
        _credit_finding(channels, total),
        bars,
        Numbers(("Channel", "Attributed", "Orders"), rows),
    )


def _credit_finding(channels: Sequence[tuple[str, Money, int]], total: Money) -> str:
    sold = [(label, money) for label, money, _ in channels if money.amount_minor > 0]
    if not sold or total.amount_minor <= 0:
        return "Nothing was sold yet."
    label, money = sold[0]
    share = percent(money.amount_minor / total.amount_minor)
    if label == NO_LINK:
        return f"Most came without a link: {share} of {format_money(total)}."
    return f"{label} comes first, with {share} of {format_money(total)}."


def signed(value: float, say: Say) -> str:
    """`−$120` for less than nothing; `say` writes the amount without a sign."""
    return f"−{say(-value)}" if value < 0 else say(value)


@dataclass(frozen=True)
class Incremental:
    """The extra that a comparison found, with its interval, in the same unit as what was credited."""

    value: float
    low: float
    high: float


def beside_chart(credited: float, extra: Incremental | None, say: Say) -> Bars:
    """Bookkeeping next to a comparison: never added, in different colours, the interval always drawn."""
    ends = [0.0, credited] if extra is None else [0.0, credited, extra.low, extra.high]
    scale = Scale(min(ends), max(*ends, 1.0))
    bars = [Bar("Attributed", say(credited), scale.at(credited), "", "credited")]
    rows = [("Attributed", say(credited), "–")]
    if extra is None:
        finding = f"{say(credited)} followed a link; how much of it is extra cannot be told yet."
    else:
        whisker = (scale.at(extra.low), scale.at(extra.high))
        low, high = signed(extra.low, say), signed(extra.high, say)
        between = f"{low} to {high}"
        bars.append(
            Bar("Extra", signed(extra.value, say), scale.at(max(0.0, extra.value)), between, "extra", whisker)
        )
        rows.append(("Extra", signed(extra.value, say), between))
        about = signed(extra.value, say)
        finding = f"{say(credited)} followed a link; about {about} is extra, between {low} and {high}."
    return Bars(
        "beside",
        "Attributed next to extra",
        finding,
        tuple(bars),
        Numbers(("What", "Amount", "95 % interval"), tuple(rows)),
    )
