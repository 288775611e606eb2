"""Which share links a browser followed lately, as a signed cookie keeps it and a joining form takes it along (R84)."""

from __future__ import annotations

from litestar.datastructures import Cookie

from campaigns.sharing.join_by_link import MOST_CLICKS, Came
from storefront.site import Connection, Site, site_of

_PURPOSE, _BETWEEN = "via", "~"
_LONGEST = 400


def clicks_in(site: Site, signed: str) -> tuple[str, ...]:
    """Ids of clicks, the last first; none from what we never signed."""
    text = site.keys.unsign(signed, _PURPOSE) if 0 < len(signed) <= _LONGEST else None
    return tuple(text.split(_BETWEEN)[:MOST_CLICKS]) if text else ()


def clicks_of(connection: Connection) -> tuple[str, ...]:
    site = site_of(connection)
    return clicks_in(site, connection.cookies.get(site.browser.via_cookie, ""))


def remember(connection: Connection, click_id: str, *, hours: int) -> Cookie:
    """The cookie with one more click in front."""
    site = site_of(connection)
    kept = (click_id, *clicks_of(connection))[:MOST_CLICKS]
    return site.browser.set_via(site.keys.sign(_BETWEEN.join(kept), _PURPOSE), max_age_s=hours * 3600)


def came(clicks: tuple[str, ...], *, announce: bool, news: bool, name: str) -> Came:
    """What whoever joins brings along."""
    last, earlier = (clicks[0], clicks[1:]) if clicks else (None, ())
    return Came(last, announce=announce, news=news, name=name[:200], earlier=earlier)
