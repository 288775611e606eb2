"""From a venue as people typed it to the columns it stands for. Pure."""

from __future__ import annotations

from typing import Any

from campaigns.deals.draft import TypedPlace, TypedVenue
from campaigns.deals.drafting import zone_of
from campaigns.deals.typed import Reader

# What a venue may say: least, most (R77).
LIMITS = {"radius_m": (20, 5000), "max_accuracy_m": (10, 1000), "max_position_age_s": (30, 600)}


def parse_venue(typed: TypedVenue) -> dict[str, Any]:
    """The columns of a venue; those of its place only as far as something was typed. Raises InvalidFields."""
    reader = Reader()
    zone = zone_of(typed.zone, reader)
    columns = {
        "name": reader.text("name", typed.name, least=2, most=80),
        "address": reader.text("address", typed.address, least=3, most=200),
        "city": reader.text("city", typed.city, most=80),
        "zone": zone.key,
    }
    columns |= _place(typed.place, reader)
    reader.finish()
    return columns


def parse_place(typed: TypedPlace) -> dict[str, Any]:
    """The columns of a place. A position left empty is taken away. Raises InvalidFields."""
    reader = Reader()
    columns = {"latitude": None, "longitude": None, **_place(typed, reader)}
    reader.finish()
    return columns


def _place(typed: TypedPlace, reader: Reader) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, (least, most) in LIMITS.items():
        found = reader.limit(name, getattr(typed, name), least=least, most=most)
        columns |= {} if found is None else {name: found}
    if typed.latitude.strip() or typed.longitude.strip():
        columns["latitude"] = reader.degrees("latitude", typed.latitude, most=90)
        columns["longitude"] = reader.degrees("longitude", typed.longitude, most=180)
    if typed.self_check_in.strip():
        columns["self_check_in"] = reader.yes("self_check_in", typed.self_check_in)
        if columns["self_check_in"] and "latitude" not in columns:
            reader.refuse("self_check_in", "no_position", "Place the venue before people check in alone.")
    return columns
