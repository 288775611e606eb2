"""Turn the tales into moments, and play them in the order in which they happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from campaigns.deals.deal_file import DealFile, at_that_time, plan_of_file, read_deal_file
from campaigns.deals.import_deal import import_deal
from campaigns.deals.plan import DealPlan
from campaigns.deals.rows import deals
from campaigns.deals.submit import submit
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import AccountId, DealId, OrganizationId
from campaigns.people.rules import OWNER, Actor
from campaigns.sharing.join_by_link import Came
from storefront.cli.demo_people import BUYERS, CARDS
from storefront.cli.demo_stage import Stage
from storefront.cli.demo_story import TALES, Tale

# A deal is published this long before it opens, and the newest thing in the demo happened this long ago.
_PUBLISHED_BEFORE = timedelta(hours=2)
_JUST_NOW = timedelta(minutes=1)
_ANSWERED_AFTER = timedelta(minutes=11)


@dataclass(frozen=True)
class Moment:
    """Something that happened at an instant."""

    at: datetime
    act: Callable[[Stage], Awaitable[None]]


def moments(now: datetime) -> list[Moment]:
    """Everything that has happened by now, oldest first; files mean their times as of each tale's day."""
    found: list[Moment] = []
    for number, tale in enumerate(TALES):
        found += moments_of(tale, number * 5, now)
    return sorted(found, key=lambda moment: moment.at)


async def play(stage: Stage, moment: Moment) -> None:
    """Set the clock to the moment and let it happen."""
    stage.clock.at = moment.at
    await moment.act(stage)


def moments_of(tale: Tale, first_buyer: int, now: datetime) -> Iterator[Moment]:
    """What has happened by now around one deal."""
    file, plan, published_at = _dated(tale, now)
    end = min(plan.closes_at, now - _JUST_NOW)
    yield Moment(published_at, lambda stage: _bring_in(stage, file, tale))
    if plan.opens_at < now:
        yield Moment(plan.opens_at, Stage.settle_down)
    for place, units in enumerate(tale.units):
        email = BUYERS[(first_buyer + place) % len(BUYERS)]
        at = plan.opens_at + (end - plan.opens_at) * (place + 1) / (len(tale.units) + 1)
        yield Moment(at, _purchase(file.slug, email, units, CARDS[place % len(CARDS)]))
    for place in range(tale.redeemed):
        yield Moment(end + place * timedelta(seconds=1), lambda stage: stage.use_voucher(file.slug))
    for wait in (timedelta(0), timedelta(minutes=plan.grace_minutes) + _ANSWERED_AFTER):
        if plan.closes_at + wait < now:
            yield Moment(plan.closes_at + wait, Stage.settle_down)


def _dated(tale: Tale, now: datetime) -> tuple[DealFile, DealPlan, datetime]:
    """The file with its times as meant on the tale's day, what it plans, and when it is published.

    The days on which the list price was charged end before it is published, so they count from then.
    """
    day = now - tale.ago
    file = read_deal_file(tale.path.name, tale.path.read_text(encoding="utf-8"))
    plan = plan_of_file(file, day).deal
    published_at = min(plan.opens_at, now) - _PUBLISHED_BEFORE
    then = at_that_time(file.draft, published_at)
    draft = replace(
        at_that_time(file.draft, day),
        list_price_from_on=then.list_price_from_on,
        list_price_until_on=then.list_price_until_on,
    )
    return replace(file, draft=draft), plan, published_at


def _purchase(slug: str, email: str, units: int, card: str) -> Callable[[Stage], Awaitable[None]]:
    # Two in five are happy to be named, where somebody announces it.
    announce = BUYERS.index(email) % 5 < 2
    came = Came(announce=announce, name=f"{email.partition('@')[0].title()} Demo" if announce else "")

    async def act(stage: Stage) -> None:
        await stage.buy(slug, email, units, card, came)
        if announce:
            await stage.send_posts()

    return act


async def _bring_in(stage: Stage, file: DealFile, tale: Tale) -> None:
    await import_deal(file, store=stage.store, clock=stage.clock)
    await stage.enrol_people_of(file.merchant.slug)
    if tale.hand_in:
        await _hand_in(stage, file.slug)
    await stage.settle_down()


async def _hand_in(stage: Stage, slug: str) -> None:
    async with stage.store.read() as unit:
        row = await unit.one(select(deals.c.id, deals.c.organization_id).where(deals.c.slug == slug))
    if row is None:
        raise NotFound(what="deal")
    owner = Actor(AccountId("demo"), "Demo", {OrganizationId(row.organization_id): OWNER})
    await submit(DealId(row.id), actor=owner, store=stage.store, clock=stage.clock)
