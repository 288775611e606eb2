"""Who gets the letters of a fact: one `mail` effect per person, whose reference a second telling meets again.

A letter that can be true once per order is known by its name; one that can come again by what it is about.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from campaigns.deals.rows import deals
from campaigns.foundation.effects import Effect
from campaigns.foundation.facts import Recorded
from campaigns.foundation.store import Unit
from campaigns.orders.rows import orders, refunds
from campaigns.orders.rules import GIVEN_BACK, ORDER
from campaigns.people.rows import membership, organization
from campaigns.people.rules import OPERATOR, OWNER
from campaigns.reactions.rules import Situation, is_true, reminders
from campaigns.reactions.table import Follow, To

_OVER = tuple(ORDER.final | set(GIVEN_BACK))


async def owed(follow: Follow, recorded: Recorded, *, unit: Unit, now: datetime) -> list[Effect]:
    """The mails of one row of the table, as far as they are true now (R81)."""
    return await _REACH[follow.to](follow.letter, recorded, unit, now)


async def _buyer(letter: str, recorded: Recorded, unit: Unit, now: datetime) -> list[Effect]:
    found = await unit.one(_orders().where(orders.c.id == recorded.fact.order_id))
    if found is None or not is_true(letter, _situation(found)):
        return []
    if letter == "refunded":
        return await _refunds(found, unit, now)
    if letter == "payment_problem":
        return [_mail(letter, found, now, ref=f"{letter}:{recorded.id}")]
    if letter == "payment_reminder":
        return _reminders(found)
    return [_mail(letter, found, now)]


async def _buyers(letter: str, recorded: Recorded, unit: Unit, now: datetime) -> list[Effect]:
    """Every order that a fact of its deal concerns: what is not over, or is over because of it."""
    concerned = or_(orders.c.state.not_in(_OVER), orders.c.reason == "deal_canceled")
    rows = await unit.all(
        _orders().where(orders.c.deal_id == recorded.fact.deal_id, concerned).order_by(orders.c.id)
    )
    return [_mail(letter, row, now) for row in rows if is_true(letter, _situation(row))]


async def _owners(letter: str, recorded: Recorded, unit: Unit, now: datetime) -> list[Effect]:
    theirs = select(deals.c.organization_id).where(deals.c.id == recorded.fact.deal_id).scalar_subquery()
    where = and_(membership.c.organization_id == theirs, membership.c.role == OWNER)
    return await _members(where, letter, recorded, unit, now)


async def _operators(letter: str, recorded: Recorded, unit: Unit, now: datetime) -> list[Effect]:
    where = and_(organization.c.kind == "platform", membership.c.role == OPERATOR)
    return await _members(where, letter, recorded, unit, now)


async def _named(letter: str, recorded: Recorded, unit: Unit, now: datetime) -> list[Effect]:
    """Whoever the fact names as `to`; the letter reads the rest of what the fact says."""
    fact = recorded.fact
    params = {"letter": letter, **fact.data}
    return [Effect(f"deal:{fact.deal_id}", "mail", f"{letter}:{recorded.id}", now, None, params)]


_REACH: dict[To, Callable[[str, Recorded, Unit, datetime], Awaitable[list[Effect]]]] = {
    To.BUYER: _buyer,
    To.BUYERS: _buyers,
    To.OWNERS: _owners,
    To.OPERATORS: _operators,
    To.NAMED: _named,
}


def _orders() -> Any:
    """Orders with what decides whether a letter is true of them."""
    kept = (orders.c.id, orders.c.state, orders.c.reason, orders.c.problem_ends_at)
    more = (deals.c.state.label("deal_state"), deals.c.problem_days)
    return select(*kept, *more).join(deals, deals.c.id == orders.c.deal_id)


def _situation(row: Any) -> Situation:
    return Situation(row.deal_state, row.state, row.reason)


def _mail(letter: str, row: Any, run_at: datetime, *, ref: str | None = None, **params: Any) -> Effect:
    about = {"letter": letter, **params}
    return Effect(f"order:{row.id}", "mail", ref or letter, run_at, row.id, about)


async def _refunds(row: Any, unit: Unit, now: datetime) -> list[Effect]:
    """One letter per refund that was paid back, whichever fact tells of it."""
    paid_back = select(refunds.c.id).where(refunds.c.order_id == row.id, refunds.c.state == "done")
    found = await unit.all(paid_back.order_by(refunds.c.granted_at))
    return [_mail("refunded", row, now, ref=f"refunded:{each.id}", refund_id=each.id) for each in found]


def _reminders(row: Any) -> list[Effect]:
    """All reminders at once, each at its own time; those no longer needed then are dropped (R43).

    They count from the first problem of the order, so that a second one does not remind twice as often.
    """
    first = row.problem_ends_at - timedelta(days=row.problem_days)
    times = reminders(first, row.problem_ends_at)
    return [
        _mail("payment_reminder", row, at, ref=f"payment_reminder:{number}")
        for number, at in enumerate(times, start=1)
    ]


async def _members(
    where: ColumnElement[bool], letter: str, recorded: Recorded, unit: Unit, now: datetime
) -> list[Effect]:
    """One letter per person and fact: a deal can be sent back twice, and is told so twice."""
    fact = recorded.fact
    subject = f"order:{fact.order_id}" if fact.order_id else f"deal:{fact.deal_id}"
    people: Sequence[Any] = await unit.all(
        select(membership.c.account_id)
        .join(organization, organization.c.id == membership.c.organization_id)
        .where(where)
        .distinct()
        .order_by(membership.c.account_id)
    )
    return [
        Effect(
            subject,
            "mail",
            f"{letter}:{recorded.id}:{person.account_id}",
            now,
            fact.order_id,
            {"letter": letter, "to": person.account_id, "fact_id": recorded.id},
        )
        for person in people
    ]
