"""The form of a venue: what was typed, as it was typed (U17)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from campaigns.deals.draft import TypedVenue
from campaigns.deals.views import VenueView
from campaigns.people.queries import Organization

NUMBERS = ("radius_m", "max_accuracy_m", "max_position_age_s")
_DEGREES = ("latitude", "longitude")


def empty_venue(merchant: Organization) -> TypedVenue:
    """A new one: the merchant's city and zone, and what a venue asks unless it is told otherwise."""
    usual = {name: str(VenueView.__dataclass_fields__[name].default) for name in NUMBERS}
    return TypedVenue("", "", merchant.city, merchant.zone, **usual)


def typed_of(venue: VenueView) -> TypedVenue:
    """A venue as its form shows it."""
    degrees = {name: getattr(venue, name) for name in _DEGREES}
    return TypedVenue(
        venue.name,
        venue.address,
        venue.city,
        venue.zone,
        **{name: "" if value is None else f"{value:.6f}" for name, value in degrees.items()},
        **{name: str(getattr(venue, name)) for name in NUMBERS},
        self_check_in="yes" if venue.self_check_in else "no",
    )


def typed_from(sent: Any) -> TypedVenue:
    """What a browser sent. What is missing, or is a file, is empty; a box left open says no."""
    found = {field.name: sent.get(field.name) for field in fields(TypedVenue)}
    texts = {name: value if isinstance(value, str) else "" for name, value in found.items()}
    texts["self_check_in"] = texts["self_check_in"] or "no"
    return TypedVenue(**{name: _shortened(name, text) for name, text in texts.items()})


def _shortened(name: str, text: str) -> str:
    """Devices tell degrees with more digits than a place has."""
    whole, dot, digits = text.strip().partition(".")
    return f"{whole}.{digits[:9]}" if name in _DEGREES and dot else text
