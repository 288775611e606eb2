"""The form of a deal: what was typed, as it was typed, and the draft it stands for (U17)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from campaigns.deals.draft import Draft, TypedTier, TypedVenue
from campaigns.deals.typed import Reader
from campaigns.deals.windows import UnknownZone, closing, end_of, opening, zone_named
from campaigns.foundation.errors import FieldError
from campaigns.people.queries import Organization
from storefront.formats import day_and_time, zone_city

_LISTS = ("tiers", "limitations", "venue_ids", "imported_digest")
TEXTS = tuple(field.name for field in fields(Draft) if field.name not in _LISTS)
VENUE_FIELDS = tuple(field.name for field in fields(TypedVenue))
MOST_TIERS = 8
_FIRST_TIER = TypedTier("1", "")
# How the reader's name of a field and ours differ.
_LIMITATION = re.compile(r"limitations\.(\d+)")


@dataclass(frozen=True)
class EditorForm:
    """`texts` are the single fields of a draft by name. `limitations` holds one sentence a line.

    `version` is the one the writer saw, empty for a deal not stored yet.
    """

    texts: Mapping[str, str]
    tiers: tuple[TypedTier, ...]
    limitations: str
    venue_ids: tuple[str, ...]
    venue: TypedVenue
    version: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.limitations.splitlines() if line.strip())

    def draft(self) -> Draft:
        return Draft(**self.texts, tiers=self.tiers, limitations=self.sentences, venue_ids=self.venue_ids)

    def with_tier(self) -> EditorForm:
        """One more empty row in the ladder."""
        return replace(self, tiers=(*self.tiers, TypedTier("", ""))[:MOST_TIERS])

    def without_tier(self, place: int) -> EditorForm:
        kept = (tier for at, tier in enumerate(self.tiers) if at != place or at == 0)
        return replace(self, tiers=tuple(kept))

    def with_venue(self, venue_id: str) -> EditorForm:
        """The venue just added is chosen, and its fields are empty again."""
        empty = TypedVenue("", "", self.venue.city, self.venue.zone)
        return replace(self, venue_ids=(*self.venue_ids, venue_id), venue=empty)

    @property
    def instants(self) -> dict[str, str]:
        """Typed times as instants, by field: what is stored, shown before anybody publishes it (R14)."""
        try:
            zone = zone_named(self.texts["zone"].strip())
        except UnknownZone:
            return {}
        quiet = Reader()
        opens = quiet.wall("opens_at", self.texts["opens_at"])
        closes = quiet.wall("closes_at", self.texts["closes_at"])
        last = quiet.day("ends_on", self.texts["ends_on"])
        found = {
            "opens_at": opening(opens, zone) if opens else None,
            "closes_at": closing(closes, zone) if closes else None,
            "ends_on": end_of(last, zone) if last else None,
        }
        return {name: both_times(at, zone.key) for name, at in found.items() if at is not None}


def both_times(instant: Any, zone: str) -> str:
    """`Fri 27 Nov, 18:00 (Los Angeles), which is Sat 28 Nov, 02:00 UTC`."""
    return f"{day_and_time(instant, zone)} ({zone_city(zone)}), which is {day_and_time(instant, 'UTC')} UTC"


def form_for(merchant: Organization) -> EditorForm:
    """An empty form: the merchant's own zone, and the defaults of every policy."""
    defaults = {field.name: field.default for field in fields(Draft) if isinstance(field.default, str)}
    texts = {name: defaults.get(name, "") for name in TEXTS}
    texts |= {"zone": merchant.zone, "currency": "USD"}
    return EditorForm(texts, (_FIRST_TIER,), "", (), _empty_venue(merchant))


def form_of(draft: Draft, version: int, merchant: Organization) -> EditorForm:
    """A stored draft as its form shows it."""
    texts = {name: getattr(draft, name) for name in TEXTS}
    texts |= {name: _control(texts[name]) for name in ("opens_at", "closes_at")}
    return EditorForm(
        texts,
        draft.tiers,
        "\n".join(draft.limitations),
        draft.venue_ids,
        _empty_venue(merchant),
        str(version),
    )


def _empty_venue(merchant: Organization) -> TypedVenue:
    return TypedVenue("", "", merchant.city, merchant.zone)


def _control(wall: str) -> str:
    """A stored wall time as a date-and-time control takes it, without seconds nobody typed."""
    return wall.replace(" ", "T").removesuffix(":00") if wall.count(":") == 2 else wall.replace(" ", "T")


def form_from(sent: Any) -> EditorForm:
    """What a browser sent; a field that is missing, or is a file, is empty."""

    def text(name: str) -> str:
        value = sent.get(name)
        return value if isinstance(value, str) else ""

    texts = {name: text(name) for name in TEXTS}
    texts["may_waive"] = text("may_waive") or "no"
    venues = tuple(value for value in sent.getall("venues", []) if isinstance(value, str))
    return EditorForm(
        texts,
        tuple(_tiers(text)),
        text("limitations"),
        venues,
        TypedVenue(*(text(f"venue_{name}") for name in VENUE_FIELDS)),
        text("version"),
    )


def _tiers(text: Any) -> list[TypedTier]:
    """The first price and every other row that somebody wrote in."""
    rows = [TypedTier(text(f"tiers.{n}.start"), text(f"tiers.{n}.price")) for n in range(MOST_TIERS)]
    return [rows[0], *(row for row in rows[1:] if row.start.strip() or row.price.strip())]


def by_field(errors: tuple[FieldError, ...], *, prefix: str = "") -> dict[str, str]:
    """Errors by the field of the form they stand at; the first of each."""
    found: dict[str, str] = {}
    for error in errors:
        numbered = _LIMITATION.fullmatch(error.field)
        if numbered:
            found.setdefault("limitations", f"Sentence {int(numbered[1]) + 1}: {error.sentence}")
        else:
            found.setdefault(f"{prefix}{error.field}", error.sentence)
    return found
