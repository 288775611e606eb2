"""Write a deal as a deal file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import yaml
from sqlalchemy import select

from campaigns.deals.deal_file import MERCHANT_KEYS, TOP_KEYS, VENUE_KEYS
from campaigns.deals.queries import venues_of
from campaigns.deals.rows import deal_page_rows, deals
from campaigns.deals.views import VenueView
from campaigns.foundation.errors import NotFound
from campaigns.foundation.money import Money
from campaigns.foundation.store import Store, Unit
from campaigns.people.rows import organization


class _Dumper(yaml.SafeDumper):
    """Writes paragraphs as people do, as a block of lines."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


async def export_deal(slug: str, *, store: Store) -> str:
    """YAML that imports as this deal, with its merchant, its venues and every policy. Raises NotFound."""
    async with store.read() as unit:
        row = await unit.one(deal_page_rows().where(deals.c.slug == slug))
        if row is None:
            raise NotFound(what="deal")
        said = await _said(unit, row)
    kept = {key: said[key] for key in TOP_KEYS if said.get(key) not in (None, "", [])}
    return yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


async def _said(unit: Unit, row: Any) -> dict[str, Any]:
    merchant = await unit.one(select(organization).where(organization.c.id == row.organization_id))
    venues = (await venues_of(unit, [row.id]))[row.id]
    same = {key: getattr(row, key) for key in TOP_KEYS if key in row._mapping}
    return {
        **same,
        **_times(row),
        **_prices(row),
        "publish": row.published_at is not None,
        "merchant": {key: getattr(merchant, key) for key in MERCHANT_KEYS},
        "venues": [_venue(venue) for venue in venues],
    }


def _venue(venue: VenueView) -> dict[str, Any]:
    """A venue that nobody placed says nothing of its place."""
    said = {key: getattr(venue, key) for key in VENUE_KEYS}
    if venue.latitude is None:
        return {key: said[key] for key in ("name", "address", "city", "zone")}
    return said


def _times(row: Any) -> dict[str, Any]:
    """Local times, as they were typed; a window that ends with a day says so."""
    opens = datetime.fromisoformat(row.opens_wall)
    if len(row.closes_wall) == len("2026-11-30"):
        return {"opens_at": opens, "closes_at": None, "ends_on": date.fromisoformat(row.closes_wall)}
    return {"opens_at": opens, "closes_at": datetime.fromisoformat(row.closes_wall)}


def _prices(row: Any) -> dict[str, Any]:
    tiers = [
        {"start": tier["start"], "price": _amount(tier["price_minor"], row.currency)} for tier in row.tiers
    ]
    prices = {"price": tiers[0]["price"], "tiers": None} if len(tiers) == 1 else {"tiers": tiers}
    listed = None if row.list_price_minor is None else _amount(row.list_price_minor, row.currency)
    threshold = row.threshold
    if row.threshold_counts == "money":
        threshold = _amount(threshold, row.currency)
    return {**prices, "list_price": listed, "threshold": threshold}


def _amount(amount_minor: int, code: str) -> int | str:
    """A whole amount as a number, any other as text, so that no reader makes a float of it."""
    exact = Money(amount_minor, code).decimal
    return int(exact) if exact == int(exact) else f"{exact:f}"
