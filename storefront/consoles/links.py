"""The links of a deal as its merchant sees them: who passes it on, and what each link brought (R84, R85)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from campaigns.foundation.errors import InvalidFields, NotFound, Refusal
from campaigns.foundation.money import Money
from campaigns.people.rules import InvalidEmail, may
from campaigns.sharing.credit import DIRECT, CreditLine, by_channel, credit, total
from campaigns.sharing.end_link import end_link, reopen_link
from campaigns.sharing.give_link import merchant_link
from campaigns.sharing.invite_advocate import Invitation, NothingToShare, invite_advocate
from campaigns.sharing.link_queries import ShareLink, link_by_id, links_of_deal
from storefront.consoles.access import OpenedDeal, console_links, go, open_deal, texts_of
from storefront.consoles.csv_text import csv_answer, csv_text
from storefront.errors import problem_of
from storefront.pages.paying import links_of
from storefront.pages.render import page
from storefront.security.sizes import FORM_BYTES
from storefront.site import AnyRequest, site_of

_MOST_ROWS = 100
_HEAD = (
    "link",
    "owner",
    "channel",
    "clicked",
    "joined",
    "charged",
    "committed",
    "collected",
    "refunded",
    "net",
    "currency",
)


@dataclass(frozen=True)
class LinkRow:
    """One line of the list. `link` is None for what came by no link."""

    link: ShareLink | None
    line: CreditLine

    @property
    def gross(self) -> Money:
        return Money(self.line.gross_minor, self.line.currency)

    @property
    def collected(self) -> Money:
        return Money(self.line.collected_minor, self.line.currency)

    @property
    def net(self) -> Money:
        return Money(self.line.net_minor, self.line.currency)


@get("/console/deals/{deal_id:str}/links", include_in_schema=False)
async def links_page(
    request: AnyRequest, deal_id: FromPath[str], done: FromQuery[str] = "", link: FromQuery[str] = ""
) -> Response[str]:
    """`done` and `link` say what was just carried out, and with which link."""
    return await _page(request, await open_deal(request, deal_id, "see_links"), done=done, link_id=link)


@get("/console/deals/{deal_id:str}/links.csv", include_in_schema=False)
async def links_file(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """Every link by channel, and what came directly; the columns sum to what the deal took."""
    opened = await open_deal(request, deal_id, "see_links")
    async with site_of(request).store.read() as unit:
        known = {link.id: link for link in await links_of_deal(unit, opened.deal.id)}
        lines = await credit(unit, [opened.deal.id])
    rows = [_cells(known.get(line.link_id or ""), line) for line in lines]
    return csv_answer(f"links-{opened.deal.slug}.csv", csv_text(_HEAD, rows))


@post("/console/deals/{deal_id:str}/links", include_in_schema=False, request_max_body_size=FORM_BYTES)
async def take_invitation(request: AnyRequest, deal_id: FromPath[str]) -> Response[str]:
    """Invite an advocate; what is refused comes back with everything typed (U17)."""
    opened, site = await open_deal(request, deal_id, "invite_advocate"), site_of(request)
    typed = await texts_of(request, "email", "reward")
    asked = Invitation(opened.deal.id, typed["email"], typed["reward"])
    try:
        await invite_advocate(asked, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    except (InvalidEmail, InvalidFields, NothingToShare) as refusal:
        return await _page(request, opened, typed=typed, refusal=refusal)
    return go(f"/console/deals/{deal_id}/links?done=invited")


@post(
    "/console/deals/{deal_id:str}/links/{link_id:str}/end",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def take_end(request: AnyRequest, deal_id: FromPath[str], link_id: FromPath[str]) -> Response[str]:
    """From now on the link brings no credit; it is undone by opening it again."""
    opened, site = await _open_link(request, deal_id, link_id), site_of(request)
    await end_link(link_id, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/console/deals/{deal_id}/links?done=ended&link={link_id}")


@post(
    "/console/deals/{deal_id:str}/links/{link_id:str}/reopen",
    include_in_schema=False,
    request_max_body_size=FORM_BYTES,
)
async def take_reopening(
    request: AnyRequest, deal_id: FromPath[str], link_id: FromPath[str]
) -> Response[str]:
    opened, site = await _open_link(request, deal_id, link_id), site_of(request)
    await reopen_link(link_id, actor=opened.actor, store=site.store, clock=site.clock, keys=site.keys)
    return go(f"/console/deals/{deal_id}/links?done=reopened")


async def _open_link(request: AnyRequest, deal_id: str, link_id: str) -> OpenedDeal:
    """Raises NotFound for a link of another deal, also of the same merchant's."""
    opened = await open_deal(request, deal_id, "invite_advocate")
    async with site_of(request).store.read() as unit:
        link = await link_by_id(unit, link_id)
    if link is None or link.deal_id != opened.deal.id:
        raise NotFound(what="link")
    return opened


async def _page(
    request: AnyRequest,
    opened: OpenedDeal,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: Refusal | None = None,
    done: str = "",
    link_id: str = "",
) -> Response[str]:
    rows, channels, own = await _figures(request, opened)
    return await page(
        request,
        "consoles/links.html",
        status=problem_of(refusal).status if refusal else 200,
        deal=opened.deal,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        sees_orders=may(opened.actor, "see_orders", opened.merchant.id),
        may_invite=may(opened.actor, "invite_advocate", opened.merchant.id),
        shareable=opened.deal.state in ("scheduled", "open", "tipped"),
        rows=rows[:_MOST_ROWS],
        hidden=max(len(rows) - _MOST_ROWS, 0),
        channels=channels,
        own=own,
        short=links_of(site_of(request)).share,
        typed=typed or {"email": "", "reward": ""},
        errors=_errors(refusal),
        done=done,
        ended=next((row.link for row in rows if row.link and row.link.id == link_id), None),
    )


async def _figures(request: AnyRequest, opened: OpenedDeal) -> tuple[list[LinkRow], list[LinkRow], ShareLink]:
    """The links, the best first and what came directly at the end; the same by channel; the merchant's own link."""
    site, deal = site_of(request), opened.deal
    async with site.store.begin() as unit:
        own = await merchant_link(unit, deal.id, opened.now)
    async with site.store.read() as unit:
        known = await links_of_deal(unit, deal.id)
        lines = await credit(unit, [deal.id])
    # Links of other deals of the campaign may have brought orders here; they are one more line each.
    strangers = {line.link_id for line in lines} - {link.id for link in known} - {None}
    rows = [LinkRow(link, total(lines, link.id, link.owner_kind, deal.currency)) for link in known]
    rows += [
        LinkRow(None, total(lines, each, "campaign", deal.currency)) for each in sorted(map(str, strangers))
    ]
    rows.sort(key=lambda row: (-row.line.gross_minor, -row.line.clicks))
    rows.append(LinkRow(None, total(lines, None, DIRECT, deal.currency)))
    return rows, [LinkRow(None, line) for line in by_channel(lines)], own


def _errors(refusal: Refusal | None) -> dict[str, str]:
    if isinstance(refusal, InvalidFields):
        return {error.field: error.sentence for error in refusal.errors}
    if refusal is None:
        return {}
    return {"email" if isinstance(refusal, InvalidEmail) else "": str(refusal)}


def _cells(link: ShareLink | None, line: CreditLine) -> Sequence[object]:
    amounts = (line.gross_minor, line.collected_minor, line.refunded_minor, line.net_minor)
    return (
        link.code if link else "",
        link.owner if link else line.owner_kind,
        line.channel,
        line.clicks,
        line.orders,
        line.captured,
        *(Money(amount, line.currency).decimal for amount in amounts),
        line.currency,
    )


LINKS = (links_page, links_file, take_invitation, take_end, take_reopening)
