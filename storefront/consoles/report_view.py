"""A campaign's report as its page shows it: one sentence first, then figures, charts and tables. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.foundation.money import Money
from campaigns.lift.figures import Measure, nearest, outward, supported_step
from campaigns.lift.report import CampaignReport
from campaigns.lift.small_cells import MERGED, CreditRow, shown_count
from campaigns.sharing.credit import DIRECT
from storefront.campaign_words import TONES
from storefront.charts.bars import (
    FEW,
    Bars,
    Incremental,
    Say,
    beside_chart,
    credit_chart,
    funnel_chart,
    signed,
)
from storefront.charts.joins import JoinsChart, joins_chart
from storefront.charts.lift import LiftChart, lift_chart
from storefront.formats import format_money, number, percent, plural

SOURCES = {
    DIRECT: "No link",
    "qr": "QR code",
    "native": "Share sheet",
    "x": "X",
    "line": "LINE",
    "wall": "Wall",
}
_PUBLIC = ("bluesky", "mastodon", "webhook", "links", "venue")


@dataclass(frozen=True)
class VerdictView:
    """`tone` and `symbol` go with the words, never instead of them."""

    tone: str
    symbol: str
    headline: str
    detail: str
    badges: Sequence[str]


@dataclass(frozen=True)
class ReportView:
    """Everything the page shows; a chart is None where there is nothing to draw."""

    verdict: VerdictView
    figures: tuple[tuple[str, str, str], ...]
    funnel: Bars
    credit: Bars
    beside: Bars | None
    lift: LiftChart | None
    joins: JoinsChart | None
    caveats: tuple[str, ...]


def view_of(report: CampaignReport) -> ReportView:
    judged = report.judged
    return ReportView(
        verdict=_verdict(judged),
        figures=_figures(report),
        funnel=funnel_chart([(label, shown_count(count)) for label, count in report.steps]),
        credit=credit_chart(
            [
                (source_words(row), Money(row.net_minor, report.currency), row.orders)
                for row in report.channels
            ],
            Money(sum(row.net_minor for row in report.channels), report.currency),
        ),
        beside=_beside(report),
        lift=_lift(judged) if report.is_decided else None,
        joins=joins_chart(report.joins),
        caveats=caveats(report),
    )


def link_words(report: CampaignReport, row: CreditRow) -> str:
    """A link by its kind and code; rows without one as channels are called."""
    return report.link_names.get(row.source) or source_words(row)


def few(count: int) -> str:
    """The count, or that it is of too few people to be said."""
    return FEW if shown_count(count) is None else number(count)


def source_words(row: CreditRow) -> str:
    """A channel as people say it; rows too small to stand alone say so."""
    if row.source == MERGED:
        return f"Other ({plural(row.merged, 'row', 'rows')})"
    return SOURCES.get(row.source, row.source.capitalize())


def _verdict(judged: Mapping[str, Any] | None) -> VerdictView:
    if judged is None:
        return VerdictView("", "clock", "Nothing counted yet", "the first figures come within minutes", ())
    said = judged["verdict"]
    tone, symbol = TONES[said["code"]]
    return VerdictView(tone, symbol, said["headline"], said["detail"], said["badges"])


def _say(report: CampaignReport) -> Say:
    """Amounts in the unit the campaign counts in, without a sign, as the verdict words them."""
    return Measure(report.metric, report.currency).words


def _figures(report: CampaignReport) -> tuple[tuple[str, str, str], ...]:
    followed = report.attributed
    attributed = format_money(Money(followed.net_minor, report.currency)) if followed else "Too few"
    collected, net = report.total("collected"), report.total("net")
    customers = percent(report.earlier_customers / report.buyers) if report.buyers >= 10 else "Too few"
    return (
        _extra_figure(report),
        ("Attributed to links", attributed, "net, by the last link followed"),
        ("Net of all deals", format_money(net), f"{format_money(collected)} collected, less what went back"),
        ("Were customers before", customers, f"of {plural(report.buyers, 'buyer', 'buyers')}"),
    )


def _extra_figure(report: CampaignReport) -> tuple[str, str, str]:
    """As large as a result would be where there is none (U8)."""
    lift = (report.judged or {}).get("lift")
    label = "Extra sales" if report.metric == "money" else "Extra buyers"
    if lift is None or not report.is_decided:
        return (label, "Not yet known", "see the sentence above")
    extra, say = _rounded(lift["extra"]), _say(report)
    low, high = ("no limit" if math.isinf(end) else signed(end, say) for end in (extra.low, extra.high))
    return (label, signed(extra.value, say), f"{low} to {high}")


def _end(value: float | None, side: int) -> float:
    return side * math.inf if value is None else float(value)


def _rounded(extra: Mapping[str, float | None]) -> Incremental:
    """The same figures as in the verdict: as fine as the interval supports, bounds outward."""
    value, high = float(extra["value"] or 0.0), float(extra["high"] or 0.0)
    if extra["low"] is None:
        return Incremental(value, -math.inf, high)
    step = max(1.0, supported_step(high - extra["low"]))
    return Incremental(nearest(value, step), *outward(extra["low"], high, step))


def _beside(report: CampaignReport) -> Bars | None:
    """Buyers or money, as the campaign counts; no extra before the result is complete."""
    if report.attributed is None:
        return None
    credited = report.attributed.net_minor if report.metric == "money" else report.attributed.captured
    lift = (report.judged or {}).get("lift")
    if lift is None or not report.is_decided:
        return beside_chart(credited, None, _say(report))
    extra = _rounded(lift["extra"])
    drawn = Incremental(extra.value, min(0.0, extra.value), extra.high) if math.isinf(extra.low) else extra
    return beside_chart(credited, drawn, _say(report))


def _lift(judged: Mapping[str, Any] | None) -> LiftChart | None:
    if judged is None or judged["lift"] is None:
        return None
    relative = judged["lift"]["relative"]
    return lift_chart(
        relative["value"],
        _end(relative["low"], -1),
        _end(relative["high"], 1),
        smallest=judged["parameters"]["mde_rel"],
        confidence=percent(1 - judged["parameters"]["alpha"]),
    )


def caveats(report: CampaignReport) -> tuple[str, ...]:
    """What to keep in mind, where it applies (6.3)."""
    judged, said = report.judged, []
    if judged is not None and judged["parameters"]["rung"] == "A":
        said += _of_experiment(report, judged)
    else:
        said.append("Nobody was held out, so these are totals. They do not say what the campaign brought.")
    said.append(
        "Attributed sales followed a link. Some of them would have come anyway; they are not added to extra sales."
    )
    if any(count and shown_count(count) is None for _, count in report.steps):
        said.append("Figures of fewer than 10 people are not shown.")
    return tuple(said)


def _of_experiment(report: CampaignReport, judged: Mapping[str, Any]) -> list[str]:
    fixed = judged["parameters"]
    said = [f"The comparison is about {fixed['what_is_withheld']}, not about the deals themselves."]
    if set(report.campaign.channels) & set(_PUBLIC):
        said.append(
            "Public posts and links reach the holdout too. That makes the lift look smaller than it is."
        )
    if "lower bound" in judged["verdict"]["badges"]:
        said.append(
            "More than 5% of the holdout came by an invited person's link: read the lift as a lower bound."
        )
    if "preliminary" in judged["verdict"]["badges"]:
        said.append("Purchases and refunds still count. Lift is decided when the window is over, not before.")
    goal, smallest = fixed["expected_rel"], fixed["mde_rel"]
    if goal and (smallest is None or goal < smallest):
        said.append("The campaign was launched although it was too small to see the lift that was hoped for.")
    if judged["covariate"] is not None and not judged["covariate"]["used"]:
        said.append("Earlier sales did not make the comparison sharper, so the plain estimate stands.")
    return said
