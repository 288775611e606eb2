"""What the card decides: phases, segments, prices, savings, limits (R11, R20, R61, U12, U13)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from campaigns.deals.drafting import parse
from campaigns.deals.rules import Count, phase_of
from campaigns.deals.views import NOBODY_COUNTS, Tally, VenueView, card_of, deal_view, saving_percent
from campaigns.foundation.ids import VenueId
from campaigns.foundation.money import Money
from tests.deals.drafts import LADDER, NOON, a_draft, a_plan

VENUES = (VenueView(VenueId("ven_1"), "Pier", "1 Quay", "Portland", "America/Los_Angeles"),)
MADE = {
    "id": "deal_1",
    "organization_id": "org_1",
    "slug": "noodles",
    "state": "open",
    "version": 4,
    "merchant_slug": "lantern",
    "merchant_name": "Lantern",
    "city": "Portland",
    "units_taken": 0,
    "tipped_at": None,
    "tipped_by": None,
    "decided_at": None,
    "waived": False,
    "final_price_minor": None,
    "review_note": "",
    "published_at": NOON,
}


class Row:
    """A stored deal without a database: attributes and the mapping that a row has."""

    def __init__(self, **columns: Any) -> None:
        self.__dict__.update(columns)
        self._mapping = columns


def a_view(
    count: Count = NOBODY_COUNTS, *, now: datetime = NOON, row: dict[str, Any] | None = None, **typed: Any
) -> Any:
    plan = parse(a_draft(**typed))
    stored = Row(**{**MADE, **plan.offer.columns, **plan.columns, **(row or {})})
    return deal_view(stored, VENUES, Tally(count, ever=count.buyers + 1, pending=2), now)


def test_the_look_of_a_ladder_three_people_short() -> None:
    """U12: 17 of 20 fill the first of three segments to 85 percent."""
    view = a_view(Count(17, 19, 72_200), tiers=LADDER, list_price="64")
    assert [(part.boundary, round(part.fill, 2)) for part in view.segments] == [
        (20, 0.85),
        (40, 0.0),
        (60, 0.0),
    ]
    assert [(tier.boundary, tier.price) for tier in view.tiers] == [
        (20, Money(3800, "USD")),
        (40, Money(3400, "USD")),
        (60, Money(2900, "USD")),
    ]
    assert (view.missing, view.count, view.price_now, view.saving_percent) == (3, 17, Money(3800, "USD"), 40)


@pytest.mark.parametrize(
    ("buyers", "price", "missing", "reached"),
    [
        (19, 3800, 1, [False, False, False]),
        (20, 3800, 0, [True, False, False]),
        (39, 3800, 0, [True, False, False]),
        (40, 3400, 0, [True, True, False]),
        (60, 2900, 0, [True, True, True]),
        (99, 2900, 0, [True, True, True]),
    ],
)
def test_segments_and_prices_at_their_boundaries(
    buyers: int, price: int, missing: int, reached: list[bool]
) -> None:
    """R4, R50, U12."""
    view = a_view(Count(buyers, buyers, 0), tiers=LADDER)
    assert view.price_now == Money(price, "USD")
    assert view.missing == missing
    assert [part.reached for part in view.segments] == reached
    assert all(0 <= part.fill <= 1 for part in view.segments)
    assert [tier.current for tier in view.tiers].count(True) == 1


def test_a_tier_that_starts_at_the_threshold_shares_its_segment() -> None:
    """U12: duplicates are merged."""
    view = a_view(tiers=LADDER, threshold="40")
    assert [part.boundary for part in view.segments] == [40, 60]


def test_the_counter_shown_is_the_one_that_tips() -> None:
    """R64, R2."""
    many = Count(buyers=3, units=7, money_minor=26_600)
    assert a_view(many, threshold_counts="buyers").count == 3
    assert a_view(many, threshold_counts="units").count == 7
    assert a_view(many, threshold_counts="money", threshold="500").count == 26_600


def test_both_counters_are_shown_apart() -> None:
    """R37."""
    view = a_view(Count(3, 3, 0))
    assert (view.buyers_active, view.buyers_ever) == (3, 4)


OPENS, CLOSES = a_plan().deal.opens_at, a_plan().deal.closes_at
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "now", "units_taken", "phase"),
    [
        ("draft", NOON, 0, "scheduled"),
        ("in_review", NOON, 0, "scheduled"),
        ("scheduled", OPENS - SECOND, 0, "scheduled"),
        ("scheduled", OPENS, 0, "open"),
        ("scheduled", CLOSES, 0, "grace"),
        ("open", OPENS, 0, "open"),
        ("open", CLOSES - SECOND, 0, "open"),
        ("open", CLOSES, 0, "grace"),
        ("open", NOON, 29, "open"),
        ("open", NOON, 30, "sold_out"),
        ("tipped", NOON, 0, "tipped"),
        ("tipped", NOON, 30, "sold_out"),
        ("tipped", CLOSES, 30, "settling"),
        ("settling", CLOSES, 30, "settling"),
        ("settled", CLOSES, 0, "settled"),
        ("failed", CLOSES, 0, "failed"),
        ("canceled", NOON, 30, "canceled"),
    ],
)
def test_the_clock_and_the_row_decide_the_phase(
    state: str, now: datetime, units_taken: int, phase: str
) -> None:
    """R11, R17, R20, U13."""
    terms = a_plan(capacity="30").terms
    assert phase_of(state, terms, opens_at=OPENS, units_taken=units_taken, now=now) == phase
    view = a_view(now=now, row={"state": state, "units_taken": units_taken}, capacity="30")
    assert view.phase == phase
    assert view.joinable == (phase in ("open", "tipped"))


@pytest.mark.parametrize(
    ("taken", "left", "sold_out"), [(27, 3, False), (28, 2, False), (29, 1, True), (30, 0, True)]
)
def test_less_than_the_smallest_order_left_is_sold_out(taken: int, left: int, sold_out: bool) -> None:
    """R20."""
    view = a_view(row={"units_taken": taken}, capacity="30", threshold="10", min_per_order="2")
    assert (view.units_left, view.sold_out) == (left, sold_out)


@pytest.mark.parametrize(
    ("typed", "taken", "most"),
    [
        ({}, 0, 10),
        ({"min_per_order": "4"}, 0, 13),
        ({"max_per_order": "25"}, 0, 25),
        ({"max_per_order": "5"}, 0, 5),
        ({"max_per_buyer": "3"}, 0, 3),
        ({"capacity": "30"}, 28, 2),
    ],
)
def test_the_largest_quantity_obeys_every_limit(typed: dict[str, Any], taken: int, most: int) -> None:
    """R26, R29."""
    assert a_view(row={"units_taken": taken}, **typed).order_limit == most


@pytest.mark.parametrize(
    ("listed", "price", "percent"),
    [
        (None, 3800, None),
        (6400, 3800, 40),
        (10000, 9999, 0),
        (10000, 5000, 50),
        (3800, 3800, None),
        (3000, 3800, None),
    ],
)
def test_a_saving_is_computed_and_never_rounded_up(
    listed: int | None, price: int, percent: int | None
) -> None:
    """R61."""
    assert saving_percent(listed, price) == percent


def test_the_final_price_is_shown_once_it_is_fixed() -> None:
    """R50: leaving after close does not move it."""
    view = a_view(Count(39, 39, 0), row={"state": "settling", "final_price_minor": 3400}, tiers=LADDER)
    assert (view.price_now, view.price_top) == (Money(3400, "USD"), Money(3800, "USD"))


def test_every_limitation_is_a_sentence() -> None:
    """R62."""
    view = a_view(
        min_per_order="2",
        max_per_order="4",
        max_per_buyer="6",
        capacity="80",
        tiers=LADDER,
        valid_from_on="2026-12-01",
        limitations=("Closed on Mondays.",),
    )
    labels = [label for label, _ in view.limitations]
    expected = "Valid, After that, Where, Order size, Per order, Per person, Places, Leaving, Refunds, Also"
    assert labels == expected.split(", ")
    assert view.limitations[0][1] == "Use it from 1 Dec 2026 until the end of 31 Mar 2027."
    assert all(sentence.endswith(".") for _, sentence in view.limitations)


@pytest.mark.parametrize(
    ("typed", "label", "part"),
    [
        ({"leave_before_tip": "locked"}, "Leaving", "cannot leave"),
        ({}, "Leaving", "hold is released"),
        ({"refund_policy": "until_redeemed"}, "Refunds", "have not used can be refunded."),
        ({"refund_hours": "48"}, "Refunds", "within 48 hours"),
    ],
)
def test_limitations_follow_the_policies(typed: dict[str, Any], label: str, part: str) -> None:
    assert part in dict(a_view(**typed).limitations)[label]


def test_a_card_says_what_its_deal_says() -> None:
    view = a_view(Count(17, 17, 0), tiers=LADDER)
    card = card_of(view)
    assert (card.missing, card.segments, card.phase) == (view.missing, view.segments, view.phase)
