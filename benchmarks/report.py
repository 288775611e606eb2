"""What a run leaves behind: results.json with every round, results.md for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import QUIET
from benchmarks.targets import TARGETS, Measured

_CAVEATS = """\
Client, server and database shared the machine. How fast a disk syncs can change fivefold within minutes, so limit and
product ran in the same rounds, in swapped order every other round, after a warm-up round that was thrown away. A ratio
is the median of the ratios of the rounds; a target of `= 1` is judged by its worst round. Compare inside one table
only: a bare number of requests a second says nothing.

How each measure is taken is in [performance](../docs/performance.md).
"""


def report(measured: Sequence[Measured], machine: dict[str, Any], folder: Path) -> None:
    """Write both files. Measures that did not run this time stay as they were, with the time they were made at."""
    path = folder / "results.json"
    earlier = json.loads(path.read_text(encoding="utf-8"))["measures"] if path.exists() else []
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    measures = {one["bench"]: one for one in earlier if one["bench"] in TARGETS}
    measures |= {one.bench: _whole(one, now) for one in measured}
    ordered = [measures[name] for name in TARGETS if name in measures]
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": machine, "measures": ordered}, indent=1) + "\n", encoding="utf-8")
    (folder / "results.md").write_text(_page(ordered, machine), encoding="utf-8")


def _whole(one: Measured, now: str) -> dict[str, Any]:
    return {**one.line(), "measured_at": now, "faults": one.faults, "rounds": one.rounds}


def _page(measures: Sequence[dict[str, Any]], machine: dict[str, Any]) -> str:
    missed = [one["bench"] for one in measures if not one["ok"]]
    if missed:
        verdict = f"**{len(missed)} of {len(measures)} targets are not met: {', '.join(missed)}.**"
    else:
        verdict = f"All {len(measures)} targets are met."
    rows = [_row(one) for one in measures]
    head = [
        "| id | what | ratio | min | max | unit | target | met | measured |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    faults = [f"- {one['bench']}: {fault}" for one in measures for fault in one["faults"][:5]]
    noted = ["", "Answers that were not expected:", "", *faults] if faults else []
    about = [_machine(measures, machine), "", *_operation_alone(measures), _CAVEATS]
    parts = ["# Benchmark results", "", verdict, "", *head, *rows, *noted, "", *about]
    return "\n".join(parts)


def _row(one: dict[str, Any]) -> str:
    met = "yes" if one["ok"] else "**no**"
    shown = [one["bench"], TARGETS[one["bench"]].what, one["ratio"], one["min"], one["max"], one["unit"]]
    return "| " + " | ".join(str(part) for part in [*shown, one["target"], met, one["measured_at"]]) + " |"


def _machine(measures: Sequence[dict[str, Any]], machine: dict[str, Any]) -> str:
    quiets = [entry["quiet"] for one in measures for entry in one["rounds"] if "quiet" in entry]
    loads = [entry["load"] for one in measures for entry in one["rounds"] if "load" in entry]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    built = f"{machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}"
    software = f"Python {machine['python']}, PostgreSQL {machine['postgresql']}, SQLite {machine['sqlite']}"
    sentences = [
        f"The machine: {built}, {software}; {packages}.",
        f"One small synced write took {machine['fsync_ms']} ms.",
    ]
    if quiets:
        calm = "quiet" if min(quiets) >= QUIET else "not quiet"
        sentences.append(
            f"The load average lay between {min(loads)} and {max(loads)}, and the machine was {calm}: before a round a"
            f" spinning process got {min(quiets):.0%} to {max(quiets):.0%} of a core."
        )
    return "\n".join(sentences)


def _operation_alone(measures: Sequence[dict[str, Any]]) -> list[str]:
    """How far the reservation itself gets, for whoever wonders where the time of a join goes."""
    rounds = [entry for one in measures if one["bench"] == "P3a" for entry in one["rounds"]]
    ratios = [entry["operation alone"] / entry["pgbench"] for entry in rounds if entry.get("pgbench")]
    if not ratios:
        return []
    times = f"{median(ratios):.2g}"
    return [
        f"The operation alone, without HTTP, stored answers, limits and the payment page, made {times} times the joins",
        "of pgbench. No target judges this.",
        "",
    ]
