"""What is due by the clock. Rows decide; ringing twice, or in two processes, changes nothing (R17, R18)."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from campaigns.checkins.expire_waiting import expire_waiting
from campaigns.deals.open import open_due
from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.orders.close import decide, due_deals
from campaigns.orders.lapse import ask_about_overdue_places
from campaigns.orders.mend import end_overdue_problems
from campaigns.orders.settle import settle, unsettled_deals
from campaigns.sharing.posts.announce import announce_closing
from campaigns.vouchers.expire import expire_promotional_values

_Answer = TypeVar("_Answer")


async def do_what_is_due(*, store: Store, clock: Clock) -> int:
    """Open, lapse, decide and settle whatever the clock has reached. Answers how many rows were looked at.

    A deal that cannot be handled now keeps no other waiting; the first error is raised when all had their turn.
    """
    failed: list[Exception] = []

    async def attempt(act: Awaitable[_Answer], otherwise: _Answer) -> _Answer:
        try:
            return await act
        except Exception as error:  # noqa: BLE001 - raised again below
            failed.append(error)
            return otherwise

    looked_at = len(await attempt(open_due(store=store, clock=clock), []))
    looked_at += await attempt(ask_about_overdue_places(store=store, clock=clock), 0)
    for deal_id in await attempt(due_deals(store=store, clock=clock), []):
        looked_at += 1
        await attempt(decide(deal_id, store=store, clock=clock), "")
    looked_at += await attempt(end_overdue_problems(store=store, clock=clock), 0)
    for deal_id in await attempt(unsettled_deals(store=store, clock=clock), []):
        await attempt(settle(deal_id, store=store, clock=clock), "")
    looked_at += await attempt(expire_promotional_values(store=store, clock=clock), 0)
    looked_at += await attempt(expire_waiting(store=store, clock=clock), 0)
    looked_at += await attempt(announce_closing(store=store, clock=clock), 0)
    if failed:
        raise failed[0]
    return looked_at
