"""The contract of a payment processor: every call, against a running one, through its real protocol."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.foundation.money import Money
from campaigns.orders.ports import CardRefused, RefusedForGood, UnexpectedState
from tests.ports.payment_processors import EUR_76, Paying, a_checkout, paying
from tests.ports.sandbox.buying import a_hold


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Paying]:
    async with paying(tmp_path) as opened:
        yield opened


async def test_an_opened_page_belongs_to_its_order_and_holds_nothing_yet(shop: Paying) -> None:
    session = await shop.processor.open_checkout(a_checkout(), key="cs:o1:1")
    assert (session.status, session.order_id, session.ours, session.payment_id) == ("open", "o1", True, None)
    assert session.url is not None
    assert session.url.startswith("http")


async def test_the_page_is_asked_for_exactly_as_the_order_says(shop: Paying) -> None:
    """Manual capture, explicit methods, metadata on the session and on its payment."""
    checkout = a_checkout(units=2)
    await shop.processor.open_checkout(checkout, key="cs:o1:1")
    (asked,) = await shop.sandbox.control.log()
    ours = {"installation": "here", "deal": "d1", "order": "o1", "attempt": "1"}
    params = asked["params"]
    assert asked["key"] == "here:cs:o1:1"
    assert params["mode"] == "payment"
    assert params["metadata"] == ours
    assert params["payment_intent_data"] == {"capture_method": "manual", "metadata": ours}
    assert params["allowed_payment_method_types"] == {"0": "card", "1": "link"}
    assert (params["client_reference_id"], params["customer_email"]) == ("o1", "mara@example.com")
    assert int(params["expires_at"]) == int(checkout.expires_at.timestamp())
    (line,) = params["line_items"].values()
    assert (line["quantity"], line["price_data"]["unit_amount"], line["price_data"]["currency"]) == (
        "2",
        "3800",
        "eur",
    )


async def test_an_amount_that_units_do_not_divide_is_one_line_of_the_whole_amount(shop: Paying) -> None:
    await shop.processor.open_checkout(a_checkout(amount=Money(10_000, "EUR"), units=3), key="cs:o1:1")
    (line,) = (await shop.sandbox.control.log())[0]["params"]["line_items"].values()
    assert (line["quantity"], line["price_data"]["unit_amount"]) == ("1", "10000")


async def test_asking_again_with_the_same_key_opens_the_same_page(shop: Paying) -> None:
    """F1"""
    checkout = a_checkout()
    first = await shop.processor.open_checkout(checkout, key="cs:o1:1")
    assert await shop.processor.open_checkout(checkout, key="cs:o1:1") == first


async def test_asking_again_after_the_page_was_paid_tells_that_it_is_complete(shop: Paying) -> None:
    """A repeated answer would still say that the page is open."""
    checkout = a_checkout()
    first = await shop.processor.open_checkout(checkout, key="cs:o1:1")
    await shop.sandbox.control.pay(first.session_id)
    again = await shop.processor.open_checkout(checkout, key="cs:o1:1")
    assert (again.session_id, again.status, again.url) == (first.session_id, "complete", None)


async def test_a_paid_page_leads_to_a_hold_with_all_an_order_wants_to_know(shop: Paying) -> None:
    payment_id = await shop.hold()
    payment = await shop.processor.read_payment(payment_id)
    assert (payment.status, payment.ours, payment.order_id, payment.attempt) == (
        "requires_capture",
        True,
        "o1",
        1,
    )
    assert (payment.amount_minor, payment.received_minor, payment.currency) == (7_600, 0, "EUR")
    assert (payment.card_brand, payment.card_last4) == ("visa", "4242")
    assert payment.card_fingerprint
    assert payment.confirmed_at is not None
    assert payment.capture_before == payment.confirmed_at + timedelta(days=7)


async def test_a_page_can_be_read_and_closed(shop: Paying) -> None:
    session = await shop.processor.open_checkout(a_checkout(), key="cs:o1:1")
    closed = await shop.processor.expire_session(session.session_id, key="cs-expire:1")
    assert (closed.status, closed.url) == ("expired", None)
    assert await shop.processor.read_session(session.session_id) == closed


@pytest.mark.parametrize("key", ["cs-expire:1", "cs-expire:2"])
async def test_closing_a_closed_page_answers_it_as_it_is(key: str, shop: Paying) -> None:
    session = await shop.processor.open_checkout(a_checkout(), key="cs:o1:1")
    await shop.processor.expire_session(session.session_id, key="cs-expire:1")
    assert (await shop.processor.expire_session(session.session_id, key=key)).status == "expired"


async def test_closing_a_paid_page_answers_that_it_is_complete(shop: Paying) -> None:
    """F19: completion was faster."""
    session = await shop.processor.open_checkout(a_checkout(), key="cs:o1:1")
    await shop.sandbox.control.pay(session.session_id)
    closed = await shop.processor.expire_session(session.session_id, key="cs-expire:1")
    assert closed.status == "complete"
    assert closed.payment_id is not None


async def test_a_declined_card_leaves_the_page_open(shop: Paying) -> None:
    session = await shop.processor.open_checkout(a_checkout(), key="cs:o1:1")
    await shop.sandbox.control.pay(session.session_id, card="pm_card_visa_chargeDeclined")
    again = await shop.processor.read_session(session.session_id)
    assert again.status == "open"
    assert again.payment_id is not None
    payment = await shop.processor.read_payment(again.payment_id)
    assert (payment.status, payment.error_code) == ("requires_payment_method", "card_declined")


async def test_a_hold_is_captured_once(shop: Paying) -> None:
    payment_id = await shop.hold()
    payment = await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert (payment.status, payment.received_minor) == ("succeeded", 7_600)
    assert payment.card_last4 == "4242"


async def test_capturing_less_takes_less_and_the_rest_goes_free(shop: Paying) -> None:
    """F25"""
    payment = await shop.processor.capture(await shop.hold(), Money(3_800, "EUR"), key="capture:o1:1")
    assert (payment.status, payment.amount_minor, payment.received_minor) == ("succeeded", 7_600, 3_800)


async def test_capturing_again_with_the_same_key_takes_nothing_more(shop: Paying) -> None:
    """F4"""
    payment_id = await shop.hold()
    first = await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1") == first


async def test_a_second_capture_under_another_key_is_news_not_money(shop: Paying) -> None:
    payment_id = await shop.hold()
    await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    with pytest.raises(UnexpectedState) as caught:
        await shop.processor.capture(payment_id, EUR_76, key="capture:o1:2")
    assert caught.value.payment is not None
    assert (caught.value.payment.status, caught.value.payment.received_minor) == ("succeeded", 7_600)
    assert caught.value.payment.card_last4 == "4242"


async def test_capturing_what_was_released_meets_canceled(shop: Paying) -> None:
    """F22"""
    payment_id = await shop.hold()
    await shop.processor.release(payment_id, key="release:o1:1")
    with pytest.raises(UnexpectedState) as caught:
        await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert caught.value.payment is not None
    assert caught.value.payment.status == "canceled"


async def test_releasing_what_was_captured_meets_succeeded(shop: Paying) -> None:
    """F22"""
    payment_id = await shop.hold()
    await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    with pytest.raises(UnexpectedState) as caught:
        await shop.processor.release(payment_id, key="release:o1:1")
    assert caught.value.payment is not None
    assert caught.value.payment.status == "succeeded"


async def test_a_released_hold_is_canceled_and_nothing_was_taken(shop: Paying) -> None:
    payment = await shop.processor.release(await shop.hold(), key="release:o1:1")
    assert (payment.status, payment.received_minor) == ("canceled", 0)


async def test_a_hold_that_ended_at_the_bank_refuses_the_capture(shop: Paying) -> None:
    """F20"""
    payment_id = await shop.hold(card="pm_card_expiredAtCapture")
    with pytest.raises(CardRefused) as caught:
        await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    assert caught.value.code == "capture_charge_authorization_expired"
    assert caught.value.payment is not None
    assert (caught.value.payment.status, caught.value.payment.ours) == ("canceled", True)


async def test_a_hold_ends_by_itself_when_nobody_captures_it(shop: Paying) -> None:
    payment_id = await shop.hold()
    await shop.sandbox.control.advance(8 * 86_400)
    assert (await shop.processor.read_payment(payment_id)).status == "canceled"


async def test_capturing_more_than_is_held_is_refused_for_good(shop: Paying) -> None:
    payment_id = await shop.hold()
    with pytest.raises(RefusedForGood):
        await shop.processor.capture(payment_id, Money(7_601, "EUR"), key="capture:o1:1")
    assert (await shop.processor.read_payment(payment_id)).status == "requires_capture"


async def test_the_same_key_for_something_else_is_our_mistake(shop: Paying) -> None:
    """F9"""
    payment_id = await shop.hold()
    await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    with pytest.raises(RefusedForGood, match="idempotency"):
        await shop.processor.capture(payment_id, Money(1, "EUR"), key="capture:o1:1")


async def test_what_does_not_exist_is_refused_for_good(shop: Paying) -> None:
    for asking in (
        shop.processor.read_payment("pi_none"),
        shop.processor.read_session("cs_none"),
        shop.processor.read_refund("re_none"),
        shop.processor.release("pi_none", key="release:o1:1"),
        shop.processor.expire_session("cs_none", key="cs-expire:1"),
    ):
        with pytest.raises(RefusedForGood, match="resource_missing"):
            await asking


async def test_two_installations_on_one_account_do_not_meet(tmp_path: Path) -> None:
    """Keys carry the installation, and so do payments (F15)."""
    async with paying(tmp_path) as here, here.neighbour("there") as there:
        theirs = await there.open_checkout(a_checkout(), key="cs:o1:1")
        ours = await here.processor.open_checkout(a_checkout(), key="cs:o1:1")
        assert theirs.session_id != ours.session_id
        assert (await here.processor.read_session(theirs.session_id)).ours is False


async def test_a_payment_of_somebody_else_is_not_ours(shop: Paying) -> None:
    """F15"""
    theirs = await a_hold(shop.client, metadata={"order": "o1", "installation": "there"})
    bare = await a_hold(shop.client)
    for payment_id in (theirs.id, bare.id):
        payment = await shop.processor.read_payment(payment_id)
        assert payment.ours is False


async def test_the_sweep_sees_our_payments_since_an_instant_newest_first(shop: Paying) -> None:
    """F13"""
    earlier = await shop.hold("o1")
    await shop.sandbox.control.advance(3_600)
    since = datetime.fromtimestamp(await shop.sandbox.control.now(), UTC)
    await a_hold(shop.client, metadata={"installation": "there"})
    later = [await shop.hold("o2"), await shop.hold("o3")]
    found = [payment async for payment in shop.processor.payments_since(since)]
    assert [payment.payment_id for payment in found] == later[::-1]
    assert {payment.card_last4 for payment in found} == {"4242"}
    assert earlier not in later


async def test_the_sweep_turns_every_page(shop: Paying) -> None:
    client = shop.client
    for number in range(101):
        await a_hold(client, metadata={"installation": "here", "order": f"o{number}", "attempt": "1"})
    since = datetime.fromtimestamp(await shop.sandbox.control.now() - 3_600, UTC)
    orders = [payment.order_id async for payment in shop.processor.payments_since(since)]
    assert orders == [f"o{number}" for number in reversed(range(101))]
