"""What keeps a plan from being published (R8, R12, R40, R51, R52, R61, R66)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.deals.checks import problems
from campaigns.deals.draft import TypedTier
from campaigns.deals.rules import Count, tips_by
from tests.deals.drafts import LADDER, NOON, a_plan, codes


def found(now: datetime = NOON, **changes: Any) -> list[tuple[str, str]]:
    return codes(problems(a_plan(**changes), now))


def ladder(*steps: tuple[int, int]) -> tuple[TypedTier, ...]:
    return tuple(TypedTier(str(start), str(price)) for start, price in steps)


def test_a_sound_plan_has_no_problems() -> None:
    assert found() == []
    assert found(tiers=LADDER, capacity="60") == []


@pytest.mark.parametrize("counts", ["buyers", "units"])
@pytest.mark.parametrize(("capacity", "fits"), [(19, False), (20, True), (21, True)])
def test_a_threshold_above_capacity_cannot_tip(counts: str, capacity: int, fits: bool) -> None:
    """R8, R4: N-1, N and N+1."""
    errors = found(threshold="20", threshold_counts=counts, capacity=str(capacity))
    assert errors == ([] if fits else [("threshold", "threshold_above_capacity")])


@pytest.mark.parametrize(("capacity", "fits"), [(39, False), (40, True), (41, True)])
def test_every_buyer_takes_at_least_the_smallest_order(capacity: int, fits: bool) -> None:
    """R8: 20 buyers of at least two units need 40."""
    errors = found(threshold="20", min_per_order="2", capacity=str(capacity))
    assert errors == ([] if fits else [("threshold", "threshold_orders_above_capacity")])


def test_units_are_not_multiplied_by_the_smallest_order() -> None:
    """R8: a threshold in units is reached by units."""
    assert found(threshold="20", threshold_counts="units", min_per_order="2", capacity="20") == []


@pytest.mark.parametrize(("threshold", "fits"), [("379.99", True), ("380", True), ("380.01", False)])
def test_a_money_threshold_is_within_capacity_times_price(threshold: str, fits: bool) -> None:
    """R8: ten units of 38 bring 380."""
    errors = found(threshold=threshold, threshold_counts="money", capacity="10")
    assert errors == ([] if fits else [("threshold", "threshold_above_capacity")])


def test_a_ladder_does_not_count_money() -> None:
    """R8."""
    assert found(tiers=LADDER, threshold="500", threshold_counts="money") == [
        ("threshold_counts", "ladder_with_money_threshold")
    ]


@pytest.mark.parametrize(
    ("steps", "errors"),
    [
        ([(2, 38)], [("tiers.0.start", "first_tier_not_one")]),
        ([(1, 38), (1, 34)], [("tiers.1.start", "tier_start_not_rising")]),
        ([(1, 38), (40, 34), (39, 30)], [("tiers.2.start", "tier_start_not_rising")]),
        ([(1, 38), (40, 38)], []),
        ([(1, 38), (40, 39)], [("tiers.1.price", "price_rises")]),
        ([(1, 38), (40, 30), (60, 34)], [("tiers.2.price", "price_rises")]),
    ],
)
def test_more_buyers_never_raise_the_price(
    steps: list[tuple[int, int]], errors: list[tuple[str, str]]
) -> None:
    """R51."""
    assert found(tiers=ladder(*steps)) == errors


@pytest.mark.parametrize(("capacity", "fits"), [(59, False), (60, True), (61, True)])
def test_a_price_nobody_can_reach_is_not_advertised(capacity: int, fits: bool) -> None:
    errors = found(tiers=LADDER, capacity=str(capacity))
    assert errors == ([] if fits else [("tiers.2.start", "tier_above_capacity")])


@pytest.mark.parametrize(("limit", "fits"), [(1, False), (2, True), (3, True)])
@pytest.mark.parametrize("field", ["max_per_order", "max_per_buyer"])
def test_limits_leave_room_for_the_smallest_order(field: str, limit: int, fits: bool) -> None:
    """R26."""
    errors = found(min_per_order="2", **dict[str, Any]({field: str(limit)}))
    assert errors == ([] if fits else [(field, "limit_below_order")])


@pytest.mark.parametrize(
    ("currency", "price", "fits"),
    [
        ("USD", "0.49", False),
        ("USD", "0.50", True),
        ("JPY", "49", False),
        ("JPY", "50", True),
        ("KWD", "0.490", False),
        ("KWD", "0.500", True),
    ],
)
def test_a_card_payment_has_a_smallest_amount(currency: str, price: str, fits: bool) -> None:
    """R52, also for the last price of a ladder."""
    errors = found(currency=currency, tiers=(TypedTier("1", "900"), TypedTier("5", price)))
    assert errors == ([] if fits else [("tiers.1.price", "below_card_minimum")])


def test_the_smallest_order_decides_about_the_smallest_amount() -> None:
    """R52."""
    assert found(tiers=ladder((1, 1)), min_per_order="1") == []
    assert found(tiers=(TypedTier("1", "0.25"),), min_per_order="2") == []


PROVEN = {
    "list_price": "64",
    "list_price_evidence": "Printed menu of autumn",
    "list_price_from_on": "2026-09-01",
    "list_price_until_on": "2026-11-24",
}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({}, []),
        ({"list_price_evidence": ""}, [("list_price_evidence", "list_price_without_evidence")]),
        ({"list_price_from_on": ""}, [("list_price_from_on", "list_price_without_dates")]),
        ({"list_price_until_on": ""}, [("list_price_from_on", "list_price_without_dates")]),
        ({"list_price_from_on": "2026-11-25"}, [("list_price_until_on", "list_price_dates_crossed")]),
        ({"list_price_until_on": "2026-11-25"}, [("list_price_until_on", "list_price_in_future")]),
        ({"list_price": "38"}, [("list_price", "list_price_not_above_price")]),
        ({"list_price": "38.01"}, []),
    ],
)
def test_a_list_price_needs_evidence_and_dates(
    changes: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    """R61. Today counts in the zone of the deal: noon UTC is still the 24th in Los Angeles."""
    assert found(**{**PROVEN, **changes}) == errors


@pytest.mark.parametrize(
    ("closes_at", "errors"),
    [
        ("2026-11-29 08:35", []),  # six days after the opening, less ten minutes and the grace of fifteen
        ("2026-11-29 08:36", [("closes_at", "window_longer_than_a_hold")]),
    ],
)
def test_the_latest_settlement_lies_within_a_hold(closes_at: str, errors: list[tuple[str, str]]) -> None:
    """R40, R12."""
    assert found(closes_at=closes_at) == errors


def test_the_sentence_names_the_latest_closing() -> None:
    """R40: whoever follows the advice has no problem left."""
    (error,) = problems(a_plan(closes_at="2026-12-05 18:00"), NOON)
    assert "Close by 2026-11-29 08:35 (America/Los_Angeles)" in error.sentence


def test_a_hold_lasts_elapsed_days_even_if_the_clocks_change() -> None:
    """R40, R16: the week in which an hour is repeated offers one hour less by the wall."""
    week = {"opens_at": "2026-10-30 09:00", "promo_expires_on": "2027-03-31"}
    assert found(NOON - timedelta(days=30), closes_at="2026-11-05 07:35", **week) == []
    assert found(NOON - timedelta(days=30), closes_at="2026-11-05 07:36", **week) == [
        ("closes_at", "window_longer_than_a_hold")
    ]


def test_a_window_that_is_over_is_not_published() -> None:
    """R11: at its very closing it is over."""
    plan = a_plan()
    assert codes(problems(plan, plan.deal.closes_at - timedelta(seconds=1))) == []
    assert codes(problems(plan, plan.deal.closes_at)) == [("closes_at", "window_over")]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"promo_expires_on": "2026-11-27"}, [("promo_expires_on", "promo_ends_with_window")]),
        ({"promo_expires_on": "2026-11-28"}, []),
        ({"valid_from_on": "2027-03-31"}, []),
        ({"valid_from_on": "2027-04-01"}, [("valid_from_on", "valid_too_late")]),
        ({"paid_expires_on": "2031-11-26"}, [("paid_expires_on", "paid_value_too_short")]),
        ({"paid_expires_on": "2031-11-27"}, []),
        ({"promo_expires_on": "2032-01-01"}, [("paid_expires_on", "paid_value_too_short")]),
        ({"venue_ids": ()}, [("venues", "no_venue")]),
    ],
)
def test_vouchers_outlive_the_window(changes: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    """R66: the last day of 27 November in Los Angeles is the day of the decision."""
    assert found(**changes) == errors


def test_problems_are_told_together() -> None:
    assert found(threshold="9", capacity="5", tiers=ladder((2, 38)), venue_ids=()) == [
        ("tiers.0.start", "first_tier_not_one"),
        ("threshold", "threshold_above_capacity"),
        ("venues", "no_venue"),
    ]


@given(
    st.sampled_from(["buyers", "units", "money"]),
    st.integers(1, 60),
    st.integers(1, 40),
    st.integers(1, 3),
)
def test_what_passes_can_tip_and_what_cannot_tip_does_not_pass(
    counts: str, threshold: int, capacity: int, least: int
) -> None:
    """R8 against R2: the most that fits is tried. A tip by capacity (R20) is no reached threshold."""
    plan = a_plan(
        threshold=str(threshold), threshold_counts=counts, capacity=str(capacity), min_per_order=str(least)
    )
    refused = [code for _, code in codes(problems(plan, NOON)) if code.startswith("threshold")]
    most = Count(buyers=capacity // least, units=capacity, money_minor=capacity * 3800)
    reached = tips_by(plan.terms, most) == "threshold"
    assert reached == (not refused)
