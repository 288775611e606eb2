"""The desk over HTTP: once, at the right venue, and not by guessing (R68, R69, R73, S30)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.deals.rows import deal_venues
from campaigns.vouchers.rows import redemptions
from campaigns.vouchers.rules import ANSWERS
from storefront.consoles import answers
from tests.storefront.consoles.clerks import Clerk, Staffed, text_of

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WRONG = "AAAA-BBBB-CCCC-DDDD"


async def at_the_desk(firm: Staffed, units: int = 2) -> tuple[Clerk, str, list[str]]:
    """Staff, the address of the desk where a fresh order's vouchers are good, and their codes."""
    deal_id = await firm.world.deal(threshold=1)
    order_id = await firm.world.buy(deal_id, "mei@example.com", units)
    venues = select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id)
    (row,) = await firm.world.rows(venues)
    codes = [voucher.code for voucher in await firm.vouchers(order_id)]
    return await firm.clerk("staff"), f"/desk?venue={row.venue_id}", codes


async def spent(firm: Staffed) -> int:
    return len(await firm.world.rows(select(redemptions.c.id)))


async def test_the_same_form_sent_twice_is_one_scan_with_one_answer(firm: Staffed) -> None:
    staff, desk, (code, _) = await at_the_desk(firm)
    form = {**await staff.form(desk), "code": code}
    first = await staff.client.post(desk, data=form)
    firm.world.clock.advance(minutes=9)
    again = await staff.client.post(desk, data=form)
    assert "Redeemed. Give what the voucher says." in text_of(first)
    assert text_of(again) == text_of(first)
    assert await spent(firm) == 1


async def test_an_old_form_with_another_code_is_another_scan(firm: Staffed) -> None:
    """The way back in a browser brings back a nonce; it must not make two vouchers one."""
    staff, desk, (first, second) = await at_the_desk(firm)
    form = await staff.form(desk)
    await staff.client.post(desk, data={**form, "code": first})
    assert "Give what the voucher says." in text_of(
        await staff.client.post(desk, data={**form, "code": second})
    )
    assert await spent(firm) == 2


async def test_a_second_scan_says_when_and_where_the_first_was(firm: Staffed) -> None:
    staff, desk, (code, _) = await at_the_desk(firm)
    await staff.send(desk, {"code": code})
    firm.world.clock.advance(hours=1)
    said = text_of(await staff.send(desk, {"code": code}))
    assert "Already used on 24 Nov, 04:00, Alder Street" in said
    assert "Do not give anything for it." in said
    assert await spent(firm) == 1


async def test_staff_see_money_only_where_less_than_the_full_value_is_left(firm: Staffed) -> None:
    """R66"""
    staff, desk, (first, second) = await at_the_desk(firm)
    full = text_of(await staff.send(desk, {"code": first}))
    firm.world.clock.advance(days=91)
    staff = await firm.clerk("staff")
    paid = text_of(await staff.send(desk, {"code": second}))
    assert "$" not in full
    assert "This voucher is worth $25, what was paid for it." in paid


async def test_guessing_stops_after_ten_wrong_codes_a_minute_and_a_right_one_then_waits(
    firm: Staffed,
) -> None:
    """S30"""
    staff, desk, (code, _) = await at_the_desk(firm)
    statuses = [(await staff.send(desk, {"code": WRONG})).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    refused = await staff.send(desk, {"code": code})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert f'value="{code}"' in refused.text
    firm.world.clock.advance(minutes=1)
    assert "Give what the voucher says." in text_of(await staff.send(desk, {"code": code}))


async def test_a_busy_desk_is_not_a_guesser(firm: Staffed) -> None:
    """S30: right codes are not counted."""
    staff, desk, codes = await at_the_desk(firm, 12)
    assert [(await staff.send(desk, {"code": code})).status_code for code in codes] == [200] * 12


@one_database
async def test_a_voucher_of_another_venue_and_one_of_another_merchant(firm: Staffed) -> None:
    """R73, S30: the one is named, the other looks like a wrong code."""
    staff, _, (code, _) = await at_the_desk(firm)
    other_venue = text_of(await staff.send(f"/desk?venue={firm.people.venue_id}", {"code": code}))
    assert "Another venue" in other_venue
    firm.world.merchant_id = await firm.office.merchant("moss")
    deal_id = await firm.world.deal(threshold=1)
    (foreign, *_) = await firm.vouchers(await firm.world.buy(deal_id, "mei@example.com"))
    looks = text_of(await staff.send(f"/desk?venue={firm.people.venue_id}", {"code": foreign.code}))
    assert "Not a voucher" in looks
    (row,) = await firm.world.rows(select(deal_venues.c.venue_id).where(deal_venues.c.deal_id == deal_id))
    assert (await staff.get(f"/desk?venue={row.venue_id}")).status_code == 404


@one_database
async def test_an_empty_field_is_named_and_nothing_is_counted(firm: Staffed) -> None:
    staff, desk, _ = await at_the_desk(firm)
    answer = await staff.send(desk, {"code": "  "})
    assert answer.status_code == 422
    assert "Type or scan the code of a voucher." in text_of(answer)


@one_database
async def test_the_desk_may_use_the_camera_and_is_stored_nowhere(firm: Staffed) -> None:
    """U57, S9"""
    staff, desk, _ = await at_the_desk(firm)
    answer = await staff.get(desk)
    assert "camera=(self)" in answer.headers["permissions-policy"]
    assert "'wasm-unsafe-eval'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_every_answer_of_a_scan_has_its_colour_and_its_word() -> None:
    """R69"""
    assert answers.WORDS.keys() == ANSWERS.keys()
    assert {tone for tone, _ in answers.WORDS.values()} == {"good", "warn", "bad"}


def test_the_limit_is_the_one_the_security_list_asks_for() -> None:
    from storefront.consoles.desk import LOOK_UPS

    assert (LOOK_UPS.most, LOOK_UPS.window) == (10, timedelta(minutes=1))
