"""`GET /deals/{slug}/live`: the figures of a deal as they change, the same bytes for everybody (U51-U55)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy import select

from campaigns.deals.rows import deals
from campaigns.foundation.errors import NotFound
from storefront.assets import environment
from storefront.live.channel import Mark, Message, as_event
from storefront.live.hub import Hub
from storefront.pages.shown import read_shown
from storefront.security.visitor import client_address
from storefront.site import AnyRequest, Site, site_of

EVENT_STREAM = "text/event-stream"
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_COME_BACK_S = 15


class DealMarks:
    """What the hub asks of the database."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def look(self, slugs: Sequence[str]) -> Mapping[str, Mark]:
        """One statement for all watched deals."""
        columns = (deals.c.slug, deals.c.version, deals.c.opens_at, deals.c.closes_at)
        async with self._site.store.read() as unit:
            now = await self._site.clock.now(unit)
            rows = await unit.all(select(*columns).where(deals.c.slug.in_(slugs)))
        return {row.slug: mark_of(row.version, row.opens_at, row.closes_at, now) for row in rows}

    async def render(self, slug: str) -> Message | None:
        shown = await read_shown(self._site, slug)
        if shown is None:
            return None
        deal = shown.deal
        fragment = environment().get_template("deal/_live.html").render(shown.context())
        mark = mark_of(deal.version, deal.opens_at, deal.closes_at, shown.now)
        return Message(mark, as_event(deal.version, fragment))


def mark_of(version: int, opens_at: datetime, closes_at: datetime, now: datetime) -> Mark:
    return Mark(version, now >= opens_at, now >= closes_at)


def hub_of(request: AnyRequest) -> Hub:
    """The hub of this process, made when the first viewer comes."""
    hub: Hub | None = request.app.state.get("live_hub")
    if hub is None:
        site = site_of(request)
        marks = DealMarks(site)
        hub = request.app.state["live_hub"] = Hub(marks.look, marks.render, site.drain)
        site.metrics.streams.set_function(lambda: hub.streams)
    return hub


@get("/deals/{slug:str}/live", include_in_schema=False)
async def deal_live(request: AnyRequest, slug: FromPath[str]) -> Response[str] | Stream:
    """Server-sent events, the present state first. 503 over the cap: the page then asks for itself (U55)."""
    hub, address = hub_of(request), client_address(request)
    if not hub.has_room(address):
        # Not raised: being full is no fault of ours that somebody would look for in the log.
        headers = {**_HEADERS, "retry-after": str(_COME_BACK_S)}
        return Response("", status_code=503, media_type="text/plain", headers=headers)
    first = await hub.current(slug)
    if first is None:
        raise NotFound(what="deal")
    return Stream(hub.events(slug, first, address), media_type=EVENT_STREAM, headers=_HEADERS)


LIVE = (deal_live,)
