"""What campaigns, their power and their verdicts are called where people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.formats import number, percent, plural

# State -> word, tone, icon.
STATES = {
    "draft": ("Draft", "", "edit"),
    "launched": ("Running", "accent", "users"),
    "ended": ("Ended", "", "check"),
}
CHANNELS = {
    "mail": "Mail to contacts",
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "webhook": "Webhooks",
    "links": "Share links",
    "venue": "At the venue",
}
# Verdict -> tone, icon.
TONES = {
    "extra": ("good", "check-circle"),
    "lost": ("bad", "x-circle"),
    "no_sizeable_effect": ("", "minus-circle"),
    "cannot_tell_yet": ("", "clock"),
    "check_failed": ("warn", "alert"),
    "description": ("", "info"),
}
CHECKS = {
    "sample_ratio": "Groups per arm are as planned",
    "would_show": "Both arms were reached alike",
    "consent": "Consent stands alike in both arms",
    "pre_period": "The arms were alike before the campaign",
    "contamination": "The holdout stayed without invitations",
    "open_windows": "Purchases no longer count",
}
LEVELS = {
    "passed": ("Passed", "good", "check"),
    "qualifies": ("Limits the result", "warn", "alert"),
    "blocks": ("Failed", "bad", "x-circle"),
    "not_asked": ("Not asked", "", "minus-circle"),
}
METRICS = {"money": "Money paid, less refunds", "buyers": "People who bought"}
UNITS = {"group": "Groups of contacts", "person": "Single people"}
METHODS = {
    "hash": "by a keyed hash of the group",
    "shuffle": "by a seeded shuffle inside layers of earlier sales",
}
INTERVALS = {
    "permutation": "relabelled groups, all trial lifts with the same labels",
    "delta": "ratio of sums by group, Satterthwaite t",
}


def power_sentence(groups: int, mde_rel: float | None) -> str:
    """What so many groups can show, before anything is launched."""
    counted = plural(groups, "group", "groups")
    if mde_rel is None:
        return f"With {counted} no lift can be measured. It takes at least four groups in each arm."
    return f"With {counted} you can see a lift of {percent(mde_rel)} or more."


def too_weak(mde_rel: float | None, expected_rel: float | None) -> bool:
    """Whether the lift hoped for is smaller than the smallest that would show."""
    return expected_rel is not None and (mde_rel is None or expected_rel < mde_rel)


LEVERS = ("more groups: import more contacts", "a larger holdout, up to half", "a longer outcome window")


def parameters(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The method box: every parameter that was fixed, and how the interval was made."""
    fixed, lift, power = result["parameters"], result["lift"], result["power"]
    goal = fixed["expected_rel"] or fixed["mde_rel"]
    said = [
        ("Withheld from the holdout", fixed["what_is_withheld"]),
        ("Holdout", f"{fixed['holdout_percent']}%, assigned {METHODS[fixed['method']]}"),
        ("Unit", UNITS[fixed["unit_kind"]]),
        ("Metric", METRICS[fixed["metric"]]),
        ("Fixed before the first invitation", fixed["fixed_at"]),
        ("Counts until", f"{fixed['planned_end_at']}, {plural(fixed['outcome_window_days'], 'day', 'days')}"),
        ("Least sample", plural(fixed["minimum_sample"], "group", "groups")),
        ("Groups, invited and held out", " and ".join(number(each) for each in power["groups"])),
        ("Lift it was asked about", percent(goal) if goal else "none was set"),
        ("Smallest lift it could see", percent(fixed["mde_rel"]) if fixed["mde_rel"] else "cannot be told"),
        ("Power and level", f"{percent(fixed['power'])} and {percent(fixed['alpha'])}, two-sided"),
    ]
    if lift is not None:
        said += _how(lift["how"])
    said += [
        ("Seed of the draws", str(fixed["seed"])),
        ("Computed with", ", ".join(f"{name} {version}" for name, version in fixed["versions"].items())),
        ("Data version", result["data_version"]),
    ]
    return said


def _how(how: Mapping[str, Any]) -> list[tuple[str, str]]:
    said = [("Interval", INTERVALS[how["method"]])]
    if how["method"] == "permutation":
        drawn = f"all {number(how['draws'])}" if how["exact"] else number(how["draws"])
        said.append(("Labels compared", drawn))
    said.append(("p, two-sided", f"{how['p']:.4f}"))
    said.append(("Adjusted by earlier sales", "yes" if how["adjusted"] else "no"))
    return said
