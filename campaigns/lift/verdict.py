"""What a merchant may be told about a campaign's lift: four verdicts, and what blocks or qualifies them.

The words never claim more than the comparison carries. A campaign without a holdout gets a description.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.lift.estimators.health import BLOCKS, QUALIFIES, Check
from campaigns.lift.estimators.ratio import Lift
from campaigns.lift.figures import Measure, nearest, outward, supported_step

EXTRA, LOST, NO_EFFECT, CANNOT_TELL = "extra", "lost", "no_sizeable_effect", "cannot_tell_yet"
CHECK_FAILED, DESCRIPTION = "check_failed", "description"
CODES = (EXTRA, LOST, NO_EFFECT, CANNOT_TELL, CHECK_FAILED, DESCRIPTION)
# An interval inside ±50 % is the widest that may ever be called "no sizeable effect", whatever was planned.
_WIDEST_NO_EFFECT = 0.5

_FAILED = {
    "sample_ratio": "the arms do not have the sizes that were planned",
    "would_show": "people of one arm were reached less often than people of the other",
    "consent": "consent differs between the arms",
    "pre_period": "the arms differed before the campaign began",
}
_BADGES = {"contamination": "lower bound", "open_windows": "preliminary"}


@dataclass(frozen=True)
class Case:
    """All a verdict is made from. `lift` is None where there is no estimate: too few groups, or none bought.

    `groups` take part, `groups_needed` would show the lift the campaign was planned for (`goal_rel`, a share of
    one, None if none was set). `minimum_groups` was fixed before launch. `days_left` of the outcome window, 0 once
    it is over; `window_days` its whole length.
    """

    measure: Measure
    lift: Lift | None
    checks: Sequence[Check]
    groups: int
    groups_needed: int | None
    minimum_groups: int
    goal_rel: float | None
    window_days: int
    days_left: int
    has_holdout: bool = True


@dataclass(frozen=True)
class Verdict:
    """`headline` and `detail` are one sentence together; `badges` qualify it."""

    code: str
    headline: str
    detail: str
    badges: tuple[str, ...] = ()
    more_groups: int | None = None
    more_days: int | None = None

    @property
    def text(self) -> str:
        return f"{self.headline} – {self.detail}"


def judge(case: Case) -> Verdict:
    """The first that holds: nothing to compare, a failed check, too early, too few, then the interval itself."""
    if not case.has_holdout:
        return Verdict(DESCRIPTION, "Description, not lift", "nothing to compare with")
    failed = [_FAILED[check.code] for check in case.checks if check.level == BLOCKS]
    if failed:
        return Verdict(CHECK_FAILED, "Cannot tell", f"a check failed: {'; '.join(failed)}")
    badges = tuple(_BADGES[check.code] for check in case.checks if check.level == QUALIFIES)
    if "preliminary" in badges:
        return Verdict(CANNOT_TELL, "Cannot tell yet", _still_counting(case), badges)
    if case.lift is None or case.groups < case.minimum_groups:
        return _not_enough(case, badges)
    return _by_interval(case, case.lift, badges)


def _by_interval(case: Case, lift: Lift, badges: tuple[str, ...]) -> Verdict:
    low, high = lift.extra.low, lift.extra.high
    step = _step(case.measure, high - low)
    down, up = outward(low, high, step) if math.isfinite(high - low) else (low, high)
    say, about = case.measure.words, nearest(lift.extra.value, step)
    if lift.relative.low > 0:
        return Verdict(
            EXTRA,
            "Brought extra sales",
            f"about {say(about)} more (between {say(down)} and {say(up)})",
            badges,
        )
    if lift.relative.high < 0:
        between = f"between {say(up)} and {say(down)}" if math.isfinite(down) else f"{say(up)} or more"
        return Verdict(LOST, "Lost sales", f"about {say(about)} fewer ({between})", badges)
    goal = min(case.goal_rel or 0.0, _WIDEST_NO_EFFECT)
    if -goal < lift.relative.low and lift.relative.high < goal:
        what = "extra sales" if case.measure.metric == "money" else "extra buyers"
        return Verdict(
            NO_EFFECT, "No sizeable effect", f"more than {say(up)} {_of(case, what)} can be ruled out", badges
        )
    return _not_enough(case, badges)


def _of(case: Case, what: str) -> str:
    return f"in {what}" if case.measure.metric == "money" else what


def _step(measure: Measure, width: float) -> float:
    """Never finer than one buyer or one minor unit."""
    return max(1.0, supported_step(width))


def _still_counting(case: Case) -> str:
    days = max(1, case.days_left)
    return f"the result is preliminary: purchases count for {days} more {'day' if days == 1 else 'days'}"


def _not_enough(case: Case, badges: tuple[str, ...]) -> Verdict:
    """N more groups by the size of effect that was planned for, D days at the pace of this campaign."""
    wanted = max(case.groups_needed or 0, case.minimum_groups)
    more = wanted - case.groups
    if more <= 0:
        return Verdict(
            CANNOT_TELL,
            "Cannot tell yet",
            "not enough people yet: the interval contains no effect as well as a large one",
            badges,
        )
    days = math.ceil(more / max(case.groups, 1) * case.window_days)
    longer = ", longer than this campaign runs" if days > case.window_days else ""
    groups = f"{more:,} more {'group' if more == 1 else 'groups'}"
    detail = f"not enough people yet: needs about {groups} (about {days:,} {'day' if days == 1 else 'days'}{longer})"
    return Verdict(CANNOT_TELL, "Cannot tell yet", detail, badges, more, days)
