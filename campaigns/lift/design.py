"""What is to be tested, as typed at launch, read into the design that is then fixed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.deals.typed import Reader
from campaigns.lift.rules import METRICS, UNIT_KINDS

# Fewer clusters than four in an arm have no interval at 95 %.
LEAST_SAMPLE = 8
WITHHELD = "the invitation by mail"


@dataclass(frozen=True)
class Design:
    """As somebody typed it. `expected_percent` is the lift hoped for, or empty; the rest must be there.

    `minimum_sample` counts clusters of both arms together. `what_is_withheld` completes "The holdout did not get".
    """

    holdout_percent: str = "20"
    unit_kind: str = "group"
    metric: str = "money"
    outcome_window_days: str = "30"
    minimum_sample: str = "40"
    expected_percent: str = ""
    what_is_withheld: str = WITHHELD


@dataclass(frozen=True)
class Plan:
    """A design that can be carried out. `expected_rel` is relative: 0.2 stands for a fifth more."""

    holdout_percent: int
    by_group: bool
    metric: str
    outcome_window_days: int
    minimum_sample: int
    expected_rel: float | None
    what_is_withheld: str


def parse_design(design: Design) -> Plan:
    """Raises InvalidFields with all that is wrong."""
    reader = Reader()
    expected = reader.limit("expected_percent", design.expected_percent, least=1, most=1000)
    plan = Plan(
        holdout_percent=reader.whole("holdout_percent", design.holdout_percent, least=0, most=90),
        by_group=reader.choice("unit_kind", design.unit_kind, UNIT_KINDS) == "group",
        metric=reader.choice("metric", design.metric, METRICS),
        outcome_window_days=reader.whole(
            "outcome_window_days", design.outcome_window_days, least=1, most=180
        ),
        minimum_sample=reader.whole(
            "minimum_sample", design.minimum_sample, least=LEAST_SAMPLE, most=1_000_000
        ),
        expected_rel=None if expected is None else expected / 100,
        what_is_withheld=reader.text("what_is_withheld", design.what_is_withheld, least=3, most=120),
    )
    reader.finish()
    return plan
