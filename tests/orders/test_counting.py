"""What counts towards the tip, and when a deal tips."""

import pytest

from campaigns.orders.rules import AlreadyJoining, BuyerLimit, NotEnoughLeft, SoldOut, TooFew, TooMany
from tests.world import World


async def test_pending_orders_count_nothing_and_hold_a_place(world: World) -> None:
    """R1, R24: an unpaid order takes capacity and does not tip."""
    deal_id = await world.deal(threshold=1, capacity=2)
    await world.join(deal_id, "ann@example.com")
    await world.run()
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.units_taken) == ("open", 1)


@pytest.mark.parametrize(("buyers", "state"), [(2, "open"), (3, "tipped"), (4, "tipped")])
async def test_the_threshold_is_met_at_exactly_its_number(world: World, buyers: int, state: str) -> None:
    """R2, R4: N-1, N, N+1."""
    deal_id = await world.deal(threshold=3)
    for number in range(buyers):
        await world.buy(deal_id, f"buyer{number}@example.com")
    assert (await world.deal_row(deal_id)).state == state


async def test_one_buyer_of_five_units_is_one_buyer(world: World) -> None:
    """R2: units do not stand in for people."""
    deal_id = await world.deal(threshold=2)
    await world.buy(deal_id, "ann@example.com", units=5)
    assert (await world.deal_row(deal_id)).state == "open"


@pytest.mark.parametrize(("counts", "threshold"), [("units", 5), ("money", 12_500)])
async def test_units_or_money_can_be_what_counts(world: World, counts: str, threshold: int) -> None:
    """R2: five units of 25.00 are five units and 125.00."""
    deal_id = await world.deal(threshold=threshold, threshold_counts=counts)
    await world.buy(deal_id, "ann@example.com", units=4)
    assert (await world.deal_row(deal_id)).state == "open"
    await world.buy(deal_id, "bo@example.com", units=1)
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.count_at_tip) == ("tipped", threshold)


async def test_two_orders_of_one_address_are_one_buyer_however_it_is_written(world: World) -> None:
    """R3: the address is normalized."""
    deal_id = await world.deal(threshold=2)
    await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "Ann@EXAMPLE.com")
    assert (await world.deal_row(deal_id)).state == "open"


async def test_two_addresses_with_one_card_are_one_buyer(world: World) -> None:
    """R3: a holder's tagged addresses share the sandbox's card."""
    deal_id = await world.deal(threshold=2)
    await world.buy(deal_id, "ann@example.com")
    await world.buy(deal_id, "ann+again@example.com")
    assert (await world.deal_row(deal_id)).state == "open"
    await world.buy(deal_id, "bo@example.com")
    assert (await world.deal_row(deal_id)).state == "tipped"


async def test_the_merchants_own_people_count_nothing_but_use_capacity(world: World) -> None:
    """R9."""
    deal_id = await world.deal(threshold=1, capacity=5)
    await world.buy(deal_id, "owner@lantern.example")
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.units_taken) == ("open", 1)


async def test_a_fully_committed_capacity_tips_below_the_threshold(world: World) -> None:
    """R20: nobody else can join, so it is on."""
    deal_id = await world.deal(threshold=3, capacity=4)
    await world.buy(deal_id, "ann@example.com", units=3)
    assert (await world.deal_row(deal_id)).state == "open"
    await world.buy(deal_id, "bo@example.com")
    deal = await world.deal_row(deal_id)
    assert (deal.state, deal.tipped_by) == ("tipped", "capacity")


@pytest.mark.parametrize(("units", "refusal"), [(3, None), (4, NotEnoughLeft)])
async def test_the_last_places_sell_to_exactly_the_capacity(
    world: World, units: int, refusal: type[Exception] | None
) -> None:
    """R4, R21: three left: three fit, four do not, and what is refused leaves no trace."""
    deal_id = await world.deal(threshold=10, capacity=5)
    await world.join(deal_id, "ann@example.com", units=2)
    if refusal is None:
        await world.join(deal_id, "bo@example.com", units=units)
        with pytest.raises(SoldOut):
            await world.join(deal_id, "cy@example.com")
    else:
        with pytest.raises(refusal):
            await world.join(deal_id, "bo@example.com", units=units)
        assert (await world.deal_row(deal_id)).units_taken == 2


async def test_limits_per_order_and_per_buyer_hold(world: World) -> None:
    """R25, R26."""
    deal_id = await world.deal(threshold=9, min_per_order=2, max_per_order=4, max_per_buyer=5)
    with pytest.raises(TooFew):
        await world.join(deal_id, "ann@example.com", units=1)
    with pytest.raises(TooMany):
        await world.join(deal_id, "ann@example.com", units=5)
    await world.buy(deal_id, "ann@example.com", units=3)
    with pytest.raises(BuyerLimit):
        await world.join(deal_id, "ann@example.com", units=3)
    await world.join(deal_id, "ann@example.com", units=2)


async def test_a_buyer_has_one_pending_order_per_deal(world: World) -> None:
    """R27."""
    deal_id = await world.deal()
    await world.join(deal_id, "ann@example.com")
    with pytest.raises(AlreadyJoining):
        await world.join(deal_id, "ann@example.com")
    assert (await world.deal_row(deal_id)).units_taken == 1
