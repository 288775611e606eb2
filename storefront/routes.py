"""Every route there is, in one tuple."""

from __future__ import annotations

from pathlib import Path

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from storefront.api.routes import API
from storefront.assets import STATIC
from storefront.consoles.routes import CONSOLES
from storefront.health import HEALTH
from storefront.live.stream import LIVE
from storefront.pages.about import ABOUT
from storefront.pages.advocate import ADVOCATE
from storefront.pages.board import BOARD
from storefront.pages.card import CARD
from storefront.pages.check_in import CHECK_IN
from storefront.pages.deal import DEAL
from storefront.pages.join import JOIN
from storefront.pages.mailbox import MAILBOX
from storefront.pages.order import ORDER
from storefront.pages.short_link import SHORT_LINK
from storefront.pages.sign_in import SIGN_IN
from storefront.pages.unsubscribe import UNSUBSCRIBE
from storefront.pages.voucher import VOUCHER
from storefront.pages.wall import WALL
from storefront.webhooks import WEBHOOKS

# Names change with the content, so a copy never becomes wrong (U32).
_FOR_EVER = CacheControlHeader(max_age=31_536_000, public=True, immutable=True)


def static_files(folder: Path = STATIC / "dist") -> Router:
    folder.mkdir(parents=True, exist_ok=True)
    return create_static_files_router("/static/dist", [folder], cache_control=_FOR_EVER, name="static")


ROUTES = (
    static_files(),
    *HEALTH,
    *SIGN_IN,
    *BOARD,
    *DEAL,
    *CARD,
    *LIVE,
    *JOIN,
    *SHORT_LINK,
    *ADVOCATE,
    *ORDER,
    *VOUCHER,
    *UNSUBSCRIBE,
    *CHECK_IN,
    *CONSOLES,
    *MAILBOX,
    *WALL,
    *ABOUT,
    *WEBHOOKS,
    *API,
)
