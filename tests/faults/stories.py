"""One short story per failpoint: what leads to it, and the act in which it is reached."""

from __future__ import annotations

import ast
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

import campaigns
from campaigns.foundation.ids import new_id
from campaigns.foundation.money import Money
from campaigns.orders.apply import apply_payment
from campaigns.orders.close import decide
from campaigns.orders.lapse import lapse
from campaigns.orders.leave import leave
from campaigns.orders.mend import try_another_card
from campaigns.orders.owed import KINDS
from campaigns.orders.payment_rules import Meaning
from campaigns.orders.ports import Checkout
from campaigns.orders.reconcile import reconcile_due, reconcile_order
from campaigns.orders.refund import refund
from campaigns.orders.rows import lock_order
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import vouchers
from scheduler.due import do_what_is_due
from tests.faults.asking import a_capture
from tests.world import LINKS, World

# What stands in the braces of a failpoint whose name is put together, by what stands before them.
_NAMES = {"apply.": [meaning.value for meaning in Meaning], "record.": list(KINDS)}

# Floors above the orders, or beside them: no money moves there.
_KILLED_ELSEWHERE = ("checkins", "sharing", "listening", "contacts", "lift")

Act = Awaitable[object]
# Prepares, and answers the act that is to be killed.
Story = Callable[[World], Awaitable[Act]]


def failpoints_of_the_code() -> set[str]:
    """Every failpoint of the money path: of all floors but those whose own tests kill them."""
    floors = [path for path in Path(campaigns.__path__[0]).iterdir() if path.name not in _KILLED_ELSEWHERE]
    return failpoints_below(*floors)


def failpoints_below(*folders: Path) -> set[str]:
    """Every name given to `failpoint` in these folders, from the syntax tree. Fails for one it cannot read."""
    found: set[str] = set()
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "failpoint":
                found |= set(_names(node.args[0]))
    return found


def _names(given: ast.expr) -> Iterator[str]:
    if isinstance(given, ast.Constant):
        yield str(given.value)
        return
    assert isinstance(given, ast.JoinedStr), ast.dump(given)
    before, braces = given.values
    assert isinstance(before, ast.Constant), ast.dump(given)
    assert isinstance(braces, ast.FormattedValue), ast.dump(given)
    start = str(before.value)
    yield from (start + name for name in _NAMES[start])


async def joins(world: World) -> Act:
    return world.join(await world.deal(threshold=1), "ann@example.com")


async def pays(world: World, threshold: int = 1) -> Act:
    """Paid; the act is that we hear of it."""
    order_id = await world.join(await world.deal(threshold=threshold), "ann@example.com")
    await world.pay(order_id)
    return world.hear()


async def is_captured(world: World) -> Act:
    await a_capture(world, units=2)
    return world.work()


async def holds(world: World) -> str:
    return await world.buy(await world.deal(threshold=3), "ann@example.com")


async def is_looked_at_again(world: World) -> Act:
    return reconcile_order(await holds(world), world.outside)


async def pays_after_its_place(world: World) -> Act:
    world.deaf = True
    order_id = await world.join(await world.deal(threshold=3), "ann@example.com")
    await world.pay(order_id)
    async with world.store.begin() as unit:
        await lapse(unit, await lock_order(unit, order_id), world.clock.at, reason="place_lapsed")
    return reconcile_order(order_id, world.outside)


async def pays_and_leaves(world: World) -> Act:
    order_id = await world.join(await world.deal(threshold=3), "ann@example.com")
    await world.pay(order_id)
    await leave(order_id, store=world.store, clock=world.clock)
    return world.hear()


async def fails(world: World) -> str:
    """An order whose hold was gone when it was to be captured."""
    return await world.buy(await world.deal(threshold=1), "ann@example.com", card="pm_card_expiredAtCapture")


async def mends(world: World) -> Act:
    order_id = await fails(world)
    await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)
    await world.open_page(order_id)
    await world.pay(order_id)
    return world.hear()


async def mends_too_late(world: World) -> Act:
    """Paid in the last hour of the mending days, and heard of when they are over."""
    order_id = await fails(world)
    await world.advance(days=6, hours=23)
    await try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS)
    await world.open_page(order_id)
    await world.pay(order_id)
    await world.advance(hours=1)
    return world.hear()


async def gives_up(world: World) -> Act:
    await leave(await fails(world), store=world.store, clock=world.clock)
    return world.work()


async def is_declined_at_capture(world: World) -> Act:
    """Only the processor's word: no test card of a hold does this."""
    order_id = await a_capture(world)
    seen = await world.outside.processor.read_payment((await world.order(order_id)).payment_id)
    declined = replace(seen, status="requires_payment_method", error_code="card_declined")

    async def apply() -> None:
        async with world.store.begin() as unit:
            await apply_payment(declined, unit=unit, now=world.clock.at, keys=world.keys)

    return apply()


async def is_captured_by_hand(world: World) -> Act:
    payment_id = (await world.order(await holds(world))).payment_id
    await world.sandbox.client().v1.payment_intents.capture_async(payment_id)
    return world.hear()


async def is_canceled_by_hand(world: World) -> Act:
    payment_id = (await world.order(await holds(world))).payment_id
    await world.sandbox.client().v1.payment_intents.cancel_async(payment_id)
    return world.hear()


async def _pays_a_page_of_no_attempt(world: World) -> str:
    """A second payment for an order, of an attempt it does not stand on; the payment's id."""
    order_id = await holds(world)
    page = Checkout(
        order_id=order_id, deal_id="", attempt=9, amount=Money(2500, "USD"), title="Dinner", units=1,
        email="ann@example.com", expires_at=world.clock.at + timedelta(hours=1),
        success_url=LINKS.order(order_id), cancel_url=LINKS.order(order_id),
    )  # fmt: skip
    session = await world.outside.processor.open_checkout(page, key="stray")
    paid = await world.sandbox.control.pay(session.session_id)
    return str(paid["intent"]["id"])


async def holds_twice(world: World) -> Act:
    await _pays_a_page_of_no_attempt(world)
    return world.hear()


async def is_charged_twice(world: World) -> Act:
    payment_id = await _pays_a_page_of_no_attempt(world)
    await world.sandbox.client().v1.payment_intents.capture_async(payment_id)
    return world.hear()


async def leaves(world: World) -> Act:
    return leave(await holds(world), store=world.store, clock=world.clock)


async def is_let_go(world: World) -> Act:
    await leave(await holds(world), store=world.store, clock=world.clock)
    return world.work()


async def closes_unreached(world: World) -> Act:
    order = await world.order(await holds(world))
    await world.advance(hours=2)
    return decide(order.deal_id, store=world.store, clock=world.clock)


async def never_pays(world: World) -> Act:
    await world.join(await world.deal(threshold=3), "ann@example.com")
    await world.advance(minutes=31)
    await do_what_is_due(store=world.store, clock=world.clock)
    return world.work()


async def _has_vouchers(world: World) -> str:
    return await world.buy(await world.deal(threshold=1), "ann@example.com", units=2)


async def asks_back(world: World) -> Act:
    order_id = await _has_vouchers(world)
    return refund(order_id, 1, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)


async def gets_back(world: World) -> Act:
    await (await asks_back(world))
    return world.work()


async def eats(world: World) -> Act:
    await _has_vouchers(world)
    voucher = (await world.rows(select(vouchers.c.id).order_by(vouchers.c.unit_no)))[0]
    scan = Scan(*await world.code_of(voucher.id), new_id("non"))
    return redeem(scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)


async def is_swept(world: World) -> Act:
    await holds(world)
    return reconcile_due(world.outside, older_than=timedelta(0))


STORIES: dict[str, Story] = {
    "join.after_check": joins,
    "record.checkout": joins,
    "apply.commit": pays,
    "tip.before": pays,
    "react.before_finish": is_captured,
    "deliver.sent": is_captured,
    "carry_out.answered": is_captured,
    "record.capture": is_captured,
    "apply.captured": is_captured,
    "fulfil.before_vouchers": is_captured,
    "apply.nothing": is_looked_at_again,
    "apply.commit_again": pays_after_its_place,
    "apply.turn_away": pays_and_leaves,
    "apply.resume": mends,
    "apply.withdraw": mends_too_late,
    "apply.drop": gives_up,
    "apply.failed": is_declined_at_capture,
    "apply.taken_early": is_captured_by_hand,
    "apply.hold_ended": is_canceled_by_hand,
    "apply.release_stray": holds_twice,
    "apply.refund_stray": is_charged_twice,
    "leave.locked": leaves,
    "record.release": is_let_go,
    "apply.released": is_let_go,
    "decide.locked": closes_unreached,
    "decide.before_fail": closes_unreached,
    "record.expire_checkout": never_pays,
    "refund.before_revoke": asks_back,
    "record.refund": gets_back,
    "redeem.after_look": eats,
    "reconcile.begin": is_swept,
}
