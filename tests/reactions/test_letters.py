"""What the letters say, word by word where a phrase is agreed, and the links they carry."""

from datetime import timedelta

import pytest

from campaigns.foundation.money import Money
from campaigns.reactions import formats
from tests.reactions.scenes import LADDER, SCENES, Scene, act
from tests.reactions.stage import LINKS, Stage, text


async def test_a_held_order_says_what_happens_to_the_money_when(stage: Stage) -> None:
    """U3, U4: now, at the tip and on failure; the deadline in the deal's zone with its city."""
    deal_id = await stage.deal()
    await stage.orders(deal_id, [f"b{number}@example.com" for number in range(16)], "authorized")
    order_id = await stage.order(deal_id, "ann@example.com", "pending")
    await stage.move(order_id, "authorized")
    [letter] = await stage.post()
    goal = "If the deal reaches 20 people by Fri 27 Nov, 18:00 (Los Angeles), "
    assert letter.paragraphs[:4] == (
        "Your card is held, not charged. The hold is $38.",
        goal + "your card is charged $38 and we e-mail your voucher."
        " If it doesn't, the hold is released and you pay nothing.",
        "3 more people and it's on.",
        "You can leave on your order page until the deal is on; the hold is released and you pay nothing.",
    )
    assert letter.action is not None
    signed = letter.action[1].removeprefix("https://quorum.example/orders/")
    assert LINKS.order_id(signed) == order_id


async def test_a_held_ladder_order_says_the_most_it_can_cost(stage: Stage) -> None:
    said = text(await act(stage, "held", SCENES["held"][1]))
    assert "We hold $38, the most you can pay." in said
    assert "never more than $38" in said
    assert "This deal doesn't let buyers leave before it is decided." in said


async def test_a_ladder_that_is_on_says_the_price_as_it_stands(stage: Stage) -> None:
    """R50, R60: nothing is charged yet, and a waived minimum is said."""
    said = text(await act(stage, "on", SCENES["on"][0]))
    assert "The deal is on. We hold $38; nothing is charged yet." in said
    assert "when the deal closes, Fri 27 Nov, 18:00 (Los Angeles), never more than $38." in said
    assert "As it stands that is $38." in said
    assert "The merchant waives the minimum of 20 people." in said


async def test_one_voucher_is_the_action_itself(stage: Stage) -> None:
    letter = await act(stage, "charged", SCENES["charged"][0])
    assert "The deal is on. Your card was charged $38." in letter.paragraphs
    assert letter.action is not None
    label, address = letter.action
    assert label == "Show your voucher"
    assert LINKS.voucher_id(address.removeprefix("https://quorum.example/vouchers/")) is not None
    assert "until Fri 27 Nov, 04:00 (Los Angeles)" in text(letter)  # 72 hours after the charge


async def test_every_voucher_has_its_link(stage: Stage) -> None:
    letter = await act(stage, "charged", SCENES["charged"][1])
    links = [line.split(": ")[1] for line in letter.paragraphs if line.startswith("Voucher ")]
    ids = {LINKS.voucher_id(link.removeprefix("https://quorum.example/vouchers/")) for link in links}
    assert len(ids) == 2
    assert None not in ids


async def test_no_voucher_no_letter_of_vouchers(stage: Stage) -> None:
    """R65: "your voucher is ready" appears only when one is."""
    order = {"captured_at": stage.clock.at, "units_captured": 1}
    deal_id = await stage.deal(state="tipped")
    order_id = await stage.order(deal_id, "ann@example.com", "captured", **order)
    await stage.voucher(order_id, state="revoked")
    await stage.ask_for("charged", order_id, deal_id)
    assert await stage.mail() == []


async def test_a_final_ladder_price_says_what_was_held(stage: Stage) -> None:
    more = {"units": 2, "due_minor": 6800}
    said = text(
        await act(stage, "charged", Scene("captured", deal="settling", more=more, terms={"tiers": LADDER}))
    )
    assert (
        "Your card was charged $68. That is the final price; the rest of the $76 we held is released." in said
    )


async def test_a_failed_deal_says_how_far_it_came(stage: Stage) -> None:
    """R64: the count is that of the buyers who were let go, once per buyer."""
    deal_id = await stage.deal(state="failed")
    more = {"reason": "deal_failed"}
    await stage.orders(deal_id, [f"b{number}@example.com" for number in range(16)], "released", **more)
    await stage.order(deal_id, "staff@example.com", "released", counts=False, **more)
    order_id = await stage.order(deal_id, "ann@example.com", "releasing", **more)
    await stage.ask_for("failed", order_id, deal_id)
    [letter] = await stage.mail()
    money = "Nothing was charged; your hold is being released, which some banks show after a few days."
    assert letter.paragraphs[0] == f"17 of 20 people. {money}"


@pytest.mark.parametrize(
    ("state", "money"),
    [
        ("releasing", "Nothing was charged; your hold is being released"),
        ("refunding", "$38 for unused vouchers goes back to your card."),
        ("captured", "What you have used is not refunded"),
        ("capturing", "If it was, we send all of it back"),
    ],
)
async def test_a_canceled_deal_gives_its_reason_and_says_where_the_money_is(
    stage: Stage, state: str, money: str
) -> None:
    deal_id = await stage.deal(state="open" if state == "releasing" else "tipped")
    taken = {"captured_at": stage.clock.at, "units_captured": 1} if state in ("captured", "refunding") else {}
    reason = "deal_canceled" if state == "releasing" else None
    order_id = await stage.order(deal_id, "ann@example.com", state, reason=reason, **taken)
    if state == "refunding":
        await stage.refund(order_id, 3800, "pending", ground="deal_canceled")
    await stage.move_deal(deal_id, "canceled", note={"reason": "The kitchen\nburned."})
    [letter] = [each for each in await stage.post() if each.to == "ann@example.com"]
    assert "The reason given: “The kitchen burned.”" in letter.paragraphs
    assert money in text(letter)


async def test_a_payment_problem_says_what_to_do_until_when(stage: Stage) -> None:
    """R43, R45: the reason, the remedy, the deadline in the deal's zone, and the page to pay on."""
    letter = await act(stage, "payment_problem", SCENES["payment_problem"][0])
    said = text(letter)
    assert "Your bank wants you to confirm the payment of $38. Nothing was charged." in said
    assert "Your place is kept until Tue 1 Dec, 04:00 (Los Angeles)." in said
    assert letter.action is not None
    assert letter.action[0] == "Pay on your order page"
    assert letter.action[1].startswith("https://quorum.example/orders/")


async def test_after_the_deadline_no_problem_is_told(stage: Stage) -> None:
    deal_id = await stage.deal(state="tipped")
    more = {"reason": "declined", "problem_ends_at": stage.clock.at}
    order_id = await stage.order(deal_id, "ann@example.com", "payment_problem", **more)
    await stage.ask_for("payment_problem", order_id, deal_id)
    assert await stage.mail() == []


async def test_who_lost_the_place_may_join_again_while_the_deal_is_open(stage: Stage) -> None:
    letter = await act(stage, "hold_ended", SCENES["hold_ended"][0])
    assert "You can join again while the deal is open." in letter.paragraphs
    assert letter.action is not None
    assert letter.action[1].startswith("https://quorum.example/deals/noodles-")
    stage.clock.advance(days=5)
    deal_id = await stage.deal(closes_at=stage.clock.at - timedelta(minutes=1))
    order_id = await stage.order(deal_id, "bo@example.com", "lapsed", reason="hold_ended")
    await stage.ask_for("hold_ended", order_id, deal_id)
    [late] = await stage.mail()
    assert "join again" not in text(late)


async def test_a_settled_deal_adds_up_for_its_owner(stage: Stage) -> None:
    deal_id = await stage.deal(state="settling")
    taken = {"captured_at": stage.clock.at, "units_captured": 2, "units": 2}
    await stage.orders(deal_id, ["ann@example.com", "bo@example.com"], "captured", **taken)
    refunded = await stage.order(deal_id, "cy@example.com", "refunded", **taken)
    await stage.refund(refunded, 7600)
    await stage.order(deal_id, "di@example.com", "dropped", reason="problem_days_over")
    await stage.move_deal(deal_id, "settled")
    [letter] = await stage.post()
    assert letter.to == "owner@lantern.example"
    assert letter.paragraphs[1:] == (
        "3 people paid $228 for 6 vouchers.",
        "$76 of that was refunded or is on its way back.",
        "1 order ended unpaid.",
    )


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Money(3800, "USD"), "$38"),
        (Money(3850, "USD"), "$38.50"),
        (Money(380000, "JPY"), "¥380,000"),
        (Money(12500, "KWD"), "KWD 12.500"),
        (Money(1, "EUR"), "€0.01"),
    ],
)
def test_money_is_written_by_its_currency(amount: Money, written: str) -> None:
    assert formats.money(amount).replace("\xa0", " ") == written
