"""`/deals/{slug}/card.png`: the preview card with live progress and price, drawn once per version (U62)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from functools import cache

from litestar import Response, get
from litestar.params import FromPath

from campaigns.deals.views import DealView
from campaigns.foundation.errors import NotFound
from campaigns.orders.board import deal_page
from campaigns.sharing.card import CardWords, draw_card
from storefront import words
from storefront.assets import STATIC, static_url
from storefront.formats import format_money
from storefront.site import AnyRequest, site_of

_FRESH = {"cache-control": "public, max-age=60"}
_MOST = 64
# One at a time: a popular post brings many fetchers at once, and drawing takes a core.
_turn = asyncio.Semaphore(1)
_drawn: OrderedDict[CardWords, bytes] = OrderedDict()


@get("/deals/{slug:str}/card.png", include_in_schema=False)
async def card_picture(request: AnyRequest, slug: FromPath[str]) -> Response[bytes]:
    """A PNG of 1200 by 630 with the figures of now; 404 for a draft. `v` in the address is for caches alone."""
    site = site_of(request)
    async with site.store.read() as unit:
        deal = await deal_page(unit, slug, await site.clock.now(unit))
    if deal is None:
        raise NotFound(what="deal")
    return Response(await _picture(card_words(deal)), media_type="image/png", headers=_FRESH)


def card_words(deal: DealView) -> CardWords:
    """What the card says: the words of the deal's page."""
    return CardWords(
        kicker=" · ".join(part for part in (deal.city, deal.merchant_name) if part),
        title=deal.title,
        price=format_money(deal.price_now),
        headline=words.headline(deal),
        joined=words.joined_line(deal),
        fills=tuple(round(part.fill, 3) for part in deal.segments[:4]),
        on=deal.phase in ("tipped", "sold_out", "settling", "settled"),
    )


async def _picture(said: CardWords) -> bytes:
    async with _turn:
        if said not in _drawn:
            _drawn[said] = await asyncio.to_thread(draw_card, said, _face())
            while len(_drawn) > _MOST:
                _drawn.popitem(last=False)
        _drawn.move_to_end(said)
        return _drawn[said]


@cache
def _face() -> bytes:
    """The font of the pages, as it was put there at the set-up."""
    return (STATIC / static_url("figtree.woff2").removeprefix("/static/")).read_bytes()


CARD = (card_picture,)
