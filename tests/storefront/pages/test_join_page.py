"""Joining by the form: what it says before payment, where it leads, and what it keeps when it is refused."""

import re

import pytest
from httpx import Response
from sqlalchemy import select

from campaigns.orders.rows import orders
from tests.storefront.shop import Browser, Shop
from tests.world import World


def key_on(page: Response) -> str:
    found = re.search(r'name="request_key" value="([^"]+)"', page.text)
    assert found is not None
    return found.group(1)


async def press(
    visitor: Browser, slug: str, email: str, quantity: str = "1", key: str | None = None
) -> Response:
    """Open the form and send it, or send it once more with the `key` of an earlier page."""
    path = f"/deals/{slug}/join"
    page = await visitor.get(path)
    fields = {"email": email, "quantity": quantity, "request_key": key or key_on(page)}
    return await visitor.submit(path, fields, form_on=path)


async def test_the_form_states_total_money_and_limits_before_payment(world: World, visitor: Browser) -> None:
    """R62, U3, U5: quantity times price, what happens to the money, every limitation, how long the place is kept."""
    await world.deal(slug="noodles", max_per_buyer=4)

    page = await visitor.get("/deals/noodles/join?quantity=3")

    assert page.status_code == 200
    for said in (
        "3 × $25", "$75", "held, not charged", "At most 4 for one person", "kept for 30 minutes", "72 hours",
    ):  # fmt: skip
        assert said in page.text


async def test_the_form_belongs_to_one_visitor(world: World, visitor: Browser) -> None:
    """U37, S7: never cached, with a token and a request key of its own each time."""
    await world.deal(slug="noodles")

    first, second = await visitor.get("/deals/noodles/join"), await visitor.get("/deals/noodles/join")

    assert first.headers["cache-control"] == "no-store"
    assert key_on(first) != key_on(second)


async def test_joining_leads_to_the_payment_page_in_the_same_request(world: World, visitor: Browser) -> None:
    """R21, U36: 303 to the page of the processor; the place is taken."""
    deal_id = await world.deal(slug="noodles")

    answer = await press(visitor, "noodles", "Ann@Example.com", "2")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{world.sandbox.address}/c/pay/")
    (order,) = await world.rows(select(orders).where(orders.c.deal_id == deal_id))
    assert (order.state, order.units) == ("pending", 2)


async def test_pressing_twice_is_one_order(world: World, visitor: Browser) -> None:
    """R27: the same key leads to the same payment page."""
    await world.deal(slug="noodles")
    key = key_on(await visitor.get("/deals/noodles/join"))

    first = await press(visitor, "noodles", "ann@example.com", key=key)
    second = await press(visitor, "noodles", "ann@example.com", key=key)

    assert first.headers["location"] == second.headers["location"]
    assert len(await world.rows(select(orders))) == 1


async def test_pressing_again_after_paying_leads_to_the_order(world: World, visitor: Browser) -> None:
    """R27: the back button after the payment page."""
    await world.deal(slug="noodles")
    key = key_on(await visitor.get("/deals/noodles/join"))
    await press(visitor, "noodles", "ann@example.com", key=key)
    (order,) = await world.rows(select(orders))
    await world.pay(order.id)
    await world.run()

    again = await press(visitor, "noodles", "ann@example.com", key=key)

    assert again.headers["location"] == world.links.order(order.id).removeprefix(world.links.address)


async def test_a_wrong_address_comes_back_with_everything_typed(world: World, visitor: Browser) -> None:
    """U17: 422, same page, same key, the mistake at its field."""
    await world.deal(slug="noodles")

    answer = await press(visitor, "noodles", "ann at example", "3", key="req_kept_over_the_mistake")

    assert answer.status_code == 422
    assert 'value="ann at example"' in answer.text
    assert "req_kept_over_the_mistake" in answer.text
    assert "3 × $25" in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_refusals_come_back_in_words(world: World, visitor: Browser) -> None:
    """R20, R25: too many, sold out, the limit of one person."""
    await world.deal(slug="small", capacity=2, max_per_order=2, max_per_buyer=1)

    assert "for one person" in (await press(visitor, "small", "ann@example.com", "2")).text
    assert "at most 2" in (await press(visitor, "small", "ann@example.com", "9")).text
    await press(visitor, "small", "bo@example.com")
    await press(visitor, "small", "cy@example.com")
    late = await press_without_form(visitor, "small", "di@example.com")
    assert late.status_code == 422
    assert "All places are taken" in late.text


@pytest.mark.parametrize("quantity", ["0", "-1", "abc", "1.5", "1e3", "999999", "9" * 40])
async def test_a_quantity_that_is_none_takes_no_place(quantity: str, world: World, visitor: Browser) -> None:
    """R20: what was typed is refused at its field, and never replaced by another number."""
    await world.deal(slug="noodles", capacity=50)

    answer = await press(visitor, "noodles", "ann@example.com", quantity)

    assert answer.status_code == 422
    assert 'id="quantity-error"' in answer.text
    assert not await world.rows(select(orders))


async def press_without_form(visitor: Browser, slug: str, email: str) -> Response:
    """Somebody whose form was open before the deal stopped taking people."""
    fields = {"email": email, "quantity": "1", "request_key": "req_from_an_older_page"}
    return await visitor.submit(f"/deals/{slug}/join", fields)


async def test_a_deal_that_closed_meanwhile_says_so(world: World, visitor: Browser) -> None:
    """R11: nothing is held for those who press too late."""
    await world.deal(slug="noodles")
    await world.advance(hours=2)

    late = await press_without_form(visitor, "noodles", "ann@example.com")

    assert late.status_code == 422
    assert "has closed" in late.text
    assert not await world.rows(select(orders))


async def test_an_address_that_is_joining_already_is_told_what_to_do(world: World, shop: Shop) -> None:
    """R26, S2: no link to somebody else's order, but a way out."""
    await world.deal(slug="noodles")
    await press(shop.browser(), "noodles", "ann@example.com")

    second = await press(shop.browser(), "noodles", "ann@example.com")

    assert second.status_code == 422
    assert "a place is kept" in second.text
    assert "/orders/" not in second.text


async def test_going_back_and_pressing_again_finds_the_order(world: World, visitor: Browser) -> None:
    """R27: a new form has a new key, but this browser has begun already; another address has not."""
    await world.deal(slug="noodles")
    await press(visitor, "noodles", "ann@example.com")
    (order,) = await world.rows(select(orders))

    again = await press(visitor, "noodles", "ANN@example.com", "2")
    other = await press(visitor, "noodles", "bo@example.com")

    assert again.headers["location"] == world.links.order(order.id).removeprefix(world.links.address)
    assert other.headers["location"].startswith(world.sandbox.address)


async def test_a_deal_nobody_can_join_has_no_form(world: World, visitor: Browser) -> None:
    await world.deal(slug="draft", state="draft", published_at=None)
    await world.deal(slug="soon", state="scheduled", opens_at=world.clock.at.replace(hour=13))

    assert (await visitor.get("/deals/draft/join")).status_code == 404
    soon = await visitor.get("/deals/soon/join")
    assert (soon.status_code, soon.headers["location"]) == (303, "/deals/soon")


async def test_a_form_without_its_token_joins_nothing(world: World, visitor: Browser) -> None:
    """S7."""
    await world.deal(slug="noodles")

    answer = await visitor.client.post("/deals/noodles/join", data={"email": "ann@example.com"})

    assert answer.status_code == 403
    assert not await world.rows(select(orders))


async def test_pressing_without_end_is_slowed_down(world: World, visitor: Browser) -> None:
    """S18: ten presses of one address in a quarter of an hour."""
    await world.deal(slug="noodles")
    key = key_on(await visitor.get("/deals/noodles/join"))
    answers = [await press(visitor, "noodles", "ann@example.com", key=key) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_processor_that_does_not_answer_leads_to_the_order(world: World, visitor: Browser) -> None:
    """U7: the place is kept, and the order page offers to continue once the payment page is there."""
    await world.deal(slug="noodles")
    await world.sandbox.control.fault("unavailable", path="/v1/checkout/sessions", next_n=1)

    answer = await press(visitor, "noodles", "ann@example.com")

    assert answer.headers["location"].startswith("/orders/")
    page = await visitor.get(answer.headers["location"])
    assert "Nothing is held or charged yet" in page.text
    assert f"{answer.headers['location']}/pay" in page.text
    await world.advance(minutes=1)
    path = answer.headers["location"]
    onward = await visitor.submit(f"{path}/pay", form_on=path)
    assert onward.headers["location"].startswith(world.sandbox.address)
