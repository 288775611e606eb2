"""Check-ins and redemptions per venue, day and deal (R77). Filters live in the address (U16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from campaigns.checkins.figures import VenueDay, venue_days
from campaigns.checkins.listing import Wanted, deals_met, listed, totals
from campaigns.checkins.queries import CheckInLine
from campaigns.deals.queries import merchant_venues
from campaigns.foundation.store import Unit
from campaigns.people.queries import Organization
from storefront.api.cursors import cursor_of, place_of
from storefront.check_in_words import BY, REASONS, VERDICTS, evidence_line
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.consoles.csv_text import csv_answer, csv_text
from storefront.formats import iso
from storefront.pages.render import page
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_ACT = "see_check_ins"
_ADDRESS = "/console/check-ins"
ROWS_A_PAGE, _MOST_ROWS = 50, 100_000
_DAYS = 14
_DATE_ERROR = "Write a date such as 2026-11-24."
COLUMNS = (
    "received_at", "day_at_venue", "venue", "deal", "source", "state", "reason", "code", "position",
    "distance_band_m", "accuracy_band_m", "inside_percent", "flags", "id",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """The filters as the address says them."""

    merchant: str
    venue: str
    deal: str
    verdict: str
    from_on: str
    until_on: str

    def address(self, path: str = _ADDRESS, **more: str) -> str:
        said = {name: getattr(self, name) for name in self.__dataclass_fields__} | more
        return f"{path}?{urlencode({name: value for name, value in said.items() if value})}"

    @property
    def csv_address(self) -> str:
        return self.address(f"{_ADDRESS}/csv")

    @property
    def narrowed(self) -> bool:
        return bool(self.venue or self.deal or self.verdict or self.from_on or self.until_on)

    @property
    def errors(self) -> dict[str, str]:
        said = {name: getattr(self, name) for name in ("from_on", "until_on")}
        return {name: _DATE_ERROR for name, text in said.items() if text and _day(text) is None}

    def wanted(self, merchant: Organization, after: str = "") -> Wanted:
        """Raises InvalidFields for a cursor that we did not make."""
        state = self.verdict if self.verdict in VERDICTS else ""
        days = (_day(self.from_on), _day(self.until_on))
        return Wanted(merchant.id, self.venue, self.deal, state, *days, place_of(after))


def provide_asked(
    merchant: FromQuery[str] = "",
    venue: FromQuery[str] = "",
    deal: FromQuery[str] = "",
    verdict: FromQuery[str] = "",
    from_on: FromQuery[str] = "",
    until_on: FromQuery[str] = "",
) -> Asked:
    return Asked(merchant, _plain(venue), _plain(deal), verdict, from_on, until_on)


_DEPENDENCIES = {"asked": Provide(provide_asked, sync_to_thread=False)}


@get(_ADDRESS, include_in_schema=False, dependencies=_DEPENDENCIES)
async def check_ins_page(
    request: AnyRequest, asked: NamedDependency[Asked], after: FromQuery[str] = ""
) -> Response[str]:
    """`after` is where the page before ended."""
    merchant = chosen(await merchants_for(request, _ACT), asked.merchant)
    if merchant is None:
        return go("/console")
    site, wanted = site_of(request), asked.wanted(merchant, after)
    async with site.store.read() as unit:
        today = (await site.clock.now(unit)).astimezone(ZoneInfo(merchant.zone)).date()
        lines = await listed(unit, wanted, limit=ROWS_A_PAGE + 1)
        days = await _days(unit, wanted, today)
        shown = lines[:ROWS_A_PAGE]
        return await page(
            request,
            "consoles/check_ins.html",
            status=422 if asked.errors else 200,
            merchant=merchant,
            links=console_links(await actor_behind(request), merchant),
            asked=asked,
            errors=asked.errors,
            choices=await _choices(unit, merchant),
            totals=await totals(unit, wanted),
            days=days,
            redeemed=sum(day.redeemed for day in days),
            rows=shown,
            newer=asked.address() if after else None,
            older=_older(asked, shown) if len(lines) > ROWS_A_PAGE else None,
            verdicts=VERDICTS,
            reasons=REASONS,
            sources=BY,
            evidence=evidence_line,
        )


@get(f"{_ADDRESS}/csv", include_in_schema=False, dependencies=_DEPENDENCIES)
async def check_ins_file(request: AnyRequest, asked: NamedDependency[Asked]) -> Response[str]:
    """Exactly the rows that the page with these filters lists: all of them, up to the newest 100,000."""
    merchant = chosen(await merchants_for(request, _ACT), asked.merchant)
    if merchant is None:
        return go("/console")
    async with site_of(request).store.read() as unit:
        lines = await listed(unit, asked.wanted(merchant), limit=_MOST_ROWS)
    return csv_answer("check-ins.csv", csv_text(COLUMNS, map(_cells, lines)))


async def _days(unit: Unit, wanted: Wanted, today: date) -> Sequence[VenueDay]:
    """The days asked for, or the last fortnight; of the venue and the deal asked for."""
    since_on = wanted.since_on or (wanted.until_on or today) - timedelta(days=_DAYS - 1)
    until_on = wanted.until_on or max(today, since_on)
    found = await venue_days(unit, wanted.organization_id, since_on=since_on, until_on=until_on)
    return [
        day for day in found if wanted.venue_id in ("", day.venue_id) and wanted.deal_id in ("", day.deal_id)
    ]


async def _choices(unit: Unit, merchant: Organization) -> dict[str, list[tuple[str, str]]]:
    venues = [(str(venue.id), venue.name) for venue in await merchant_venues(unit, merchant.id)]
    return {
        "venues": [("", "All venues"), *venues],
        "deals": [("", "All deals"), *await deals_met(unit, merchant.id)],
        "verdicts": [("", "All answers"), *((name, words[0]) for name, words in VERDICTS.items())],
    }


def _older(asked: Asked, shown: Sequence[CheckInLine]) -> str:
    return asked.address(after=cursor_of(shown[-1].received_at, shown[-1].id))


def _cells(line: CheckInLine) -> tuple[object, ...]:
    return (
        iso(line.received_at), line.local_on.isoformat(), line.venue, line.title, line.source, line.state,
        line.reason, line.code, line.position, line.distance_band, line.accuracy_band, line.inside_percent,
        " ".join(line.flags), line.id,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _plain(text: str) -> str:
    """An id, or nothing: what could be none is never asked of the database."""
    return text if len(text) <= 100 and text.isascii() and text.isprintable() else "none"


CHECK_INS = (check_ins_page, check_ins_file)
