"""What a deal counts, and the bar that shows it (U12, U14, R37, R64)."""

import pytest

from storefront import counting
from storefront.meter import bar_steps, fill_width, steps
from storefront.words import headline
from tests.storefront.front_end.builders import FIXED, LADDER, a_deal_view

LONG = (*LADDER, (80, 2700), (100, 2500))


@pytest.mark.parametrize(
    ("counts", "count", "threshold", "joined", "needed", "missing"),
    [
        ("buyers", 17, 20, "17 joined", "20 needed", "3 more people and it's on"),
        ("units", 17, 20, "17 vouchers so far", "20 needed", "3 more vouchers and it's on"),
        ("units", 19, 20, "19 vouchers so far", "20 needed", "1 more voucher and it's on"),
        ("money", 34000, 40000, "$340 so far", "$400 needed", "$60 more and it's on"),
    ],
)
def test_the_noun_follows_what_the_threshold_counts(
    counts: str, count: int, threshold: int, joined: str, needed: str, missing: str
) -> None:
    """U12"""
    deal = a_deal_view(count=count, threshold=threshold, counts=counts, ladder=FIXED)
    assert counting.joined_line(deal) == joined
    assert counting.needed_line(deal) == needed
    assert counting.progress_text(deal) == f"{joined}, {needed}"
    assert headline(deal) == missing


def test_the_dock_drops_the_threshold_once_the_deal_is_on() -> None:
    """U14: never 43/20."""
    assert counting.dock_line(a_deal_view()) == "17/20 joined"
    assert counting.dock_line(a_deal_view("tipped", 43)) == "43 joined"


def test_both_counters_show_as_soon_as_they_differ() -> None:
    """R37"""
    assert counting.ever_joined_line(a_deal_view(count=17)) is None
    assert counting.ever_joined_line(a_deal_view(count=17, buyers_ever=18)) == (
        "18 people joined in all, 17 still in"
    )


def test_every_segment_stands_above_the_box_of_its_price() -> None:
    """U12"""
    found = steps(a_deal_view(count=17))
    assert [(step.label, step.price.amount_minor, step.fill) for step in found] == [
        ("20 people", 3800, "85.0%"),
        ("40 people", 3400, "0.0%"),
        ("60 people", 2900, "0.0%"),
    ]


@pytest.mark.parametrize(
    ("count", "reached", "current", "ahead"),
    [
        (19, 0, None, "20 people"),
        (20, 1, "20 people", "40 people"),
        (21, 1, "20 people", "40 people"),
        (40, 2, "40 people", "60 people"),
        (60, 3, "60 people", None),
    ],
)
def test_the_marks_move_exactly_at_the_boundary(
    count: int, reached: int, current: str | None, ahead: str | None
) -> None:
    """U75"""
    found = steps(a_deal_view("tipped", count))
    assert sum(step.reached for step in found) == reached
    assert [step.label for step in found if step.current] == ([current] if current else [])
    assert [step.label for step in found if step.next] == ([ahead] if ahead else [])


@pytest.mark.parametrize("phase", ["sold_out", "settling", "settled", "failed", "canceled"])
def test_a_deal_nobody_can_join_has_no_next_step(phase: str) -> None:
    assert not any(step.next for step in steps(a_deal_view(phase, 17)))


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (17, ["20 people", "40 people"]),
        (45, ["60 people", "80 people"]),
        (90, ["80 people", "100 people"]),
        (100, ["80 people", "100 people"]),
    ],
)
def test_a_long_ladder_draws_the_next_two_and_lists_the_rest(count: int, labels: list[str]) -> None:
    """U12"""
    deal = a_deal_view("tipped", count, ladder=LONG)
    assert [step.label for step in bar_steps(deal)] == labels
    assert len(steps(deal)) == 5


def test_a_fixed_price_has_one_segment() -> None:
    assert [step.label for step in bar_steps(a_deal_view(ladder=FIXED))] == ["20 people"]


@pytest.mark.parametrize(("share", "width"), [(-0.1, "0.0%"), (0.85, "85.0%"), (1.2, "100.0%")])
def test_a_fill_never_leaves_its_segment(share: float, width: str) -> None:
    assert fill_width(share) == width
