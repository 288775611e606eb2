"""Addresses nobody would type are nothing here, and never a fault of ours (S14)."""

import pytest
from httpx import Response

from tests.storefront.shop import Browser
from tests.world import World

LARGE = "9" * 40


@pytest.mark.parametrize(
    "path",
    [
        "/deals/%00", "/deals/a%00b/join", "/deals/%00/live", "/deals/%FF", f"/deals/{'x' * 3000}", "/orders/%00",
        "/orders/%F0%9F%8D%9C/leave", "/orders/a.b/paid", "/vouchers/%00.%00", f"/mailbox/{LARGE}", "/mailbox/-1",
    ],
)  # fmt: skip
async def test_an_odd_address_is_not_found(visitor: Browser, path: str) -> None:
    assert (await visitor.get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/?show=%00", f"/?show={LARGE}", "/mailbox?to=%00", "/mailbox?to=%25"])
async def test_an_odd_question_gets_the_usual_page(visitor: Browser, path: str) -> None:
    assert (await visitor.get(path)).status_code == 200


@pytest.mark.parametrize("quantity", ["", "0", "-1", "two", "٣", LARGE, "\0", "1e3", "1;2"])
async def test_an_odd_quantity_joins_nothing_or_is_refused(
    world: World, visitor: Browser, quantity: str
) -> None:
    """U17: asked for in the address it is moved into range, posted it is refused or the least."""
    await world.deal(slug="noodles", max_per_order=3)

    page: Response = await visitor.client.get("/deals/noodles/join", params={"quantity": quantity})
    fields = {"email": "ann@example.com", "quantity": quantity, "request_key": "req_of_an_odd_quantity"}
    sent = await visitor.submit("/deals/noodles/join", fields, form_on="/deals/noodles/join")

    assert page.status_code == 200
    assert sent.status_code in (303, 422)


@pytest.mark.parametrize("key", ["", "\0\0\0\0\0\0\0\0\0", "k" * 5000, "ключ-ключ-ключ", "req 1\n2345678"])
async def test_an_odd_request_key_is_replaced(world: World, visitor: Browser, key: str) -> None:
    """R27: a key of ours is made for whoever sends none."""
    await world.deal(slug="noodles")
    fields = {"email": "ann@example.com", "quantity": "1", "request_key": key}

    sent = await visitor.submit("/deals/noodles/join", fields, form_on="/deals/noodles/join")

    assert sent.status_code == 303
    assert sent.headers["location"].startswith(world.sandbox.address)


@pytest.mark.parametrize(
    "email", ["", "\0", "a\0@example.com", "a@b", "x" * 400 + "@example.com", "a@example.com\nb"]
)
async def test_an_odd_address_of_mail_is_refused_at_its_field(
    world: World, visitor: Browser, email: str
) -> None:
    await world.deal(slug="noodles")
    fields = {"email": email, "quantity": "1", "request_key": "req_of_an_odd_address"}

    sent = await visitor.submit("/deals/noodles/join", fields, form_on="/deals/noodles/join")

    assert sent.status_code == 422
    assert 'id="email-error"' in sent.text
