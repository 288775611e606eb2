"""What of an answer may leave the house: figures, parameters, and groups of at least ten people.

A group of fewer than ten is never shown by itself. The small ones of an arm and stratum go together as one row of
sums and sums of squares, with one more group where these together would still be too few, so that nothing can be
had by subtraction; across strata where one is too small for that, and an arm of fewer than ten people is left out.
Nothing at all goes out while the result is preliminary or its sample too small (R86). From the sums anybody can
redo the t interval exactly; from whole groups the verdict itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import groupby
from typing import Any

from campaigns.lift.answer import Answer, versions
from campaigns.lift.estimators.cuped import Cuped
from campaigns.lift.estimators.ratio import Lift
from campaigns.lift.rules import ClusterOutcome, missing_clusters
from campaigns.lift.small_cells import FEWEST_PEOPLE

SCHEMA = "quorum.lift/1"


def as_stored(
    answer: Answer, outcomes: Sequence[ClusterOutcome], *, data_version: str, now: datetime
) -> dict[str, Any]:
    """The answer as JSON: finite numbers, text, lists and nulls. `lift` is null where there is no estimate, and as
    long as it is preliminary: an interval that is looked at early, and again, is wrong too often.
    """
    experiment, verdict = answer.experiment, answer.verdict
    early = "preliminary" in verdict.badges
    withheld = early or not experiment.has_holdout or missing_clusters(experiment, len(outcomes)) > 0
    clusters, merged = ([], []) if withheld else cluster_table(outcomes)
    return {
        "schema": SCHEMA,
        "data_version": data_version,
        "computed_at": _instant(now),
        "verdict": {**asdict(verdict), "badges": list(verdict.badges), "text": verdict.text},
        "lift": None if withheld else lift_table(answer.lift),
        "second_opinion": None if withheld else lift_table(answer.delta),
        "covariate": _covariate(answer.cuped),
        "checks": [_plain(asdict(check)) for check in answer.checks],
        "power": {
            "kappa2": answer.kappa2,
            "groups": list(answer.groups),
            "groups_needed": answer.groups_needed,
        },
        "parameters": {
            **_plain(asdict(experiment)),
            "seed": answer.seed,
            "rung": "A" if experiment.has_holdout else "D",
            "versions": versions(),
        },
        "clusters": clusters,
        "small_groups": merged,
        "recompute": _recompute(outcomes, clusters, merged),
    }


def lift_table(lift: Lift | None) -> dict[str, Any] | None:
    """A `Lift` as JSON. An infinite bound is null: no value on that side can be excluded."""
    if lift is None:
        return None
    found: dict[str, Any] = _plain(asdict(lift))
    return found


def cluster_table(
    outcomes: Sequence[ClusterOutcome],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Groups without their names, in the order of these, and sums of those too small to be shown."""
    shown: list[ClusterOutcome] = []
    merged: list[dict[str, Any]] = []
    ordered = sorted(outcomes, key=lambda each: (_cell(each), each.cluster))
    for _, of_arm in groupby(ordered, key=lambda each: each.arm):
        cells = [_apart(list(members)) for _, members in groupby(of_arm, key=_cell)]
        large, hidden = _pooled([each for some, _ in cells for each in some], [small for _, small in cells])
        shown += large
        merged += [_sums(members) for members in hidden]
    return [_row(each) for each in sorted(shown, key=lambda each: each.cluster)], merged


def _pooled(
    large: list[ClusterOutcome], hidden: list[list[ClusterOutcome]]
) -> tuple[list[ClusterOutcome], list[list[ClusterOutcome]]]:
    """What is too small even together in its stratum goes with others of its arm, or is left out."""
    whole = [members for members in hidden if _is_enough(members)]
    rest = [each for members in hidden if not _is_enough(members) for each in members]
    large = sorted(large, key=lambda each: (each.n_eligible, each.cluster))
    while rest and not _is_enough(rest) and (whole or large):
        rest += whole.pop() if whole else [large.pop(0)]
    return large, [*whole, rest] if _is_enough(rest) else whole


def _is_enough(members: Sequence[ClusterOutcome]) -> bool:
    """Two groups at least: a single one taken with known others would be had by subtraction."""
    return len(members) >= 2 and sum(each.n_eligible for each in members) >= FEWEST_PEOPLE


def _recompute(
    outcomes: Sequence[ClusterOutcome], clusters: Sequence[Any], merged: Sequence[Mapping[str, Any]]
) -> str:
    """From what anybody can redo it: whole groups, sums, or nothing where some are left out."""
    if len(clusters) + sum(row["groups"] for row in merged) < len(outcomes):
        return "nothing"
    return "sums" if merged else "clusters"


def _cell(outcome: ClusterOutcome) -> tuple[str, int]:
    return outcome.arm, outcome.stratum


def _apart(members: list[ClusterOutcome]) -> tuple[list[ClusterOutcome], list[ClusterOutcome]]:
    small = [each for each in members if each.n_eligible < FEWEST_PEOPLE]
    large = sorted(
        (each for each in members if each.n_eligible >= FEWEST_PEOPLE), key=lambda each: each.n_eligible
    )
    while small and large and not _is_enough(small):
        small.append(large.pop(0))
    return large, small


def _row(each: ClusterOutcome) -> dict[str, Any]:
    row = asdict(each)
    del row["cluster"]
    return row


def _sums(members: Sequence[ClusterOutcome]) -> dict[str, Any]:
    """One row for several groups; `nn`, `yy`, `yn` and so on are sums of squares and products."""
    pairs = [(each.n_eligible, each.y, each.y_money_minor, each.x_pre_minor) for each in members]
    names = ("n", "y", "m", "x")
    sums: dict[str, Any] = {name: sum(pair[place] for pair in pairs) for place, name in enumerate(names)}
    for one, first in enumerate(names):
        for other in range(one, len(names)):
            sums[first + names[other]] = sum(pair[one] * pair[other] for pair in pairs)
    contaminated = sum(each.contaminated for each in members)
    return {
        "arm": members[0].arm,
        "stratum": members[0].stratum if len({each.stratum for each in members}) == 1 else None,
        "groups": len(members),
        **sums,
        "contaminated": contaminated,
    }


def _covariate(found: Cuped | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {**_plain(asdict(found)), "variance_ratio": found.variance_ratio, "used": found.helps}


def _plain(value: Any) -> Any:
    """Instants as text, what is not finite as null, tuples as lists."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _instant(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
