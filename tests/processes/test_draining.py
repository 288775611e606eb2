"""SIGTERM: requests and calls that have begun are finished, the rest is left in order, the status is 0."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from campaigns.deals.rows import deals
from campaigns.foundation.effects import outbox
from campaigns.orders.rows import orders
from tests.databases import Database
from tests.processes.crowd import Crowd, a_crowd
from tests.processes.running import Installation, installation
from tests.waiting import until

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


async def test_a_stopped_process_finishes_what_it_has_begun(database: Database, tmp_path: Path) -> None:
    """6.5: a join waits for a slow processor, a capture too, when both processes are told to stop."""
    async with (
        installation(database.url, tmp_path) as running,
        a_crowd(database.url, running.environment["QUORUM_STRIPE_API_BASE"]) as crowd,
    ):
        deal_id = await crowd.deal(600, threshold=1)
        await running.workers[1].kill()
        await _web_finishes_the_join(running, crowd, deal_id)
        await _worker_finishes_the_capture(running, crowd, deal_id)


async def _web_finishes_the_join(running: Installation, crowd: Crowd, deal_id: str) -> None:
    web = running.webs[0]
    await crowd.control.fault("slow", path="/v1/checkout/sessions", next_n=1, seconds=2)
    slug = (await crowd.rows(select(deals.c.slug).where(deals.c.id == deal_id)))[0].slug
    async with httpx.AsyncClient(
        base_url=running.environment["QUORUM_PUBLIC_URL"], trust_env=False, timeout=20
    ) as buyer:
        form = (await buyer.get(f"/deals/{slug}/join")).text
        fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
        typed = {**fields, "email": "ann@example.com", "quantity": "1"}
        joining = asyncio.create_task(buyer.post(f"/deals/{slug}/join", data=typed))
        await until(lambda: _begun(crowd, "checkout"), "the payment page was asked for")
        stopping = asyncio.create_task(web.stop())
        answer = await joining
        assert answer.status_code == 303
        assert "/c/pay/" in answer.headers["location"]
        assert await stopping == 0, web.output


async def _worker_finishes_the_capture(running: Installation, crowd: Crowd, deal_id: str) -> None:
    worker = running.workers[0]
    await crowd.control.fault("slow", path="/v1/payment_intents/*/capture", next_n=1, seconds=2)
    await crowd.buy(deal_id, "bo@example.com")
    await running.webs[0].start()  # it takes the notice that says so
    await until(lambda: _begun(crowd, "capture"), "the capture was asked for", within_s=20)
    assert await worker.stop() == 0, worker.output
    captured = await crowd.rows(select(orders.c.id).where(orders.c.state == "captured"))
    assert len(captured) == 1
    assert await crowd.rows(select(outbox.c.id).where(outbox.c.lease.is_not(None))) == []


async def _begun(crowd: Crowd, kind: str) -> bool:
    """Whether a call of this kind is under way."""
    rows = await crowd.rows(
        select(outbox.c.id).where(
            outbox.c.kind == kind, outbox.c.state == "pending", outbox.c.first_sent_at.is_not(None)
        )
    )
    return bool(rows)
