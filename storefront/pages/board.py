"""The board: which deals there are. Its views live in the address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from litestar import Response, get
from litestar.params import FromQuery

from campaigns.deals.views import DealCard
from campaigns.foundation.store import Unit
from campaigns.orders.board import board
from storefront.pages.render import public_page
from storefront.site import AnyRequest, site_of

_SOON = timedelta(hours=48)
# So close to the threshold that one more friend may matter: a quarter of it missing at most, or five.
_ALMOST_SHARE, _ALMOST_MISSING = 4, 5

_Keep = Callable[[DealCard, datetime], bool]


def _is_almost_on(card: DealCard, now: datetime) -> bool:
    near = card.missing * _ALMOST_SHARE <= card.threshold
    if card.threshold_counts != "money":
        near = near or card.missing <= _ALMOST_MISSING
    return card.tipped_at is None and not card.sold_out and near


def _ends_soon(card: DealCard, now: datetime) -> bool:
    return card.closes_at - now <= _SOON


def _any(card: DealCard, now: datetime) -> bool:
    return True


# View in the address -> the questions asked of the board, and what is kept of the answers.
_VIEWS: dict[str, tuple[tuple[str, ...], _Keep]] = {
    "all": (("open", "scheduled"), _any),
    "almost-on": (("open",), _is_almost_on),
    "ending-soon": (("open",), _ends_soon),
    "on": (("tipped",), _any),
    "upcoming": (("scheduled",), _any),
    "past": (("past",), _any),
}


@get("/", include_in_schema=False)
async def board_page(request: AnyRequest, show: FromQuery[str] = "all") -> Response[str]:
    """Public deals; an unknown view shows all of them."""
    site, view = site_of(request), show if show in _VIEWS else "all"
    async with site.store.read() as unit:
        cards = await _cards(unit, view, await site.clock.now(unit))
    return public_page(request, "board/index.html", show=view, cards=cards)


async def _cards(unit: Unit, view: str, now: datetime) -> Sequence[DealCard]:
    asked, keep = _VIEWS[view]
    found = [card for which in asked for card in await board(unit, now, which) if keep(card, now)]
    if view == "almost-on":
        return sorted(found, key=lambda card: card.missing / card.threshold)
    return sorted(found, key=lambda card: card.closes_at, reverse=True) if view == "past" else found


BOARD = (board_page,)
