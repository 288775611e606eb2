"""What people say about a merchant's deals, in one list; every filter lives in the address (U16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from campaigns.deals.campaign_queries import console_campaigns
from campaigns.foundation.errors import InvalidFields, NotFound
from campaigns.listening.queries import (
    VIEWS,
    MentionView,
    Sought,
    ears_of,
    mention_counts,
    mention_list,
    mention_view,
)
from campaigns.listening.rules import LONGEST_REASON, LONGEST_REPLY, SENTIMENTS, TEAMS
from campaigns.people.queries import Organization, read_organization
from campaigns.people.rules import Actor, require
from storefront.api.cursors import cursor_of, place_of
from storefront.consoles import mention_phrases as phrases
from storefront.consoles.access import chosen, console_links, go, merchants_for
from storefront.pages.render import page
from storefront.security.visitor import actor_behind
from storefront.site import AnyRequest, site_of

_PAGE = 20
_FILTERS = ("campaign", "team", "network", "sentiment", "language")


@dataclass(frozen=True)
class Asked:
    """The list as the address says it."""

    merchant: str
    view: str
    campaign: str = ""
    team: str = ""
    network: str = ""
    sentiment: str = ""
    language: str = ""
    after: str = ""

    def address(self, **changes: str) -> str:
        said = {**self.__dict__, **changes}
        return f"/console/mentions?{urlencode({name: value for name, value in said.items() if value})}"

    @property
    def is_narrow(self) -> bool:
        return any(getattr(self, name) for name in _FILTERS)


@dataclass(frozen=True)
class OpenedMention:
    """A mention and whoever may see it, read at `now`."""

    actor: Actor
    merchant: Organization
    mention: MentionView
    now: datetime


async def open_mention(request: AnyRequest, mention_id: str) -> OpenedMention:
    """Raises SignInNeeded, NotFound for another merchant's mention, NotAllowed for the wrong role (S15)."""
    site, actor = site_of(request), await actor_behind(request)
    if actor.is_anonymous:
        require(actor, "answer_mentions")
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        mention = await mention_view(unit, mention_id)
        if mention is None or mention.organization_id not in actor.roles:
            raise NotFound(what="mention")
        require(actor, "answer_mentions", mention.organization_id)
        merchant = await read_organization(unit, mention.organization_id)
    if merchant is None:
        raise NotFound(what="mention")
    return OpenedMention(actor, merchant, mention, now)


@get("/console/mentions", include_in_schema=False)
async def mentions_page(request: AnyRequest, merchant: FromQuery[str] = "") -> Response[str]:
    """Mentions of one merchant, newest first, those that wait before all others."""
    found = chosen(await merchants_for(request, "answer_mentions"), merchant)
    if found is None:
        return go("/console")
    asked = _asked(request.query_params, found)
    sought, site = _sought(asked, found), site_of(request)
    async with site.store.read() as unit:
        now = await site.clock.now(unit)
        listed = await mention_list(unit, sought, after=_place(asked.after), limit=_PAGE + 1)
        counts = await mention_counts(unit, sought)
        ears = await ears_of(unit, found.id)
        campaigns = await console_campaigns(unit, found.id)
    shown = listed[:_PAGE]
    last = shown[-1] if len(listed) > _PAGE else None
    return await page(
        request,
        "consoles/mentions.html",
        merchant=found,
        links=console_links(await actor_behind(request), found),
        asked=asked,
        mentions=shown,
        counts=counts,
        tabs=[
            (label, asked.address(view=name, after=""), counts.views[name])
            for name, label in phrases.VIEWS.items()
        ],
        older=asked.address(after=cursor_of(last.at, last.id)) if last else "",
        ears=ears,
        campaigns=[(each.id, each.name) for each in campaigns],
        done=request.query_params.get("done", ""),
        about=request.query_params.get("about", ""),
        **around(now, asked.address()),
    )


@get("/console/mentions/{mention_id:str}", include_in_schema=False)
async def mention_page(request: AnyRequest, mention_id: FromPath[str]) -> Response[str]:
    """One mention with everything that can be done with it."""
    return await show_mention(request, await open_mention(request, mention_id))


async def show_mention(
    request: AnyRequest,
    opened: OpenedMention,
    *,
    status: int = 200,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    back = (typed or {}).get("back", "")
    return await page(
        request,
        "consoles/mention.html",
        status=status,
        merchant=opened.merchant,
        links=console_links(opened.actor, opened.merchant),
        mention=opened.mention,
        typed=typed or {},
        errors=errors or {},
        **around(opened.now, back_to(back, opened.merchant)),
    )


def around(now: datetime, back: str) -> dict[str, Any]:
    """What the panel of a mention needs beside the mention."""
    return {
        "now": now,
        "back": back,
        "phrases": phrases,
        "teams": TEAMS,
        "sentiments": SENTIMENTS,
        "longest_reply": LONGEST_REPLY,
        "longest_reason": LONGEST_REASON,
    }


def back_to(sent: str, merchant: Organization) -> str:
    """The list somebody came from, and never an address of anybody else's."""
    return sent if sent.startswith("/console/mentions?") else f"/console/mentions?merchant={merchant.slug}"


def _asked(said: Mapping[str, str], merchant: Organization) -> Asked:
    view = said.get("view", "")
    known = {name: said.get(name, "").replace("\x00", "")[:80] for name in _FILTERS}
    return Asked(merchant.slug, view if view in VIEWS else "waiting", after=said.get("after", ""), **known)


def _sought(asked: Asked, merchant: Organization) -> Sought:
    return Sought(
        merchant.id,
        campaign_id=asked.campaign,
        team=asked.team,
        states=VIEWS[asked.view],
        network=asked.network,
        sentiment=asked.sentiment,
        language=asked.language,
        own=asked.view == "all",
    )


def _place(after: str) -> tuple[datetime, str] | None:
    """A word that we did not write leads to the first page."""
    try:
        return place_of(after)
    except InvalidFields:
        return None


MENTIONS: Sequence[Any] = (mentions_page, mention_page)
