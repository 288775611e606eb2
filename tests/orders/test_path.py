"""The straight path of a deal: join, pay, tip or fail, voucher, redemption."""

from sqlalchemy import select

from campaigns.vouchers.rows import vouchers
from tests.world import World


async def test_the_last_needed_buyer_tips_the_deal(world: World) -> None:
    """R1, R2, R4, R5, R40: two of three hold, the third tips, and all three are charged once."""
    deal_id = await world.deal(threshold=3)
    first = await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "bo@example.com")
    assert (await world.order(first)).state == "authorized"
    assert (await world.deal_row(deal_id)).state == "open"

    await world.buy(deal_id, "cy@example.com")

    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.tipped_by, deal.count_at_tip, deal.units_taken) == ("tipped", "threshold", 3, 3)
    assert (await world.order(first)).state == "captured"
    assert len(await world.rows(select(vouchers))) == 3


async def test_a_deal_that_does_not_tip_releases_every_hold(world: World) -> None:
    """R12, R39, F18: at the close two of three is a failure, and no hold is left behind."""
    deal_id = await world.deal(threshold=3)
    first = await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "bo@example.com")

    await world.advance(hours=2)
    await world.run()

    assert (await world.deal_row(deal_id)).state == "failed"
    order = await world.order(first)
    assert (order.state, order.reason) == ("released", "deal_failed")
