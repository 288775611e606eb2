"""What leaves the house: enough to redo the verdict, and nobody who could be counted out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.lift.answer import answer, arrays, seed_of
from campaigns.lift.estimators.clusters import Clusters
from campaigns.lift.estimators.permutation import permutation_lift
from campaigns.lift.publish import as_stored, cluster_table
from campaigns.lift.rules import HOLDOUT, TREATED, ClusterOutcome, Experiment, Health
from campaigns.lift.small_cells import FEWEST_PEOPLE, MERGED, by_channel, by_link, shown_days
from campaigns.sharing.credit import CreditLine
from tests.lift_statistics.groups import World, draw

LAUNCHED = datetime(2026, 11, 1, 12, tzinfo=UTC)
AFTER = LAUNCHED + timedelta(days=15)


def an_experiment(**changes: Any) -> Experiment:
    fixed = Experiment(
        campaign_id="cmp_1",
        what_is_withheld="the invitation by mail",
        unit_kind="group",
        holdout_percent=50,
        method="shuffle",
        metric="buyers",
        currency="USD",
        planned_end_at=LAUNCHED + timedelta(days=14),
        outcome_window_days=14,
        minimum_sample=40,
        expected_rel=0.5,
        mde_rel=0.4,
        power=0.8,
        alpha=0.05,
        rule_version="1",
        fixed_at=LAUNCHED,
    )
    return replace(fixed, **changes)


def outcomes_of(world: World, seed: int, *, least: int = 1) -> list[ClusterOutcome]:
    groups = draw(world, seed).clusters
    return [
        ClusterOutcome(
            cluster=name,
            arm=TREATED if treated else HOLDOUT,
            stratum=0,
            n_eligible=max(least, int(n)),
            y=int(y),
            y_money_minor=int(y) * 3_800,
            x_pre_minor=0,
        )
        for name, treated, n, y in zip(groups.names, groups.treated, groups.n, groups.y, strict=True)
    ]


def health_of(outcomes: list[ClusterOutcome]) -> Health:
    people = (
        sum(each.n_eligible for each in outcomes if each.arm == TREATED),
        sum(each.n_eligible for each in outcomes if each.arm == HOLDOUT),
    )
    return Health(people, people, people, people[0], 0)


def stored(
    outcomes: list[ClusterOutcome], experiment: Experiment, *, now: datetime = AFTER
) -> dict[str, Any]:
    found = answer(experiment, outcomes, health_of(outcomes), salt="salt", now=now)
    return as_stored(found, outcomes, data_version="v1", now=now)


LIFTED = World((60, 60), added=0.03, contagion=0.5)


def test_a_planted_lift_ends_in_extra_sales_and_survives_json() -> None:
    result = stored(outcomes_of(LIFTED, 1, least=10), an_experiment())
    assert result["verdict"]["code"] == "extra"
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_published_groups_alone_give_the_same_verdict() -> None:
    result = stored(outcomes_of(LIFTED, 1, least=10), an_experiment())
    assert result["recompute"] == "clusters"
    groups = result["clusters"]
    again = permutation_lift(
        Clusters.of(
            [f"{place:06}" for place in range(len(groups))],
            [each["arm"] == TREATED for each in groups],
            [each["n_eligible"] for each in groups],
            [each["y"] for each in groups],
        ),
        seed=result["parameters"]["seed"],
    )
    assert again.relative.low == result["lift"]["relative"]["low"]
    assert again.how.p == result["lift"]["how"]["p"]


def test_from_the_sums_of_small_groups_the_second_opinion_can_be_redone() -> None:
    """R_a and V_a of the ratio estimator need nothing but sums and sums of squares by arm."""
    result = stored(outcomes_of(LIFTED, 1), an_experiment())
    assert result["recompute"] == "sums"
    for arm, name in ((TREATED, "treated"), (HOLDOUT, "holdout")):
        total = dict.fromkeys(("groups", "n", "y", "nn", "yy", "ny"), 0)
        for row in result["clusters"]:
            if row["arm"] == arm:
                n, y = row["n_eligible"], row["y"]
                for key, value in zip(total, (1, n, y, n * n, y * y, n * y), strict=True):
                    total[key] += value
        for row in result["small_groups"]:
            if row["arm"] == arm:
                for key in total:
                    total[key] += row[key]
        rate = total["y"] / total["n"]
        squares = total["yy"] - 2 * rate * total["ny"] + rate**2 * total["nn"]
        variance = total["groups"] / (total["groups"] - 1) * squares / total["n"] ** 2
        published = result["second_opinion"][name]
        assert (rate, variance) == pytest.approx((published["rate"], published["variance"]))


def test_names_of_groups_and_people_stay_inside() -> None:
    outcomes = [replace(each, cluster=f"Chess club {n}") for n, each in enumerate(outcomes_of(LIFTED, 1))]
    assert "Chess club" not in json.dumps(stored(outcomes, an_experiment()))


@given(st.lists(st.tuples(st.integers(1, 25), st.integers(0, 3)), min_size=0, max_size=12))
def test_no_group_of_fewer_than_ten_is_shown_or_to_be_had_by_subtraction(
    drawn: list[tuple[int, int]],
) -> None:
    """Also not where a stratum or the whole arm has fewer: sums of squares of two people give both away."""
    members = [
        ClusterOutcome(f"g{place:02}", TREATED, stratum, size, 0, 0, 0)
        for place, (size, stratum) in enumerate(drawn)
    ]
    shown, merged = cluster_table(members)
    assert all(row["n_eligible"] >= FEWEST_PEOPLE for row in shown)
    assert all(row["n"] >= FEWEST_PEOPLE and row["groups"] >= 2 for row in merged)
    left_out = len(drawn) - len(shown) - sum(row["groups"] for row in merged)
    everybody_is_small = sum(size for size, _ in drawn) < FEWEST_PEOPLE or len(drawn) == 1
    assert left_out == (len(drawn) if everybody_is_small and not shown else 0)


@pytest.mark.parametrize("now", [AFTER, LAUNCHED + timedelta(days=5)], ids=["too few groups", "preliminary"])
def test_nobody_can_compute_a_number_that_is_not_said(now: datetime) -> None:
    """R86"""
    result = stored(outcomes_of(LIFTED, 1), an_experiment(minimum_sample=500), now=now)
    assert result["lift"] is result["second_opinion"] is None
    assert (result["clusters"], result["small_groups"], result["recompute"]) == ([], [], "nothing")


def a_line(
    link: str | None, channel: str, orders: int, clicks: int = 0, captured: int | None = None
) -> CreditLine:
    """Of whose orders all were charged, unless `captured` says how many."""
    money, paid = orders * 1_000, orders if captured is None else captured
    kind = "buyer" if link else ""
    return CreditLine(link, kind, channel, "USD", clicks, orders, paid, money, paid * 1_000, 0)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 30)), max_size=20))
def test_credit_keeps_its_sum_and_hides_small_rows(drawn: list[tuple[int, int, int]]) -> None:
    """6.3: credit sums to tracked sales, and a row of fewer than ten cannot be had by subtraction."""
    lines = [
        a_line(f"lnk_{link}" if link else None, f"channel{channel}", orders)
        for link, channel, orders in drawn
    ]
    for rows in (by_channel(lines), by_link(lines)):
        assert sum(row.orders for row in rows) == sum(line.orders for line in lines)
        assert sum(row.net_minor for row in rows) == sum(line.net_minor for line in lines)
        alone = [row for row in rows if row.source != MERGED]
        assert not any(row.is_small for row in alone)
        for row in rows:
            if row.source == MERGED and alone:
                assert row.merged >= 2
                assert not row.is_small


def test_a_row_of_many_orders_and_few_charges_is_small() -> None:
    """What was collected is then the money of those few."""
    lines = [a_line("lnk_1", "qr", 30, captured=3), a_line("lnk_2", "x", 40), a_line("lnk_3", "line", 50)]
    assert [row.source for row in by_channel(lines)] == ["line", MERGED]
    assert not any(row.is_small for row in by_channel(lines))


@pytest.mark.parametrize(("totals", "shown"), [((10, 12), 2), ((0, 0), 2), ((9, 12), 0), ((12, 9), 0)])
def test_days_are_hidden_where_a_total_of_theirs_is_small(totals: tuple[int, int], shown: int) -> None:
    assert len(shown_days(("monday", "tuesday"), *totals)) == shown


def test_before_the_end_of_the_window_nothing_is_decided() -> None:
    early = stored(outcomes_of(LIFTED, 1), an_experiment(), now=LAUNCHED + timedelta(days=5))
    assert early["verdict"]["code"] == "cannot_tell_yet"
    assert early["verdict"]["badges"] == ["preliminary"]
    assert early["lift"] is None


def test_an_experiment_without_groups_yet_says_what_is_missing() -> None:
    few = outcomes_of(World((3, 3)), 1)
    result = stored(few, an_experiment())
    assert result["lift"] is None
    assert result["verdict"]["text"] == (
        "Cannot tell yet – not enough people yet: needs about "
        f"{result['verdict']['more_groups']:,} more groups (about {result['verdict']['more_days']:,} days, "
        "longer than this campaign runs)"
    )


def test_without_a_holdout_there_is_a_description_only() -> None:
    everybody = [replace(each, arm=TREATED) for each in outcomes_of(LIFTED, 1)]
    result = stored(everybody, an_experiment(holdout_percent=0))
    assert result["lift"] is None
    assert result["checks"] == []
    assert result["parameters"]["rung"] == "D"
    assert result["verdict"]["code"] == "description"


def test_large_arms_are_judged_by_the_t_interval_and_small_ones_by_relabelling() -> None:
    small = stored(outcomes_of(World((60, 60), added=0.03), 1), an_experiment())
    large = stored(outcomes_of(World((150, 150), added=0.03), 1), an_experiment())
    assert (small["lift"]["how"]["method"], large["lift"]["how"]["method"]) == ("permutation", "delta")


def test_the_seed_follows_from_what_was_fixed_at_launch() -> None:
    assert seed_of("a") == seed_of("a") != seed_of("b")


def test_money_is_the_outcome_where_money_was_fixed() -> None:
    outcomes = outcomes_of(LIFTED, 1)
    money = arrays(an_experiment(metric="money"), outcomes)
    people = arrays(an_experiment(), outcomes)
    assert np.array_equal(money.y, people.y * 3_800)
