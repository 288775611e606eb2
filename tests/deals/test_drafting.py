"""From what people type to typed values, with every mistake at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.deals.draft import Draft, TypedTier, TypedVenue
from campaigns.deals.drafting import parse
from campaigns.deals.placing import parse_venue
from campaigns.deals.rules import Tier
from campaigns.foundation.errors import InvalidFields
from tests.deals.drafts import LADDER, a_draft, a_plan, codes


def wrong(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFields) as refusal:
        a_plan(**changes)
    return codes(refusal.value)


def test_a_draft_becomes_typed_values() -> None:
    plan = a_plan(tiers=LADDER, list_price="64", capacity="80")
    assert plan.deal.opens_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
    assert plan.deal.closes_at == datetime(2026, 11, 28, 2, tzinfo=UTC)
    assert plan.deal.tiers == (Tier(1, 3800), Tier(40, 3400), Tier(60, 2900))
    assert (plan.offer.list_price_minor, plan.deal.capacity, plan.deal.max_per_buyer) == (6400, 80, None)


def test_the_row_knows_when_it_is_decided_at_the_latest() -> None:
    """R12: closing, grace and ten minutes."""
    columns = a_plan(grace_minutes="20").columns
    assert columns["decide_by"] == columns["closes_at"] + timedelta(minutes=30)


def test_a_deal_may_end_with_a_day() -> None:
    """R15."""
    plan = a_plan(closes_at="", ends_on="2026-11-27")
    assert plan.deal.closes_at == datetime(2026, 11, 28, 8, tzinfo=UTC)
    assert plan.deal.closes_wall == "2026-11-27"


def test_paid_value_lasts_five_years_by_default() -> None:
    """R66."""
    assert a_plan().deal.paid_expires_on == date(2031, 11, 27)


def test_amounts_follow_the_currency() -> None:
    """R52."""
    assert a_plan(currency="jpy", tiers=(TypedTier("1", "3800"),)).deal.tiers[0].price_minor == 3800
    assert a_plan(currency="KWD", tiers=(TypedTier("1", "3.800"),)).deal.tiers[0].price_minor == 3800
    assert wrong(currency="JPY", tiers=(TypedTier("1", "38.50"),)) == [("tiers.0.price", "not_an_amount")]
    assert wrong(currency="KWD", tiers=(TypedTier("1", "3.805"),)) == [("tiers.0.price", "not_an_amount")]


def test_a_threshold_in_money_is_an_amount() -> None:
    """R2."""
    assert a_plan(threshold="500.50", threshold_counts="money").deal.threshold == 50_050
    assert wrong(threshold="500.50") == [("threshold", "not_a_number")]


def test_every_mistake_is_told_at_once() -> None:
    found = wrong(
        title="", currency="XXX", zone="Mars/Base", opens_at="tomorrow", threshold="many", may_waive="?"
    )
    assert found == [
        ("currency", "unknown_currency"),
        ("title", "missing"),
        ("zone", "unknown_zone"),
        ("opens_at", "not_a_time"),
        ("threshold", "not_a_number"),
        ("may_waive", "unknown_choice"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"closes_at": "2026-11-23 09:00"}, "closes_at", "window_empty"),
        ({"closes_at": ""}, "closes_at", "missing"),
        ({"ends_on": "2026-11-27"}, "ends_on", "two_endings"),
        ({"opens_at": ""}, "opens_at", "missing"),
        ({"opens_at": "2026-11-23T09:00:00Z"}, "opens_at", "not_a_time"),
        ({"opens_at": "2026-02-30 09:00"}, "opens_at", "not_a_time"),
        ({"closes_at": "9999-12-31 23:59"}, "closes_at", "not_a_time"),
        ({"promo_expires_on": ""}, "promo_expires_on", "missing"),
        ({"promo_expires_on": "31.3.2027"}, "promo_expires_on", "not_a_date"),
        ({"tiers": ()}, "tiers", "missing"),
        ({"tiers": (TypedTier("1", ""),)}, "tiers.0.price", "missing"),
        ({"tiers": (TypedTier("1", "0"),)}, "tiers.0.price", "out_of_range"),
        ({"tiers": (TypedTier("1", "1e9"),)}, "tiers.0.price", "not_an_amount"),
        ({"tiers": (TypedTier("1", "NaN"),)}, "tiers.0.price", "not_an_amount"),
        ({"tiers": (TypedTier("0", "38"),)}, "tiers.0.start", "out_of_range"),
        ({"tiers": (TypedTier("1", "38"),) * 9}, "tiers", "too_many_tiers"),
        ({"threshold": "0"}, "threshold", "out_of_range"),
        ({"threshold": "-1"}, "threshold", "not_a_number"),
        ({"threshold": "٣"}, "threshold", "not_a_number"),
        ({"capacity": "0"}, "capacity", "out_of_range"),
        ({"min_per_order": ""}, "min_per_order", "missing"),
        ({"freeze_hours": "73"}, "freeze_hours", "out_of_range"),
        ({"place_minutes": "4"}, "place_minutes", "out_of_range"),
        ({"threshold_counts": "likes"}, "threshold_counts", "unknown_choice"),
        ({"slug": "Bad Slug"}, "slug", "bad_slug"),
        ({"slug": "a" * 65}, "slug", "bad_slug"),
        ({"image": "https://elsewhere.example/x.png"}, "image", "unknown_image"),
        ({"image": "img/deals/../secret.svg"}, "image", "unknown_image"),
        ({"title": "a\x00b"}, "title", "control_character"),
        ({"title": "a" * 91}, "title", "length"),
        ({"limitations": ("ok then", "")}, "limitations.1", "missing"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(changes: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in wrong(**changes)


@pytest.mark.parametrize(
    ("typed", "fits"), [("0", False), ("1", True), ("1000000", True), ("1000001", False)]
)
def test_the_threshold_has_bounds(typed: str, fits: bool) -> None:
    if fits:
        assert a_plan(threshold=typed).deal.threshold == int(typed)
    else:
        assert wrong(threshold=typed) == [("threshold", "out_of_range")]


@given(
    st.builds(
        Draft,
        **{
            name: st.text(max_size=12)
            for name in ("title", "summary", "currency", "zone", "opens_at", "closes_at")
        },
        threshold=st.text(max_size=12),
        promo_expires_on=st.text(max_size=12),
        tiers=st.lists(st.builds(TypedTier, st.text(max_size=8), st.text(max_size=8))).map(tuple),
        may_waive=st.text(max_size=5),
        image=st.text(max_size=8),
        list_price=st.text(max_size=8),
    )
)
def test_whatever_is_typed_is_read_or_refused(draft: Draft) -> None:
    """No text whatever ends in anything but a plan or a list of fields."""
    try:
        parse(draft)
    except InvalidFields as refusal:
        errors = refusal.errors
    else:
        errors = ()
    assert all(error.field and error.code and error.sentence.endswith(".") for error in errors)


def test_line_ends_of_browsers_are_newlines() -> None:
    assert a_plan(description="one\r\ntwo\r\n").offer.description == "one\ntwo"


def test_a_venue_needs_a_name_an_address_and_a_zone() -> None:
    assert parse_venue(TypedVenue(" Pier ", "1 Quay", "", "UTC"))["name"] == "Pier"
    with pytest.raises(InvalidFields) as refusal:
        parse_venue(TypedVenue("", "", "", ""))
    assert codes(refusal.value) == [("zone", "unknown_zone"), ("name", "missing"), ("address", "missing")]


def test_no_draft_default_is_refused() -> None:
    assert parse(a_draft()).deal.refund_hours == 72
