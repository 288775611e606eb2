"""A stored deal as somebody would type it, for whoever writes on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from campaigns.deals.draft import Draft, TypedTier
from campaigns.deals.queries import venues_of
from campaigns.deals.rows import deal_page_rows, deals
from campaigns.foundation.ids import DealId
from campaigns.foundation.money import Money
from campaigns.foundation.store import Unit

_LISTS = ("tiers", "limitations", "venue_ids")
_DAY_LENGTH = len("2026-11-30")


@dataclass(frozen=True)
class StoredDraft:
    """`version` goes back with what is written, so that nobody overwrites what they did not see."""

    draft: Draft
    version: int


async def stored_draft(unit: Unit, deal_id: DealId) -> StoredDraft | None:
    """None if there is no such deal. In any state: a published deal can be written anew from this."""
    row = await unit.one(deal_page_rows().where(deals.c.id == deal_id))
    if row is None:
        return None
    names = [field.name for field in fields(Draft) if field.name not in _LISTS]
    typed = {name: _typed(getattr(row, name)) for name in names if name in row._mapping}
    places = [venue.id for venue in (await venues_of(unit, [deal_id]))[deal_id]]
    draft = Draft(
        **{
            **typed,
            **_times(row),
            **_amounts(row),
            "limitations": tuple(row.limitations),
            "venue_ids": tuple(places),
            "imported_digest": None,
        }
    )
    return StoredDraft(draft, row.version)


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _times(row: Any) -> dict[str, str]:
    """Wall times, as they were typed; a window that ends with a day says so."""
    by_day = len(row.closes_wall) == _DAY_LENGTH
    return {
        "opens_at": row.opens_wall,
        "closes_at": "" if by_day else row.closes_wall,
        "ends_on": row.closes_wall if by_day else "",
    }


def _amounts(row: Any) -> dict[str, Any]:
    def written(amount_minor: int) -> str:
        exact = Money(amount_minor, row.currency).decimal
        return f"{int(exact)}" if exact == int(exact) else f"{exact:f}"

    counts_money = row.threshold_counts == "money"
    return {
        "list_price": "" if row.list_price_minor is None else written(row.list_price_minor),
        "threshold": written(row.threshold) if counts_money else str(row.threshold),
        "tiers": tuple(TypedTier(str(tier["start"]), written(tier["price_minor"])) for tier in row.tiers),
    }
