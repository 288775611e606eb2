"""The contract of a payment processor, where money goes back (F23)."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from campaigns.foundation.money import Money
from campaigns.orders.ports import RefusedForGood
from tests.ports.payment_processors import EUR_76, Paying, paying


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Paying]:
    async with paying(tmp_path) as opened:
        yield opened


async def captured(shop: Paying, *, card: str = "pm_card_visa") -> str:
    payment_id = await shop.hold(card=card)
    await shop.processor.capture(payment_id, EUR_76, key="capture:o1:1")
    return payment_id


async def test_a_refund_knows_its_row_and_its_payment(shop: Paying) -> None:
    payment_id = await captured(shop)
    refund = await shop.processor.refund(payment_id, EUR_76, refund_id="r1", key="refund:r1")
    assert (refund.status, refund.our_refund, refund.payment_id) == ("succeeded", "r1", payment_id)
    assert (refund.amount_minor, refund.currency) == (7_600, "EUR")
    assert await shop.processor.read_refund(refund.refund_id) == refund


async def test_refunding_again_with_the_same_key_gives_nothing_more(shop: Paying) -> None:
    payment_id = await captured(shop)
    first = await shop.processor.refund(payment_id, Money(100, "EUR"), refund_id="r1", key="refund:r1")
    again = await shop.processor.refund(payment_id, Money(100, "EUR"), refund_id="r1", key="refund:r1")
    assert again == first
    assert [refund async for refund in shop.processor.refunds_of(payment_id)] == [first]


async def test_refunds_never_add_up_to_more_than_was_taken(shop: Paying) -> None:
    payment_id = await captured(shop)
    await shop.processor.refund(payment_id, Money(7_000, "EUR"), refund_id="r1", key="refund:r1")
    with pytest.raises(RefusedForGood) as too_much:
        await shop.processor.refund(payment_id, Money(601, "EUR"), refund_id="r2", key="refund:r2")
    assert too_much.value.code
    await shop.processor.refund(payment_id, Money(600, "EUR"), refund_id="r3", key="refund:r3")
    with pytest.raises(RefusedForGood, match="charge_already_refunded"):
        await shop.processor.refund(payment_id, Money(1, "EUR"), refund_id="r4", key="refund:r4")


async def test_a_hold_is_released_not_refunded(shop: Paying) -> None:
    payment_id = await shop.hold()
    with pytest.raises(RefusedForGood):
        await shop.processor.refund(payment_id, EUR_76, refund_id="r1", key="refund:r1")


async def test_refunds_made_elsewhere_are_listed_but_not_ours(shop: Paying) -> None:
    """A refund from the Dashboard is adopted by the sweep."""
    payment_id = await captured(shop)
    await shop.client.v1.refunds.create_async({"payment_intent": payment_id, "amount": 100})
    mine = await shop.processor.refund(payment_id, Money(200, "EUR"), refund_id="r1", key="refund:r1")
    found = [refund async for refund in shop.processor.refunds_of(payment_id)]
    assert [(refund.our_refund, refund.amount_minor) for refund in found] == [("r1", 200), (None, 100)]
    assert found[0] == mine


async def test_a_refund_of_another_installation_is_not_taken_for_one_of_our_rows(shop: Paying) -> None:
    payment_id = await captured(shop)
    async with shop.neighbour("there") as there:
        theirs = await there.refund(payment_id, Money(100, "EUR"), refund_id="r1", key="refund:r1")
    assert (await shop.processor.read_refund(theirs.refund_id)).our_refund is None


async def test_refunds_are_read_page_by_page(shop: Paying) -> None:
    payment_id = await captured(shop)
    for number in range(101):
        key = f"refund:r{number}"
        await shop.processor.refund(payment_id, Money(10, "EUR"), refund_id=f"r{number}", key=key)
    found = [refund.our_refund async for refund in shop.processor.refunds_of(payment_id)]
    assert found == [f"r{number}" for number in reversed(range(101))]


@pytest.mark.parametrize(
    ("card", "ending"), [("4000000000007726", "succeeded"), ("4000000000005126", "failed")]
)
async def test_a_refund_may_take_its_time(card: str, ending: str, shop: Paying) -> None:
    payment_id = await captured(shop, card=card)
    refund = await shop.processor.refund(payment_id, EUR_76, refund_id="r1", key="refund:r1")
    await shop.sandbox.control.advance(10 * 86_400)
    assert (await shop.processor.read_refund(refund.refund_id)).status == ending
