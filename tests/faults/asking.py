"""What fault tests start from, and what they ask of the outbox, the processor and its log."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select

from campaigns.foundation.effects import outbox
from campaigns.orders.rows import refunds
from campaigns.vouchers.rows import vouchers
from tests.world import World

CHECKOUT = r"^/v1/checkout/sessions$"
CAPTURE = r"/capture$"
RELEASE = r"/cancel$"
REFUND = r"^/v1/refunds$"


async def a_capture(world: World, units: int = 1) -> str:
    """An order whose capture is owed and was not tried yet."""
    order_id = await world.join(await world.deal(threshold=1), "ann@example.com", units)
    await world.pay(order_id)
    await world.hear()
    return order_id


async def posts(world: World, path: str) -> list[dict[str, Any]]:
    """The writing requests to a path that reached the processor, oldest first."""
    return [
        line
        for line in await world.sandbox.control.log()
        if line["method"] == "POST" and re.search(path, line["path"])
    ]


async def keys(world: World, path: str) -> set[str]:
    return {line["key"] for line in await posts(world, path)}


async def faults_struck(world: World) -> list[str]:
    return [line["fault"] for line in await world.sandbox.control.log() if line["fault"]]


async def objects(world: World, kind: str) -> list[dict[str, Any]]:
    """What the processor has of a kind."""
    found: list[dict[str, Any]] = (await world.sandbox.control.dump())["objects"].get(kind, [])
    return found


async def effect(world: World, kind: str) -> Any:
    """The one effect of a kind."""
    (row,) = await world.rows(select(outbox).where(outbox.c.kind == kind))
    return row


async def voucher_states(world: World, order_id: str) -> list[str]:
    mine = select(vouchers.c.state).where(vouchers.c.order_id == order_id).order_by(vouchers.c.unit_no)
    return [row.state for row in await world.rows(mine)]


async def refunded(world: World, state: str = "done") -> int:
    """Our refunds in a state, in minor units."""
    summed = select(func.coalesce(func.sum(refunds.c.amount_minor), 0)).where(refunds.c.state == state)
    return int((await world.rows(summed))[0][0])
