"""The words a merchant reads, and what stops or qualifies them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.lift.estimators import health
from campaigns.lift.estimators.health import Check
from campaigns.lift.estimators.ratio import Arm, How, Interval, Lift, extra_at
from campaigns.lift.figures import Measure, outward, supported_step
from campaigns.lift.verdict import CODES, Case, judge
from tests.lift_statistics.groups import World, draw

BUYERS, DOLLARS = Measure("buyers", "USD"), Measure("money", "USD")


def a_lift(low: float, value: float, high: float, *, total: float = 3_000) -> Lift:
    arm = Arm(100, 2_000, total, total / 2_000, 0.001)
    extra = Interval(*(extra_at(each, total) for each in (value, low, high)))
    return Lift(How("permutation", 0.05, 0.01), arm, arm, Interval(value, low, high), extra, 0.1, 0.1, 0.01)


def a_case(lift: Lift | None = None, **changes: object) -> Case:
    case = Case(
        measure=BUYERS,
        lift=lift,
        checks=(),
        groups=200,
        groups_needed=260,
        minimum_groups=80,
        goal_rel=0.25,
        window_days=14,
        days_left=0,
    )
    return replace(case, **changes)  # type: ignore[arg-type]


def test_more_than_nothing_brought_extra_sales() -> None:
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55)))
    assert verdict.text == "Brought extra sales – about 690 more (between 270 and 1,070)"


def test_money_is_said_as_money() -> None:
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55, total=300_000), measure=DOLLARS))
    assert verdict.text == "Brought extra sales – about $690 more (between $270 and $1,070)"


def test_less_than_nothing_lost_sales() -> None:
    verdict = judge(a_case(a_lift(-0.40, -0.25, -0.10)))
    assert verdict.text == "Lost sales – about 1,000 fewer (between 300 and 2,000)"


def test_an_interval_inside_what_was_asked_has_no_sizeable_effect() -> None:
    verdict = judge(a_case(a_lift(-0.10, 0.02, 0.12)))
    assert verdict.text == "No sizeable effect – more than 330 extra buyers can be ruled out"


def test_a_wide_interval_is_never_called_no_effect_whatever_was_planned() -> None:
    """A plan that could only see 300 % would otherwise call everything without effect."""
    assert judge(a_case(a_lift(-0.60, 0.2, 1.9), goal_rel=3.0)).code == "cannot_tell_yet"


def test_too_few_groups_are_told_how_many_are_missing() -> None:
    verdict = judge(a_case(a_lift(-0.2, 0.2, 0.7)))
    assert verdict.text == (
        "Cannot tell yet – not enough people yet: needs about 60 more groups (about 5 days)"
    )
    assert (verdict.more_groups, verdict.more_days) == (60, 5)


def test_a_need_beyond_the_campaign_is_said() -> None:
    assert judge(a_case(groups_needed=900)).text.endswith("(about 49 days, longer than this campaign runs)")


def test_below_the_sample_fixed_before_launch_there_is_no_lift() -> None:
    """R86: whatever the interval says."""
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55), groups=79))
    assert verdict.code == "cannot_tell_yet"


def test_before_the_window_is_over_nothing_is_decided() -> None:
    open_still = (health.open_windows(60, 60),)
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55), checks=open_still, days_left=3))
    assert verdict.text == "Cannot tell yet – the result is preliminary: purchases count for 3 more days"
    assert verdict.badges == ("preliminary",)


@pytest.mark.parametrize("code", ["sample_ratio", "would_show", "consent", "pre_period"])
def test_a_failed_check_takes_the_place_of_any_verdict(code: str) -> None:
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55), checks=(Check(code, health.BLOCKS, 0.0, 0.001),)))
    assert verdict.text.startswith("Cannot tell – a check failed: ")


def test_contamination_makes_a_lower_bound() -> None:
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55), checks=(health.contamination(60, 1_000),)))
    assert (verdict.code, verdict.badges) == ("extra", ("lower bound",))
    assert not judge(a_case(a_lift(0.10, 0.3, 0.5), checks=(health.contamination(50, 1_000),))).badges


def test_without_a_holdout_there_is_a_description_and_no_lift() -> None:
    verdict = judge(a_case(a_lift(0.10, 0.30, 0.55), has_holdout=False))
    assert verdict.text == "Description, not lift – nothing to compare with"


def test_no_verdict_claims_more_than_a_comparison_carries() -> None:
    cases = [a_case(a_lift(*bounds)) for bounds in ((0.1, 0.3, 0.5), (-0.4, -0.2, -0.1), (-0.1, 0, 0.1))]
    cases += [a_case(), a_case(has_holdout=False), a_case(groups_needed=None)]
    verdicts = [judge(case) for case in cases]
    assert {verdict.code for verdict in verdicts} < set(CODES)
    for word in ("prove", "guarantee", "caused", "significant"):
        assert not any(word in verdict.text.lower() for verdict in verdicts)


def test_figures_are_rounded_to_what_the_interval_supports() -> None:
    assert supported_step(550) == 10
    assert supported_step(0.05) == pytest.approx(0.001)
    assert outward(643, 1_187, 10) == (640, 1_190)
    assert outward(0.4, 40, 1)[0] > 0, "rounding must not put zero into an interval that leaves it out"
    assert outward(-40, -0.4, 1)[1] < 0


def test_arms_of_the_wrong_size_block_only_where_chance_made_them() -> None:
    assert health.sample_ratio((900, 100), 0.10, by_hash=True).level == health.PASSED
    assert health.sample_ratio((850, 150), 0.10, by_hash=True).level == health.BLOCKS
    assert health.sample_ratio((850, 150), 0.10, by_hash=False).level == health.NOT_ASKED


def test_people_reached_and_consent_are_compared_with_who_could_be() -> None:
    assert health.shown_ratio((900, 100), (900, 100)).level == health.PASSED
    assert health.shown_ratio((900, 40), (900, 100)).level == health.BLOCKS
    assert health.consent_share((880, 97), (900, 100)).level == health.PASSED
    assert health.consent_share((0, 0), (0, 0)).level == health.NOT_ASKED


def test_arms_that_differed_before_are_found() -> None:
    alike = draw(World((60, 60), covariate=True), 1).clusters
    assert health.pre_period(alike, seed=1).level == health.PASSED
    apart = replace(alike, x=alike.x + alike.treated * alike.n * 0.2)
    assert health.pre_period(apart, seed=1).level == health.BLOCKS
    assert health.pre_period(replace(alike, x=alike.x * 0), seed=1).level == health.NOT_ASKED
