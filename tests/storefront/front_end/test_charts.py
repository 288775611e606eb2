"""Charts as figures: what is drawn is what the table says, and the finding is in words (U24, U25)."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.foundation.money import Money
from storefront.assets import environment
from storefront.charts.bars import FEW, Incremental, beside_chart, credit_chart, funnel_chart
from storefront.charts.joins import joins_chart
from storefront.charts.lift import lift_chart
from storefront.charts.scale import Scale, round_steps
from storefront.formats import number

HOSTILE = '<script>alert(1)</script>"\u202e'


def plain(value: float) -> str:
    return number(round(value))


def test_a_funnel_draws_shares_of_its_widest_step() -> None:
    chart = funnel_chart([("Invited", 400), ("Visited", 100), ("Joined", 3), ("Redeemed", 0)])
    assert [bar.fill for bar in chart.bars] == [100, 25, 1, 0]
    assert [bar.note for bar in chart.bars] == ["", "25%", "3%", "0%"]
    assert chart.finding == "0 of 400 people got from “Invited” to “Redeemed”."
    assert [row[:2] for row in chart.numbers.rows] == [(bar.label, bar.value) for bar in chart.bars]


def test_a_step_of_too_few_people_is_neither_said_nor_measured() -> None:
    chart = funnel_chart([("Invited", 400), ("Visited", None), ("Joined", 12)])
    assert (chart.bars[1].value, chart.bars[1].fill, chart.bars[2].note) == (FEW, 0, "")


def test_credit_is_drawn_in_its_own_colour_and_leads_with_the_finding() -> None:
    chart = credit_chart(
        [("Bluesky", Money(7_500, "USD"), 3), ("No link", Money(2_500, "USD"), 1)], Money(10_000, "USD")
    )
    assert chart.finding == "Bluesky comes first, with 75% of $100."
    assert [bar.tone for bar in chart.bars] == ["credited", ""]


def test_attributed_stands_next_to_extra_and_the_interval_is_always_drawn() -> None:
    chart = beside_chart(200, Incremental(100, 50, 150), plain)
    first, second = chart.bars
    assert (first.tone, second.tone) == ("credited", "extra")
    assert (first.fill, second.fill, second.whisker) == (100, 50, (25, 75))
    assert chart.finding == "200 followed a link; about 100 is extra, between 50 and 150."


def test_without_a_comparison_only_what_is_attributed_is_drawn() -> None:
    chart = beside_chart(200, None, plain)
    assert len(chart.bars) == 1
    assert "cannot be told yet" in chart.finding


def test_the_lift_chart_keeps_estimate_interval_marks_and_no_lift_in_order() -> None:
    chart = lift_chart(0.3, 0.1, 0.55, smallest=0.2, confidence="95%")
    assert chart.none_at < chart.low_at < chart.estimate_at < chart.high_at
    assert chart.marks[0] < chart.none_at < chart.marks[1] < chart.estimate_at
    assert chart.finding == "Lift of about +30%; the 95% interval from +10% to +55% leaves out no lift."
    assert ("Upper bound", "+55%") in chart.numbers.rows


def test_a_bound_that_is_not_there_goes_on_beyond_the_chart() -> None:
    chart = lift_chart(0.3, -0.4, math.inf, smallest=None, confidence="95%")
    assert chart.open_high
    assert not chart.open_low
    assert ("Upper bound", "no limit") in chart.numbers.rows


@given(st.floats(-0.9, 3), st.floats(0, 2), st.floats(0, 20), st.one_of(st.none(), st.floats(0.01, 4)))
def test_nothing_is_drawn_outside_of_the_chart(
    value: float, below: float, above: float, smallest: float | None
) -> None:
    chart = lift_chart(value, max(-1.0, value - below), value + above, smallest=smallest, confidence="95%")
    places = [chart.none_at, chart.estimate_at, chart.low_at, chart.high_at, *chart.marks]
    assert all(0 <= place <= 100 for place in places)
    assert chart.low_at <= chart.estimate_at <= chart.high_at
    assert len(chart.ticks) <= 8


def test_people_joining_are_drawn_day_by_day() -> None:
    first = date(2026, 11, 1)
    days = [(first + timedelta(days=place), count) for place, count in enumerate((0, 4, 2))]
    chart = joins_chart(days)
    assert chart is not None
    assert chart.line == "M0.0 1000.0L500.0 0.0L1000.0 500.0"
    assert chart.finding == "6 people joined in 3 days, most of them on 2 Nov 2026: 4."
    assert len(chart.numbers.rows) == 3
    assert joins_chart(days[:1]) is None


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_steps_are_round_and_hold_the_data(low: float, span: float) -> None:
    steps = round_steps(low, low + span)
    assert steps[0] <= low + span * 1e-6
    assert steps[-1] >= low + span - span * 1e-6
    assert 2 <= len(steps) <= 8


def test_a_scale_of_one_value_draws_it_at_the_start() -> None:
    assert Scale(3, 3).at(3) == 0


@pytest.mark.parametrize("macro", ["bars", "lift_plot", "joins_plot"])
def test_every_chart_says_its_finding_and_lists_its_numbers(macro: str) -> None:
    """U25, and nothing that people wrote gets out of its place (S1)."""
    drawn = environment().get_template("macros/charts.html").make_module({})
    days = [(date(2026, 11, day), day) for day in (1, 2, 3)]
    chart: object = {
        "bars": funnel_chart([(HOSTILE, 40), ("Joined", 20)]),
        "lift_plot": lift_chart(0.3, 0.1, 0.55, smallest=0.2, confidence="95%"),
        "joins_plot": joins_chart(days),
    }[macro]
    html = str(getattr(drawn, macro)(chart))
    assert "<script>" not in html
    assert "Show the numbers" in html
    assert html.count("<tr>") > 1
    finding = str(getattr(chart, "finding", ""))
    assert re.sub("[“”]", "", finding)[:12] in html.replace("“", "").replace("”", "") or HOSTILE in finding
    assert 'viewBox="0 0 1000 1000"' in html if macro == "joins_plot" else "viewBox" not in html
