"""The demo's mailbox and the pages that explain."""

from pathlib import Path

import pytest

from campaigns.people.ports import Letter
from integrations.adapters import Adapters
from integrations.mail.mailbox import MailboxMailer
from tests.storefront.shop import Browser, Shop, open_shop, shop_settings
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LETTER = Letter(
    "key-1",
    "ann@example.com",
    "You're in: <b>noodles</b>",
    ("Your order page: http://quorum.test:8000/orders/abc.def", "<script>alert(1)</script>"),
    ("See your order", "http://quorum.test:8000/orders/abc.def"),
)


async def test_letters_can_be_read_and_their_links_followed(mailbox: MailboxMailer, visitor: Browser) -> None:
    number = await mailbox.send(LETTER)

    listed = await visitor.get("/mailbox")
    letter = await visitor.get(f"/mailbox/{number}")

    assert f'href="/mailbox/{number}"' in listed.text
    assert letter.text.count('href="http://quorum.test:8000/orders/abc.def"') == 2
    assert "<script>alert" not in letter.text
    assert "<b>noodles" not in listed.text + letter.text


async def test_the_mailbox_is_found_by_address(mailbox: MailboxMailer, visitor: Browser) -> None:
    await mailbox.send(LETTER)

    assert "You&#39;re in" in (await visitor.get("/mailbox?to=ANN@example.com")).text
    assert "No letters to bo@example.com" in (await visitor.get("/mailbox?to=bo@example.com")).text
    assert (await visitor.get("/mailbox/99")).status_code == 404


async def test_an_empty_mailbox_says_what_will_be_there(visitor: Browser) -> None:
    """U20."""
    assert "No letters yet" in (await visitor.get("/mailbox")).text


async def test_there_is_no_mailbox_where_mail_or_money_is_real(
    world: World, mailbox: MailboxMailer, tmp_path: Path
) -> None:
    """S36: its letters hold the keys of orders."""
    await mailbox.send(LETTER)
    processor = world.outside.processor
    mailing = open_shop(shop_settings(tmp_path), world.store, world.clock, Adapters(processor, mailbox, None))
    real = shop_settings(tmp_path, stripe_api_key="sk_test_real", stripe_webhook_secret="whsec_x")
    paying = open_shop(real, world.store, world.clock, Adapters(processor, mailbox, mailbox))

    for shop in (mailing, paying):
        for path in ("/mailbox", "/mailbox/1"):
            assert (await shop.browser().get(path)).status_code == 404
        await shop.close()


async def test_no_link_of_the_frame_is_dead(shop: Shop, visitor: Browser) -> None:
    for path in ("/", "/how-it-works", "/business", "/sign-in", "/mailbox"):
        page = await visitor.get(path)
        assert page.status_code == 200
        assert "<h1" in page.text
