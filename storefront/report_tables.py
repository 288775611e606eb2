"""A campaign's report as files: one CSV per table, and the same as JSON with all that the comparison was made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from campaigns.lift.report import SCHEMA, CampaignReport
from campaigns.lift.small_cells import CreditRow, shown_count

Table = tuple[tuple[str, ...], list[tuple[Any, ...]]]
_CREDIT = (
    "source",
    "clicks",
    "orders",
    "captured",
    "gross_minor",
    "collected_minor",
    "refunded_minor",
    "net_minor",
    "merged",
)
_CLUSTER = ("arm", "stratum", "n_eligible", "y", "y_money_minor", "x_pre_minor", "contaminated")


def funnel_table(report: CampaignReport) -> Table:
    return ("step", "people"), [(step, shown_count(count)) for step, count in report.steps]


def deals_table(report: CampaignReport) -> Table:
    """Gross is what was committed to, collected what was charged, net collected less what went back (R85)."""
    head = ("deal_id", "title", "buyers", "earlier_customers", "currency")
    rows = [
        (
            deal.id,
            deal.title,
            shown_count(deal.buyers),
            _customers(deal.buyers, deal.earlier_customers),
            report.currency,
            *(
                getattr(deal, column).amount_minor
                for column in ("gross", "dropped", "collected", "returned", "net")
            ),
        )
        for deal in report.deals
    ]
    return (*head, "gross_minor", "dropped_minor", "collected_minor", "returned_minor", "net_minor"), rows


def _customers(buyers: int, earlier: int) -> int | None:
    """None where customers, or those who were none, are too few to be told apart."""
    few = shown_count(earlier) is None or shown_count(buyers - earlier) is None
    return None if few else earlier


def _credit_table(rows: Sequence[CreditRow]) -> Table:
    return _CREDIT, [tuple(getattr(row, name) for name in _CREDIT) for row in rows]


def channels_table(report: CampaignReport) -> Table:
    return _credit_table(report.channels)


def links_table(report: CampaignReport) -> Table:
    return _credit_table(report.links)


def joins_table(report: CampaignReport) -> Table:
    return ("joined_on", "orders"), [(day.isoformat(), count) for day, count in report.joins]


def days_table(report: CampaignReport) -> Table:
    """Each movement of money on its own day (R85); no day where what they add up to is of too few people."""
    columns = ("gross", "dropped", "collected", "returned", "net")
    rows = [
        (day.on.isoformat(), report.currency, *(getattr(day.sums, name).amount_minor for name in columns))
        for day in report.days
    ]
    return ("moved_on", "currency", *(f"{name}_minor" for name in columns)), rows


def clusters_table(report: CampaignReport) -> Table:
    """Groups of ten people or more, without names. Sums of smaller ones stand in the JSON."""
    groups = (report.judged or {}).get("clusters", [])
    return _CLUSTER, [tuple(group[name] for name in _CLUSTER) for group in groups]


TABLES: Mapping[str, Callable[[CampaignReport], Table]] = {
    "funnel": funnel_table,
    "deals": deals_table,
    "channels": channels_table,
    "links": links_table,
    "joins": joins_table,
    "days": days_table,
    "clusters": clusters_table,
}


def as_json(report: CampaignReport) -> dict[str, Any]:
    """The JSON twin of the page. `lift` is what the comparison stored; null before the first."""
    campaign = report.campaign
    return {
        "schema": SCHEMA,
        "campaign": {
            "id": campaign.id,
            "name": campaign.name,
            "goal": campaign.goal,
            "tag": campaign.tag,
            "channels": list(campaign.channels),
            "state": campaign.state,
            "launched_at": _instant(campaign.launched_at),
            "ended_at": _instant(campaign.ended_at),
        },
        "read_at": _instant(report.at),
        "currency": report.currency,
        "metric": report.metric,
        "credit_rule": {"model": "last_link_followed", "hours": campaign.referral_hours},
        "totals_minor": {
            column: report.total(column).amount_minor for column in ("gross", "collected", "returned", "net")
        },
        "attributed_minor": report.attributed.net_minor if report.attributed else None,
        "tables": {name: _objects(table(report)) for name, table in TABLES.items() if name != "clusters"},
        "lift": report.judged,
    }


def _objects(table: Table) -> list[dict[str, Any]]:
    head, rows = table
    return [dict(zip(head, row, strict=True)) for row in rows]


def _instant(value: Any) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
