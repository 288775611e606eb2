"""What is due by the clock. Rows decide; ringing twice, or in two processes, changes nothing (R17, R18)."""

from __future__ import annotations

from campaigns.deals.open import open_due
from campaigns.foundation.clock import Clock
from campaigns.foundation.store import Store
from campaigns.orders.close import decide, due_deals
from campaigns.orders.lapse import ask_about_overdue_places
from campaigns.orders.mend import end_overdue_problems
from campaigns.orders.settle import settle, unsettled_deals
from campaigns.vouchers.expire import expire_promotional_values


async def do_what_is_due(*, store: Store, clock: Clock) -> int:
    """Open, lapse, decide and settle whatever the clock has reached. Answers how many rows were looked at."""
    looked_at = len(await open_due(store=store, clock=clock))
    looked_at += await ask_about_overdue_places(store=store, clock=clock)
    for deal_id in await due_deals(store=store, clock=clock):
        looked_at += 1
        await decide(deal_id, store=store, clock=clock)
    looked_at += await end_overdue_problems(store=store, clock=clock)
    for deal_id in await unsettled_deals(store=store, clock=clock):
        await settle(deal_id, store=store, clock=clock)
    return looked_at + await expire_promotional_values(store=store, clock=clock)
