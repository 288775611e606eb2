"""The contract of a payment processor when the way to it breaks: lost, slow, late and wrong answers."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.orders.ports import (
    NoticeForged,
    OutcomeUnknown,
    ProcessorBusy,
    ProcessorError,
    ServerError,
)
from integrations.payments.sandbox.server import served
from tests.ports.payment_processors import EUR_76, Paying, a_checkout, paying
from tests.ports.sandbox.running import Receiver

pytestmark = pytest.mark.faults
CAPTURE = {"method": "POST", "path": "/capture$"}


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Paying]:
    async with paying(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit", ProcessorBusy),
        ("lock_timeout", ProcessorBusy),
        ("key_in_use", ProcessorBusy),
        ("unavailable", ServerError),
        ("drop", OutcomeUnknown),
        ("error_after", ServerError),
        ("html", ServerError),
    ],
)
async def test_trouble_with_a_capture_ends_in_one_capture_under_the_same_key(
    kind: str, error: type[ProcessorError], shop: Paying
) -> None:
    """F3, F5, F6: whatever went wrong, asking again with the same key takes the money once."""
    payment_id = await shop.hold()
    await shop.sandbox.control.fault(kind, next_n=1, **CAPTURE)
    with pytest.raises(error):
        await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    payment = await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert (payment.status, payment.received_minor) == ("succeeded", 7_600)
    keys = {row["key"] for row in await shop.sandbox.control.log() if row["path"].endswith("/capture")}
    assert keys == {"here:capture:o1:1"}


async def test_a_lost_answer_to_opening_a_page_leads_to_the_same_page(shop: Paying) -> None:
    """F1"""
    checkout = a_checkout()
    await shop.sandbox.control.fault("drop", next_n=1, method="POST", path="/checkout/sessions$")
    with pytest.raises(OutcomeUnknown):
        await shop.processor.open_checkout(checkout, key="cs:o1:1")
    session = await shop.processor.open_checkout(checkout, key="cs:o1:1")
    assert session.status == "open"
    assert len((await shop.sandbox.control.dump())["objects"]["checkout.session"]) == 1


async def test_a_saved_500_comes_again_under_its_key_and_only_there(shop: Paying) -> None:
    """F7"""
    payment_id = await shop.hold()
    await shop.sandbox.control.fault("saved_error", next_n=1, **CAPTURE)
    for _ in range(3):
        with pytest.raises(ServerError):
            await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert (await shop.processor.read_payment(payment_id)).status == "requires_capture"
    assert (await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1:r1")).status == "succeeded"


async def test_a_slow_answer_leaves_the_outcome_open_and_the_payment_tells_it(shop: Paying) -> None:
    payment_id = await shop.hold()
    await shop.sandbox.control.fault("slow", seconds=1.5, next_n=1, **CAPTURE)
    async with shop.neighbour("here", timeout_s=0.3) as impatient:
        with pytest.raises(OutcomeUnknown):
            await impatient.capture(payment_id, EUR_76, key="capture:o1:1")
    assert (await shop.processor.read_payment(payment_id)).status == "succeeded"


async def test_reading_passes_trouble_on_too(shop: Paying) -> None:
    payment_id = await shop.hold()
    for kind, error in (("html", ServerError), ("drop", OutcomeUnknown), ("rate_limit", ProcessorBusy)):
        await shop.sandbox.control.fault(kind, next_n=1, method="GET")
        with pytest.raises(error):
            await shop.processor.read_payment(payment_id)


async def test_the_sweep_passes_trouble_on_and_can_start_again(shop: Paying) -> None:
    await shop.hold()
    since = datetime.now(UTC) - timedelta(hours=1)
    await shop.sandbox.control.fault("html", next_n=1, method="GET", path="/payment_intents$")
    with pytest.raises(ServerError):
        _ = [payment async for payment in shop.processor.payments_since(since)]
    assert len([payment async for payment in shop.processor.payments_since(since)]) == 1


async def test_a_repeated_decline_brings_the_payment_as_it_is_now(shop: Paying) -> None:
    """Rule (b): declines stick to their key; what the payment is may have changed since."""
    payment_id = await shop.hold(card="pm_card_expiredAtCapture")
    for _ in range(2):
        with pytest.raises(ProcessorError) as caught:
            await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
        assert caught.value.payment is not None
        assert caught.value.payment.status == "canceled"


async def test_notices_of_the_running_processor_are_believed_and_forged_ones_are_not(tmp_path: Path) -> None:
    """F14, with what is really delivered."""
    receiver = Receiver()
    async with served(receiver) as (address, _), paying(tmp_path, webhook_url=address) as shop:
        payment_id = await shop.hold()
        await shop.sandbox.control.flush()
        now = datetime.fromtimestamp(await shop.sandbox.control.now(), UTC)
        notices = [
            shop.processor.read_notice(body, signature, now=now)
            for body, signature in zip(receiver.bodies, receiver.signatures, strict=True)
        ]
        found = {notice.type: notice.object_id for notice in notices}
        assert found["payment_intent.amount_capturable_updated"] == payment_id
        assert found["checkout.session.completed"].startswith("cs_")
        assert {notice.api_version for notice in notices} == {"2026-10-28.endive"}
        before = len(receiver.bodies)
        await shop.sandbox.control.deliver(wrong_signature=True)
        await shop.processor.release(payment_id, key="release:o1:1")
        await shop.sandbox.control.flush()
        assert len(receiver.bodies) > before
        for body, signature in zip(receiver.bodies[before:], receiver.signatures[before:], strict=True):
            with pytest.raises(NoticeForged):
                shop.processor.read_notice(body, signature, now=now)
