"""What a merchant is told about money, and giving it back (R39, R44, R48, R60, S5, S27)."""

import pytest
from sqlalchemy import select

from campaigns.foundation.money import Money
from campaigns.orders.board import deal_by_id
from campaigns.orders.rows import refunds
from campaigns.orders.takings import Takings, takings
from campaigns.vouchers.rows import vouchers
from tests.storefront.consoles.clerks import Staffed, text_of

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LADDER = [{"start": 1, "price_minor": 3800}, {"start": 2, "price_minor": 3400}]


async def takings_of(firm: Staffed, deal_id: str) -> Takings:
    world = firm.world
    async with world.store.read() as unit:
        deal = await deal_by_id(unit, deal_id, world.clock.at)  # type: ignore[arg-type]
        assert deal is not None
        return await takings(unit, deal)


def usd(amount_minor: int) -> Money:
    return Money(amount_minor, "USD")


async def test_expected_is_what_was_collected_and_what_is_held(firm: Staffed) -> None:
    """R44"""
    world = firm.world
    deal_id = await world.deal(threshold=3)
    for email in ("ada@example.com", "jo@example.com"):
        await world.buy(deal_id, email, 2)
    before = await takings_of(firm, deal_id)
    assert (before.committed, before.held, before.collected, before.expected) == (
        usd(10_000), usd(10_000), usd(0), usd(10_000),
    )  # fmt: skip
    await world.buy(deal_id, "mei@example.com", card="pm_card_expiredAtCapture")
    after = await takings_of(firm, deal_id)
    assert (after.collected, after.held, after.expected) == (usd(10_000), usd(0), usd(10_000))
    assert (after.troubled, after.troubled_orders, after.committed) == (usd(2500), 1, usd(12_500))


async def test_a_ladder_expects_the_price_now_and_commits_the_price_held(firm: Staffed) -> None:
    """R44, R50"""
    world = firm.world
    deal_id = await world.deal(threshold=5, tiers=LADDER)
    for email in ("ada@example.com", "jo@example.com"):
        await world.buy(deal_id, email)
    found = await takings_of(firm, deal_id)
    assert (found.committed, found.expected) == (usd(7600), usd(6800))


async def test_a_refund_pressed_twice_is_one_refund(firm: Staffed) -> None:
    """S27, R48"""
    world, owner = firm.world, await firm.clerk("owner")
    order_id = await world.buy(await world.deal(threshold=1), "mei@example.com", 3)
    page = f"/console/orders/{order_id}/refund"
    form = await owner.form(f"{page}?units=1")
    assert (await owner.client.post(page, data=form)).status_code == 303
    await world.run()
    assert (await owner.client.post(page, data=form)).status_code == 303
    await world.run()
    assert len(await world.rows(select(refunds.c.id))) == 1
    assert (await world.order(order_id)).units_refunded == 1
    assert "Refunded" not in text_of(await owner.get(f"/console/orders/{order_id}")).split("Vouchers")[0]


async def test_the_refund_page_names_the_numbers_its_button_repeats(firm: Staffed) -> None:
    """U18"""
    world, owner = firm.world, await firm.clerk("owner")
    order_id = await world.buy(await world.deal(threshold=1), "mei@example.com", 3)
    said = text_of(await owner.get(f"/console/orders/{order_id}/refund?units=2"))
    assert "2 unused vouchers of this order are withdrawn at once." in said
    assert "Refund $50 for 2 vouchers" in said
    assert "1 other voucher stays as good as before." in said


async def test_money_goes_back_only_after_a_fresh_password(firm: Staffed) -> None:
    """S5"""
    world, owner = firm.world, await firm.clerk("owner")
    order_id = await world.buy(await world.deal(threshold=1), "mei@example.com")
    page = f"/console/orders/{order_id}/refund"
    form = await owner.form(f"{page}?units=1")
    world.clock.advance(minutes=11)
    for answer in (await owner.get(f"{page}?units=1"), await owner.client.post(page, data=form)):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"/sign-in?next={page}")
    assert await world.rows(select(refunds.c.id)) == []


async def test_canceling_says_what_it_touches_and_does_just_that(firm: Staffed) -> None:
    """U18, R39"""
    world, owner = firm.world, await firm.clerk("owner")
    deal_id = await world.deal(threshold=1, tiers=LADDER)
    await world.buy(deal_id, "mei@example.com", 2)
    page = f"/console/deals/{deal_id}/cancel"
    said = text_of(await owner.get(page))
    assert "1 hold of together $76 is released." in said
    assert "Cancel and release 1 hold" in said
    nameless = await owner.send(page, {"reason": " "})
    assert (nameless.status_code, (await world.deal_row(deal_id)).state) == (422, "tipped")
    assert (await owner.send(page, {"reason": "The kitchen burned down."})).status_code == 303
    await world.run()
    assert (await world.deal_row(deal_id)).state == "canceled"
    assert (await owner.send(page, {"reason": "Again."}, on="/console/deals/new")).status_code == 409


async def test_used_vouchers_are_named_and_left_out_of_a_cancellation(firm: Staffed) -> None:
    """R39"""
    world, owner = firm.world, await firm.clerk("owner")
    deal_id = await world.deal(threshold=1)
    order_id = await world.buy(deal_id, "mei@example.com", 2)
    (first, _) = await firm.vouchers(order_id)
    used = vouchers.update().where(vouchers.c.id == first.id)
    async with world.store.begin() as unit:
        await unit.run(used.values(state="redeemed", redeemed_at=world.clock.at))
    said = text_of(await owner.get(f"/console/deals/{deal_id}/cancel"))
    assert "1 unused voucher of 1 order is withdrawn and $25 goes back." in said
    assert "1 used voucher stays used and is not refunded." in said


async def test_honouring_a_deal_repeats_the_true_count(firm: Staffed) -> None:
    """R60, U18"""
    world, owner = firm.world, await firm.clerk("owner")
    deal_id = await world.deal(threshold=5)
    page = f"/console/deals/{deal_id}/waive"
    assert "Nobody has joined yet." in text_of(await owner.get(page))
    await world.buy(deal_id, "mei@example.com")
    said = text_of(await owner.get(page))
    assert "$25 is charged now" in said
    assert "Honour it for 1 person" in said
    assert (await owner.send(page, {})).status_code == 303
    row = await world.deal_row(deal_id)
    assert (row.state, row.waived) == ("tipped", True)
    assert (await owner.send(page, {}, on="/console/deals/new")).status_code == 409


@one_database
async def test_orders_come_in_pages_and_every_order_comes_once(firm: Staffed) -> None:
    """U16"""
    world, owner = firm.world, await firm.clerk("owner")
    deal_id = await world.deal(threshold=500)
    for number in range(53):
        await world.join(deal_id, f"buyer{number}@example.com")
        world.clock.advance(seconds=1)
    first = await owner.get(f"/console/deals/{deal_id}")
    older = first.text.split('rel="next"')[0].rpartition('href="')[2].rstrip('" ')
    second = await owner.get(older)
    seen = [first.text.count(">buyer"), second.text.count(">buyer")]
    assert seen == [50, 3]
    assert ">buyer52@example.com<" in first.text
    assert ">buyer0@example.com<" in second.text
