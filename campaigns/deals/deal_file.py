"""The deal file: one deal with its merchant and venues, as YAML (see docs/deal-file.md). Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from campaigns.deals.checks import check_publishable
from campaigns.deals.draft import Draft, TypedTier, TypedVenue
from campaigns.deals.drafting import parse
from campaigns.deals.file_source import InvalidDealFile, Source
from campaigns.deals.placing import parse_venue
from campaigns.deals.plan import Plan
from campaigns.deals.windows import UnknownZone, is_relative, relative, zone_named
from campaigns.foundation.errors import InvalidFields
from campaigns.people.found_organization import NewOrganization

_LISTS = ("tiers", "limitations")
_UNTYPED = (*_LISTS, "venue_ids", "imported_digest")
TEXT_KEYS = tuple(field.name for field in fields(Draft) if field.name not in _UNTYPED)
TOP_KEYS = ("publish", "merchant", "venues", "price", *TEXT_KEYS, *_LISTS)
MERCHANT_KEYS = ("slug", "name", "city", "zone")
VENUE_KEYS = tuple(field.name for field in fields(TypedVenue))
_NEEDED = ("title", "summary", "currency", "zone", "opens_at", "threshold", "promo_expires_on")
_TIMES = ("opens_at", "closes_at")
_DATES = (
    "ends_on",
    "list_price_from_on",
    "list_price_until_on",
    "valid_from_on",
    "promo_expires_on",
    "paid_expires_on",
)


@dataclass(frozen=True)
class DealFile:
    """What a file says. Times may still be relative; `digest` is the same for files that say the same."""

    source: Source
    merchant: NewOrganization
    venues: tuple[TypedVenue, ...]
    draft: Draft
    publish: bool
    digest: str

    @property
    def slug(self) -> str:
        return self.draft.slug


def read_deal_file(name: str, text: str) -> DealFile:
    """Raises InvalidDealFile for everything that is wrong with the shape of the file, with lines."""
    source = Source(name, text)
    top = source.keys(source.top, "", TOP_KEYS)
    merchant = _merchant(source, top)
    venues = _venues(source, top, merchant)
    draft = _draft(source, top, merchant)
    if not draft.slug.strip():
        source.refuse("slug", "missing", "Give the deal an address, such as noodle-dinner.")
    publish = _publish(source, top)
    source.finish()
    said = {"merchant": asdict(merchant), "venues": [_told(venue) for venue in venues], "publish": publish}
    digest = sha256(json.dumps(said | {"draft": asdict(draft)}, sort_keys=True).encode()).hexdigest()
    return DealFile(source, merchant, venues, replace(draft, imported_digest=digest), publish, digest)


def plan_of_file(file: DealFile, now: datetime) -> Plan:
    """What the file means now, with venue names for venue ids. Raises InvalidDealFile for every wrong value.

    A file to be published is checked as for publishing.
    """
    source = file.source
    source.mistakes.clear()
    for place, venue in enumerate(file.venues):
        try:
            parse_venue(venue)
        except InvalidFields as reason:
            source.refuse_all(reason.errors, under=f"venues.{place}.")
    names = tuple(venue.name for venue in file.venues)
    try:
        plan = parse(replace(at_that_time(file.draft, now), venue_ids=names))
        if file.publish:
            check_publishable(plan, now)
    except InvalidFields as reason:
        source.refuse_all(reason.errors)
        raise InvalidDealFile(source.name, source.mistakes) from None
    source.finish()
    return plan


def at_that_time(draft: Draft, now: datetime) -> Draft:
    """Relative times and dates such as `+3h` and `+90d` as the wall times and dates they mean at `now`."""
    try:
        zone = zone_named(draft.zone.strip())
    except UnknownZone:
        return draft  # the parser says so
    changes: dict[str, Any] = {}
    for name in (*_TIMES, *_DATES):
        text = getattr(draft, name)
        if is_relative(text):
            wall = relative(text, now, zone)
            changes[name] = wall.date().isoformat() if name in _DATES else wall.isoformat(" ")
    return replace(draft, **changes)


def _merchant(source: Source, top: dict[str, Any]) -> NewOrganization:
    if "merchant" not in top:
        source.refuse("merchant", "missing", "Say whose deal it is, with slug, name, city and zone.")
        return NewOrganization("", "")
    found = source.keys(top["merchant"], "merchant", MERCHANT_KEYS)
    said = {key: source.text(node, f"merchant.{key}").strip() for key, node in found.items()}
    for key in ("slug", "name", "zone"):
        if not said.get(key) and "merchant" in top:
            source.refuse(f"merchant.{key}", "missing", "Fill this in.")
    return NewOrganization(
        said.get("slug", ""), said.get("name", ""), city=said.get("city", ""), zone=said.get("zone", "UTC")
    )


def _venues(source: Source, top: dict[str, Any], merchant: NewOrganization) -> tuple[TypedVenue, ...]:
    """City and zone are the merchant's where a venue names none."""
    venues = []
    for path, node in source.items(top["venues"], "venues") if "venues" in top else ():
        found = source.keys(node, path, VENUE_KEYS)
        said = {"name": "", "address": "", "city": merchant.city, "zone": merchant.zone}
        said |= {key: source.text(value, f"{path}.{key}") for key, value in found.items()}
        venues.append(TypedVenue(**said))
    return tuple(venues)


def _told(venue: TypedVenue) -> dict[str, str]:
    """What a file says of a venue. A place it does not mention is no part of it."""
    places = {name: text for name, text in asdict(venue.place).items() if text.strip()}
    return {name: getattr(venue, name) for name in ("name", "address", "city", "zone")} | places


def _draft(source: Source, top: dict[str, Any], merchant: NewOrganization) -> Draft:
    said: dict[str, Any] = dict.fromkeys(_NEEDED, "") | {"zone": merchant.zone}
    if "zone" not in top:
        source.written_as("zone", "merchant.zone")
    # An empty value is as good as none, so that defaults stand.
    typed = {key: source.text(top[key], key) for key in TEXT_KEYS if key in top}
    said |= {key: text for key, text in typed.items() if text.strip()}
    limitations = source.items(top["limitations"], "limitations") if "limitations" in top else []
    return Draft(
        **said,
        tiers=_tiers(source, top),
        limitations=tuple(source.text(node, path) for path, node in limitations),
    )


def _tiers(source: Source, top: dict[str, Any]) -> tuple[TypedTier, ...]:
    """A ladder under `tiers`, or one `price`."""
    if "price" in top and "tiers" in top:
        source.refuse("price", "two_prices", "Give either one price or tiers, not both.")
    if "price" in top:
        source.written_as("tiers.0.price", "price")
        return (TypedTier("1", source.text(top["price"], "price")),)
    tiers = []
    for path, node in source.items(top["tiers"], "tiers") if "tiers" in top else ():
        found = source.keys(node, path, ("start", "price"))
        said = {key: source.text(value, f"{path}.{key}") for key, value in found.items()}
        tiers.append(TypedTier(said.get("start", ""), said.get("price", "")))
    return tuple(tiers)


def _publish(source: Source, top: dict[str, Any]) -> bool:
    text = source.text(top["publish"], "publish").strip().lower() if "publish" in top else "no"
    if text not in ("yes", "true", "no", "false", ""):
        source.refuse("publish", "unknown_choice", "Write true or false.")
    return text in ("yes", "true")
