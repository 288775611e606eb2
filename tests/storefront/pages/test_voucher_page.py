"""The voucher page: what the holder shows at the till."""

import re

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from sqlalchemy import select

from campaigns.foundation.ids import new_id
from campaigns.orders.leave import leave
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.tokens import presented_code
from tests.storefront.shop import Browser
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
_MODULE_PX = 6


async def a_voucher(world: World, **deal: object) -> str:
    """The address of the one voucher of an order that was charged."""
    await world.buy(await world.deal(threshold=1, **deal), "ann@example.com")
    (row,) = await world.rows(select(vouchers.c.id))
    return world.links.voucher(row.id).removeprefix(world.links.address)


def picture(page: str) -> Image.Image:
    """The QR code of a page, drawn as a browser would: dark runs on white."""
    size = int(re.search(r'viewBox="0 0 (\d+)', page[page.index('class="qr"') :]).group(1))  # type: ignore[union-attr]
    path = re.search(r'<path d="([^"]+)"', page[page.index('class="qr"') :])
    assert path is not None
    image = Image.new("L", (size * _MODULE_PX, size * _MODULE_PX), 255)
    draw = ImageDraw.Draw(image)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)", path.group(1)):
        left, top = int(x) * _MODULE_PX, int(y) * _MODULE_PX
        draw.rectangle((left, top, left + int(length) * _MODULE_PX - 1, top + _MODULE_PX - 1), fill=0)
    return image


async def test_the_qr_code_reads_back_as_the_code_in_text(world: World, visitor: Browser) -> None:
    """U77, U89, R65: the signed token opens the same voucher as the code somebody types."""
    page = await visitor.get(await a_voucher(world))

    (read,) = zxingcpp.read_barcodes(picture(page.text))

    code = re.search(r'class="code-text">([^<]+)<', page.text)
    assert code is not None
    assert presented_code(world.keys, read.text) == presented_code(world.keys, code.group(1))
    assert "ann@example.com" not in page.text


async def test_it_says_where_when_and_both_dates(world: World, visitor: Browser) -> None:
    """R62, R66."""
    page = await visitor.get(await a_voucher(world))

    for said in ("214 SE Alder Street", "$64 until the end of 22 Feb 2027", "$25, what you paid, until"):
        assert said in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_a_used_voucher_says_when_and_where(world: World, visitor: Browser) -> None:
    """R69, U89."""
    path = await a_voucher(world)
    (row,) = await world.rows(select(vouchers.c.id))
    code, venue_id = await world.code_of(row.id)
    scan = Scan(code, venue_id, new_id("non"))
    await redeem(scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys)

    page = await visitor.get(path)

    assert "Already used on Tue 24 Nov, 04:00" in page.text
    assert "Alder Street" in page.text
    assert 'class="qr"' not in page.text


async def test_a_refunded_voucher_can_no_longer_be_used(world: World, visitor: Browser) -> None:
    """R70."""
    path = await a_voucher(world)
    (row,) = await world.rows(select(vouchers.c.order_id))
    await leave(row.order_id, store=world.store, clock=world.clock)

    page = await visitor.get(path)

    assert "This voucher was refunded. It can no longer be used." in page.text
    assert "Full value" not in page.text
    assert "How to use it" not in page.text
    assert 'class="qr"' not in page.text


async def test_after_the_first_date_it_is_worth_what_was_paid(world: World, visitor: Browser) -> None:
    """R66."""
    path = await a_voucher(world)
    await world.advance(days=120)
    await world.run()

    assert "Worth the $25 you paid until the end of" in (await visitor.get(path)).text


async def test_only_a_signed_address_opens_a_voucher(world: World, visitor: Browser) -> None:
    """S14, S30."""
    path = await a_voucher(world)

    for wrong in (f"{path}x", path.rsplit(".", 1)[0], "/vouchers/vou_nothing", f"/vouchers/{'b' * 500}"):
        assert (await visitor.get(wrong)).status_code == 404
