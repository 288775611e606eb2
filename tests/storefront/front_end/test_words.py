"""Every sentence of a deal, in every phase, for one too few, enough and one too many (U1, U3, U4, U13)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from campaigns.deals.views import VenueView
from campaigns.foundation.ids import VenueId
from storefront import words
from tests.storefront.front_end.builders import FIXED, a_card, a_deal_view

DECIDED_AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PHASES = (
    "scheduled",
    "open",
    "grace",
    "tipped",
    "sold_out",
    "settling",
    "settled",
    "failed",
    "canceled",
)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "20 more people and it's on"),
        (17, "3 more people and it's on"),
        (19, "1 more person and it's on"),
        (20, "Enough people. It's on in a moment"),
        (21, "Enough people. It's on in a moment"),
    ],
)
def test_an_open_deal_says_how_many_people_are_missing(count: int, sentence: str) -> None:
    """U13, N−1, N and N+1"""
    assert words.headline(a_deal_view(count=count)) == sentence


@pytest.mark.parametrize(
    ("phase", "count", "sentence"),
    [
        ("scheduled", 0, "Opens Fri 20 Nov, 09:00 (Portland)"),
        ("tipped", 20, "It's on. Everyone pays $38 or less"),
        ("tipped", 43, "It's on. Everyone pays $38 or less"),
        ("sold_out", 30, "Sold out"),
        ("settling", 43, "Closed. Final price $34, cards are being charged"),
        ("settled", 64, "64 people paid $29"),
        ("failed", 17, "17 of 20 people. Nothing was charged"),
    ],
)
def test_each_phase_has_its_headline(phase: str, count: int, sentence: str) -> None:
    """U13"""
    assert words.headline(a_deal_view(phase, count)) == sentence


def test_a_venue_names_its_city_once() -> None:
    venue = VenueView(VenueId("ven_1"), "Alder", "214 SE Alder Street", "Portland", "America/Los_Angeles")
    assert words.venue_line(venue) == "Alder, 214 SE Alder Street, Portland"
    full = replace(venue, address="214 SE Alder Street, Portland, OR 97214")
    assert words.venue_line(full) == "Alder, 214 SE Alder Street, Portland, OR 97214"


def test_a_fixed_price_deal_that_is_on_names_the_one_price() -> None:
    assert words.headline(a_deal_view("tipped", 23, ladder=FIXED)) == "It's on. Everyone pays $38"
    assert words.headline(a_deal_view("settled", 1, ladder=FIXED, threshold=1)) == "1 person paid $38"


@pytest.mark.parametrize(
    ("pending", "sentence"),
    [
        (0, "Closed at 18:00. Result by 18:25"),
        (1, "Closed at 18:00. 1 payment is still being confirmed; result by 18:25"),
        (2, "Closed at 18:00. 2 payments are still being confirmed; result by 18:25"),
    ],
)
def test_in_the_grace_the_card_says_what_is_waited_for_and_until_when(pending: int, sentence: str) -> None:
    """R12"""
    assert words.headline(a_deal_view("grace", pending=pending)) == sentence


@pytest.mark.parametrize("phase", ["open", "grace", "tipped"])
def test_a_waived_deal_shows_its_true_count(phase: str) -> None:
    """R60"""
    deal = a_deal_view(phase, 14, waived=True)
    assert words.headline(deal) == "The merchant waives the minimum. 14 of 20 joined"


def test_a_canceled_deal_says_when_and_what_becomes_of_the_money() -> None:
    """R39"""
    deal = a_deal_view("canceled", decided_at=DECIDED_AT)
    assert words.headline(deal) == (
        "Canceled by the merchant on 20 Nov. Every hold is released, every unused voucher refunded"
    )


@pytest.mark.parametrize(
    ("phase", "ladder", "plan", "sentence"),
    [
        (
            "open",
            False,
            "hold",
            "Your card is held, not charged. If the deal doesn't reach 20 people, the hold is released.",
        ),
        (
            "open",
            False,
            "saved_card",
            "Your card is saved, not charged. It is charged $38 only if the deal reaches 20 people.",
        ),
        (
            "open",
            True,
            "hold",
            (
                "We hold $38, the most you can pay. Below 20 people the hold is released; "
                "else you pay the final price when it closes."
            ),
        ),
        (
            "open",
            True,
            "saved_card",
            (
                "Your card is saved, not charged. At 20 people or more you pay the final price at close, "
                "never more than $38."
            ),
        ),
        ("tipped", False, "hold", "The deal is on. Your card is charged $38 when you join."),
        ("tipped", False, "saved_card", "The deal is on. Your card is charged $38 when you join."),
        (
            "tipped",
            True,
            "hold",
            "The deal is on. We hold $38; you pay the final price at close, $34 as it stands.",
        ),
        (
            "tipped",
            True,
            "saved_card",
            "The deal is on. You pay the final price at close, never more than $38.",
        ),
    ],
)
def test_the_money_line_says_now_at_the_tip_and_on_failure(
    phase: str, ladder: bool, plan: words.Plan, sentence: str
) -> None:
    """U3, R40"""
    count = 17 if phase == "open" else 43
    deal = a_deal_view(phase, count) if ladder else a_deal_view(phase, count, ladder=FIXED)
    assert words.money_line(deal, plan) == sentence


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("waived", [False, True])
def test_no_phase_is_without_words(phase: str, waived: bool) -> None:
    """U7, U1: every phase has its sentences, and none of them shouts."""
    deal = a_deal_view(phase, waived=waived)
    said = [words.headline(deal), words.money_line(deal), words.card_line(a_card(phase))]
    assert all(said)
    assert not any("!" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("phase", "label"),
    [
        ("scheduled", "Tell me when it opens"),
        ("open", "Join"),
        ("grace", None),
        ("tipped", "Join"),
        ("sold_out", "Join the waiting list"),
        ("settling", "Tell me about the next one"),
        ("settled", "Tell me about the next one"),
        ("failed", "Tell me if it returns"),
        ("canceled", "See similar deals"),
    ],
)
def test_each_phase_has_one_button_or_none(phase: str, label: str | None) -> None:
    """U13"""
    assert words.button(a_deal_view(phase)) == label


@pytest.mark.parametrize(
    ("count", "label"), [(17, "Join for $38"), (39, "Join for $38"), (40, "Join for $38 or less")]
)
def test_the_join_button_names_the_most_anybody_pays(count: int, label: str) -> None:
    """U3"""
    assert words.join_label(a_deal_view("tipped", count)) == label


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (20, "20 more drops it to $34 for everyone"),
        (39, "1 more drops it to $34 for everyone"),
        (40, "20 more drops it to $29 for everyone"),
        (60, "Now at the lowest price"),
    ],
)
def test_a_ladder_that_is_on_says_what_comes_next(count: int, line: str) -> None:
    assert words.next_tier_line(a_deal_view("tipped", count)) == line


def test_nothing_comes_next_before_the_tip_at_a_fixed_price_or_when_sold_out() -> None:
    for deal in (a_deal_view(), a_deal_view("tipped", 23, ladder=FIXED), a_deal_view("sold_out", 30)):
        assert words.next_tier_line(deal) is None


def test_the_confirmation_never_promises_a_voucher_that_is_not_there() -> None:
    """U4"""
    fixed_open, fixed_on = a_deal_view(ladder=FIXED), a_deal_view("tipped", 23, ladder=FIXED)
    assert words.confirmation(fixed_open) == (
        "You're in. We'll e-mail your voucher the moment the deal is on."
    )
    assert words.confirmation(fixed_on) == "You're in. Your voucher comes as soon as your card is charged."
    assert words.confirmation(fixed_on, has_voucher=True) == "You're in. Your voucher is ready."
    assert words.confirmation(a_deal_view("tipped", 23)) == (
        "You're in. Your voucher comes when the deal closes, Fri 27 Nov, 18:00."
    )
    assert words.confirmation(fixed_open, units=2).endswith("e-mail your vouchers the moment the deal is on.")
    assert words.confirmation(fixed_on, units=2).endswith(
        "Your vouchers come as soon as your card is charged."
    )


def test_a_failed_deal_tells_its_buyers_where_the_money_is() -> None:
    """U7"""
    assert words.failed_line(a_deal_view("failed", 17)) == (
        "17 of 20 people. Nothing was charged; your hold is being released, "
        "which some banks show after a few days."
    )


def test_a_list_price_comes_with_its_dates_and_evidence() -> None:
    """R61"""
    assert words.list_price_line(a_deal_view()) == (
        "$64 was charged from 1 Sep 2026 until 1 Nov 2026. Menu of 2 Sep 2026."
    )
