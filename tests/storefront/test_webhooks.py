"""Notices from the processor: signed, stored once, answered at once, understood later (S26)."""

import json
import time
from pathlib import Path

import pytest
import stripe
from httpx import Response
from sqlalchemy import func, select

from campaigns.foundation.clock import DatabaseClock
from campaigns.foundation.notices import inbox
from campaigns.foundation.store import Store
from tests.ports.sandbox.running import WEBHOOK_SECRET
from tests.storefront.shop import Shop, open_shop, shop_settings

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "api_version": "2026-10-28.x",
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}


@pytest.fixture
async def listening(store: Store, tmp_path: Path) -> Shop:
    """A storefront on the real clock: signatures carry real stamps."""
    return open_shop(shop_settings(tmp_path, stripe_webhook_secret=WEBHOOK_SECRET), store, DatabaseClock())


async def send(shop: Shop, body: bytes, *, secret: str = WEBHOOK_SECRET, age_s: int = 0) -> Response:
    stamp = int(time.time()) - age_s
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), secret, stamp)
    return await post(shop, body, signature)


async def post(shop: Shop, body: bytes, signature: str) -> Response:
    headers = {b"content-type": b"application/json", b"stripe-signature": signature.encode()}
    return await shop.browser().client.post("/webhooks/stripe", content=body, headers=headers)


async def stored(store: Store) -> int:
    async with store.read() as unit:
        return int(await unit.value(select(func.count()).select_from(inbox)))


def written(**changes: object) -> bytes:
    return json.dumps(EVENT | changes).encode()


async def test_a_notice_is_stored_once_however_often_it_comes(listening: Shop, store: Store) -> None:
    """F11: every delivery is answered 200, the inbox holds one row, and nothing has been done yet."""
    answers = [await send(listening, written()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    async with store.read() as unit:
        (row,) = await unit.all(select(inbox))
    assert (row.external_id, row.object_id, row.state, row.tries) == ("evt_1", "pi_1", "pending", 0)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_forged_notice_is_not_stored(listening: Shop, store: Store) -> None:
    """F14: another secret, an old stamp, one from the future, none, nonsense."""
    body = written()
    refused = [
        await send(listening, body, secret="whsec_somebody_else"),
        await send(listening, body, age_s=400),
        await send(listening, body, age_s=-400),
        await post(listening, body, ""),
        await post(listening, body, "t=1,v1=é"),
    ]

    assert [answer.status_code for answer in refused] == [401] * 5
    assert {answer.json()["code"] for answer in refused} == {"notice_forged"}
    assert await stored(store) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_signature_is_over_the_raw_bytes(listening: Shop, store: Store) -> None:
    """S26: the same JSON, spaced differently, is another message."""
    body = written()
    stamp = int(time.time())
    signature = stripe.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET, stamp)

    spaced = await post(listening, json.dumps(EVENT, indent=1).encode(), signature)

    assert spaced.status_code == 401
    assert await stored(store) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_is_no_notice_is_refused(listening: Shop, store: Store) -> None:
    """S26: signed, but not JSON, not an event, about nothing."""
    bodies = (b"hello", b"[]", written(object="charge"), written(data={}), written(id=7))
    answers = [await send(listening, body) for body in bodies]

    assert [answer.status_code for answer in answers] == [400] * len(bodies)
    assert await stored(store) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_notice_has_a_largest_size(listening: Shop, store: Store) -> None:
    """S26: 256 kB."""
    fits = await send(listening, written(pad="x" * 200_000))
    too_large = await send(listening, written(id="evt_2", pad="x" * 300_000))

    assert (fits.status_code, too_large.status_code) == (200, 413)
    assert await stored(store) == 1
