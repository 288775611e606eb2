"""The demo's mailbox: letters that would have been sent, where neither money nor mail leaves this machine."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from campaigns.foundation.errors import NotFound
from storefront.pages.render import page
from storefront.security.headers import NO_REFERRER
from storefront.site import AnyRequest, Mailbox, site_of

# Letters hold the addresses of orders and vouchers.
_OPT = {NO_REFERRER: True}
_SHOWN = 100
_FIRST_TOO_LARGE = 2**63


def _mailbox(request: AnyRequest) -> Mailbox:
    """Raises NotFound where mail goes out for real, or money does."""
    site = site_of(request)
    if site.mailbox is None or not site.settings.sandboxed:
        raise NotFound(what="mailbox")
    return site.mailbox


@get("/mailbox", include_in_schema=False, opt=_OPT)
async def mailbox_page(request: AnyRequest, to: FromQuery[str] = "") -> Response[str]:
    """The newest letters, to everybody or to one address."""
    letters = await _mailbox(request).letters(_SHOWN, to.strip() or None)
    return await page(request, "mailbox/list.html", letters=letters, to=to.strip())


@get("/mailbox/{letter_id:int}", include_in_schema=False, opt=_OPT)
async def letter_page(request: AnyRequest, letter_id: FromPath[int]) -> Response[str]:
    mailbox = _mailbox(request)
    letter = await mailbox.letter(letter_id) if 0 < letter_id < _FIRST_TOO_LARGE else None
    if letter is None:
        raise NotFound(what="letter")
    return await page(request, "mailbox/letter.html", letter=letter)


MAILBOX = (mailbox_page, letter_page)
