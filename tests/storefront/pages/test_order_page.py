"""The order page: found by its signature only, and always saying where the money is."""

from datetime import timedelta

import pytest
from httpx import Response

from campaigns.orders.leave import leave
from campaigns.orders.rules import ORDER
from storefront import order_words
from tests.storefront.shop import Browser
from tests.world import World


def path_of(world: World, order_id: str) -> str:
    return world.links.order(order_id).removeprefix(world.links.address)


async def shown(world: World, visitor: Browser, order_id: str) -> Response:
    return await visitor.get(path_of(world, order_id))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_only_a_signed_address_opens_an_order(world: World, visitor: Browser) -> None:
    """S14: a changed or missing signature and another purpose's signature are nothing here."""
    order_id = await world.join(await world.deal(), "ann@example.com")
    path = path_of(world, order_id)

    answer = await visitor.get(path)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    stranger = world.links.voucher(order_id).rsplit("/", 1)[1]
    for wrong in (f"{path}x", f"/orders/{order_id}", f"/orders/{stranger}", f"/orders/{'a' * 400}"):
        assert (await visitor.get(wrong)).status_code == 404
        assert (await visitor.submit(f"{wrong}/leave")).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_kept_place_leads_on_to_the_payment_page(world: World, visitor: Browser) -> None:
    """R22, U7."""
    order_id = await world.join(await world.deal(), "ann@example.com")

    page = await shown(world, visitor, order_id)

    assert "Your place is kept until 04:30 (" in page.text
    assert "Nothing is held or charged yet" in page.text
    assert (await world.order(order_id)).session_url in page.text


async def test_coming_back_from_the_payment_page_needs_no_notice(world: World, visitor: Browser) -> None:
    """F10, F12: the return looks at the payment itself; the hold is there before any webhook."""
    order_id = await world.join(await world.deal(), "ann@example.com")
    await world.pay(order_id)

    back = await visitor.get(f"{path_of(world, order_id)}/paid")

    assert (back.status_code, back.headers["location"]) == (303, path_of(world, order_id))
    assert (await world.order(order_id)).state == "authorized"
    page = await shown(world, visitor, order_id)
    assert "$25 is held on Visa ending 4242, not charged." in page.text
    assert "If the deal doesn&#39;t reach 3 people" in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_silent_processor_does_not_break_the_way_back(world: World, visitor: Browser) -> None:
    """F12, U21: the page says what is known; the sweep brings the rest."""
    order_id = await world.join(await world.deal(), "ann@example.com")
    await world.pay(order_id)
    await world.sandbox.control.fault("unavailable", method="GET", next_n=5)

    back = await visitor.get(f"{path_of(world, order_id)}/paid")

    assert back.status_code == 303
    assert "Your place is kept" in (await shown(world, visitor, order_id)).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_charged_order_shows_its_vouchers(world: World, visitor: Browser) -> None:
    """U4, R65: the voucher with its QR code stands where the waiting was."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=2)

    page = await shown(world, visitor, order_id)

    assert "Your 2 vouchers are ready" in page.text
    assert "$50 was charged to Visa ending 4242." in page.text
    assert page.text.count('class="qr"') == 2
    assert "hx-trigger" not in page.text  # nothing moves any more


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_many_vouchers_are_a_list(world: World, visitor: Browser) -> None:
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=6)

    page = await shown(world, visitor, order_id)

    assert page.text.count("/vouchers/") == 6
    assert 'class="qr"' not in page.text


async def test_leaving_is_shown_before_it_is_done(world: World, visitor: Browser) -> None:
    """R32, U18: the review names the amount; after it the hold is released."""
    order_id = await world.buy(await world.deal(), "ann@example.com")
    path = path_of(world, order_id)

    review = await visitor.get(f"{path}/leave")
    assert "The hold of $25 is released" in review.text
    done = await visitor.submit(f"{path}/leave", form_on=f"{path}/leave")

    assert (done.status_code, done.headers["location"]) == (303, path)
    assert "Your hold is being released" in (await visitor.get(path)).text
    await world.run()
    ended = await visitor.get(path)
    assert "You left this deal" in ended.text
    assert "Your hold was released" in ended.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_leaving_what_may_not_be_left_says_why(world: World, visitor: Browser) -> None:
    """R32: a locked deal has no button, and a form from elsewhere is refused in words."""
    order_id = await world.buy(await world.deal(leave_before_tip="locked"), "ann@example.com")
    path = path_of(world, order_id)

    assert f"{path}/leave" not in (await visitor.get(path)).text
    refused = await visitor.submit(f"{path}/leave", form_on="/sign-in")

    assert refused.status_code == 409
    assert "leave before it is decided" in refused.text
    assert (await world.order(order_id)).state == "authorized"


async def test_a_refund_takes_the_vouchers_and_sends_the_money_back(world: World, visitor: Browser) -> None:
    """R33, R48, R70."""
    order_id = await world.buy(await world.deal(threshold=1), "ann@example.com", units=2)
    path = path_of(world, order_id)

    review = await visitor.get(f"{path}/leave")
    assert "2 vouchers stop working at once" in review.text
    assert "Refund $50" in review.text
    await visitor.submit(f"{path}/leave", form_on=f"{path}/leave")

    assert "$50 is on its way back to Visa ending 4242" in (await visitor.get(path)).text
    await world.run()
    assert "$50 was sent back" in (await visitor.get(path)).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_failed_charge_asks_for_another_card(world: World, visitor: Browser) -> None:
    """R43: the place is kept, a new payment page opens, and its payment is charged."""
    deal_id = await world.deal(threshold=2)
    order_id = await world.buy(deal_id, "ann@example.com", card="pm_card_expiredAtCapture")
    await world.buy(deal_id, "bo@example.com")
    path = path_of(world, order_id)
    if (await world.order(order_id)).state != "payment_problem":
        pytest.fail(f"the card did not fail: {(await world.order(order_id)).state}")

    page = await visitor.get(path)
    assert "Nothing was charged." in page.text
    assert "Pay $25 with another card" in page.text
    onward = await visitor.submit(f"{path}/another-card", form_on=path)

    assert onward.headers["location"].startswith(f"{world.sandbox.address}/c/pay/")
    await world.pay(order_id)
    await visitor.get(f"{path}/paid")
    await world.run()
    assert "Your voucher is ready" in (await visitor.get(path)).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_another_card_for_an_order_that_needs_none_is_refused(world: World, visitor: Browser) -> None:
    order_id = await world.buy(await world.deal(), "ann@example.com")
    path = path_of(world, order_id)

    refused = await visitor.submit(f"{path}/another-card", form_on="/sign-in")

    assert refused.status_code == 409
    assert "needs no other card" in refused.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_failed_deal_says_that_nothing_was_charged(world: World, visitor: Browser) -> None:
    """U7, R12."""
    order_id = await world.buy(await world.deal(), "ann@example.com")
    await world.advance(hours=3)
    await world.run()

    page = await shown(world, visitor, order_id)

    assert "The deal did not reach enough people" in page.text
    assert "Nothing was charged. Your hold was released." in page.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_place_that_ended_says_so(world: World, visitor: Browser) -> None:
    """R22."""
    order_id = await world.join(await world.deal(), "ann@example.com")
    await world.advance(minutes=31)
    await world.run()

    assert "Your place has ended" in (await shown(world, visitor, order_id)).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_history_tells_what_happened_in_order(world: World, visitor: Browser) -> None:
    order_id = await world.buy(await world.deal(), "ann@example.com")
    world.clock.at += timedelta(minutes=5)
    await leave(order_id, store=world.store, clock=world.clock)

    text = (await shown(world, visitor, order_id)).text

    places = [text.index(line) for line in ("Place reserved", "Card held", "You left, release")]
    assert places == sorted(places)


def test_every_state_of_an_order_has_its_sentences() -> None:
    """U7: no state without a headline, a place for the money and a line in the history."""
    for table in (order_words._HEADLINES, order_words._MONEY, order_words._HISTORY):
        assert set(table) == set(ORDER.states)
