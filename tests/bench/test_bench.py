"""The benchmark runs, says something about every target, can fail, and leaves nothing behind. Nothing is timed."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.exactness import Kept, Promised, hold_against
from benchmarks.redemptions import successes
from benchmarks.run import PARTS
from benchmarks.targets import TARGETS, Measured, exit_status

ROOT = Path(__file__).resolve().parents[2]
LONGEST_RUN_S = 900


def command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "benchmarks", "--tiny", "--into", str(folder), *more]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder), "ONLY": ""}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the user PostgreSQL runs as where tests run as root, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory(prefix="quorum-bench-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def judged(bench: str, *ratios: float) -> Measured:
    return Measured(bench, ratios=list(ratios))


def test_every_target_has_one_line_and_the_exit_status_tells_whether_all_are_met(folder: Path) -> None:
    done = subprocess.run(
        command(folder),
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=LONGEST_RUN_S,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(line["bench"] for line in lines) == list(TARGETS), done.stderr
    for line in lines:
        assert set(line) == {"bench", "ratio", "min", "max", "unit", "target", "ok"}
        assert line["min"] <= line["ratio"] <= line["max"], line
        assert line["target"] == str(TARGETS[line["bench"]])
    assert done.returncode == (0 if all(line["ok"] for line in lines) else 1)
    assert {line["bench"]: line["ok"] for line in lines if line["target"] == "= 1"} == dict.fromkeys(
        ("P3d", "P3e", "P3f", "P5b"), True
    ), done.stderr
    results = json.loads((folder / "results.json").read_text())
    assert [one["bench"] for one in results["measures"]] == list(TARGETS)
    assert all(one["rounds"] for one in results["measures"])
    assert "targets" in (folder / "results.md").read_text()


def test_an_interrupted_run_ends_what_it_started_and_keeps_nothing(folder: Path) -> None:
    running = subprocess.Popen(
        command(folder, "--only", "P1a"), cwd=ROOT, env=environment(folder), stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    with running.stderr:
        assert any("warm-up" in line for line in running.stderr)
        running.send_signal(signal.SIGINT)
        rest = running.stderr.read()
    assert running.wait(LONGEST_RUN_S) == 130, rest
    assert list(folder.glob("quorum-*")) == []
    assert list(folder.glob("results*")) == []
    assert [name for name in command_lines() if str(folder) in name] == []


def command_lines() -> list[str]:
    """Of every process, with the folder it works in."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            found.append(f"{path.joinpath('cwd').readlink()} {path.joinpath('cmdline').read_text()}")
        except (OSError, UnicodeDecodeError):
            continue
    return found


def test_every_target_is_measured_by_one_part() -> None:
    assert sorted(name for _, names in PARTS for name in names) == sorted(TARGETS)


def test_a_name_that_is_no_target_is_a_wrong_call(folder: Path) -> None:
    done = subprocess.run(
        command(folder, "--only", "P9"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "P3a" in done.stderr


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_is_met_at_its_bound_and_missed_beyond_it(name: str) -> None:
    target = TARGETS[name]
    beyond = target.bound - 0.01 if target.relation == ">=" else target.bound + 0.01
    assert exit_status([judged(name, target.bound)]) == 0
    assert exit_status([judged(name, beyond)]) == 1


def test_one_missed_target_among_others_fails_the_run() -> None:
    """B11: with one join in each commit, joins on a hot row stay below the statement they are compared with."""
    assert exit_status([judged("P1a", 1.2), judged("P3a", 0.9, 0.95, 1.6), judged("P5b", 1.0)]) == 1


def test_a_run_that_measured_nothing_fails() -> None:
    assert exit_status([]) == 1
    assert exit_status([Measured("P3a")]) == 1


def test_an_unexpected_answer_fails_a_target_whatever_its_ratio() -> None:
    """B4."""
    measured = judged("P3a", 2.0, 2.1, 2.2)
    assert exit_status([measured]) == 0
    measured.faults.append("1 x status 500")
    assert exit_status([measured]) == 1


def test_exactness_is_judged_by_its_worst_round() -> None:
    assert judged("P3d", 1.0, 1.05, 1.0).ratio == 1.05
    assert not judged("P3e", 1.0, 1.0, 0.999).ok
    assert judged("P3a", 1.0, 2.0, 9.0).ratio == 2.0


# Four orders for four places, two requests repeated, each with the first answer.
PROMISED = Promised(capacity=4, acknowledged={"a": 1, "b": 1, "c": 1, "d": 1}, repeats=2, same=2)
EXACT = Kept(counter=4, orders={"a": 1, "b": 1, "c": 1, "d": 1})


def held(bench: str, promised: Promised, kept: Kept) -> bool:
    measured = Measured(bench)
    hold_against(measured, promised, kept, "postgresql")
    return exit_status([measured]) == 0


@pytest.mark.parametrize("bench", ["P3d", "P3e", "P3f"])
def test_what_was_promised_and_kept_passes(bench: str) -> None:
    assert held(bench, PROMISED, EXACT)


def test_one_unit_too_many_fails_p3d() -> None:
    assert not held("P3d", PROMISED, Kept(4, EXACT.orders | {"e": 1}))
    assert not held("P3d", PROMISED, Kept(5, EXACT.orders))


def test_a_place_left_unsold_fails_p3d() -> None:
    assert not held("P3d", PROMISED, Kept(3, {"a": 1, "b": 1, "c": 1}))


def test_a_lost_order_fails_p3e() -> None:
    assert not held("P3e", PROMISED, Kept(3, {"a": 1, "b": 1, "c": 1}))


def test_a_statement_that_counts_before_the_insert_declines_fails_p3e_and_p3f() -> None:
    """B11: eight tries with one key on the leaking shape make one order and take eight places."""
    promised = Promised(capacity=10, acknowledged={"a": 1}, repeats=7, same=7)
    leaked = Kept(counter=8, orders={"a": 1})
    assert not held("P3e", promised, leaked)
    assert not held("P3f", promised, leaked)


def test_a_repeat_that_places_a_second_order_fails_p3f() -> None:
    assert not held("P3f", PROMISED, Kept(5, EXACT.orders | {"e": 1}))


def test_a_repeat_with_another_answer_fails_p3f() -> None:
    assert not held("P3f", Promised(4, PROMISED.acknowledged, repeats=2, same=1), EXACT)
    assert not held("P3f", Promised(4, PROMISED.acknowledged, repeats=0, same=0), EXACT)


def test_a_voucher_redeemed_twice_or_never_fails_p5b() -> None:
    assert exit_status([successes([(1, []), (1, [])])]) == 0
    assert exit_status([successes([(1, []), (2, [])])]) == 1
    assert exit_status([successes([(0, [])])]) == 1
    assert exit_status([successes([(1, ["2 x status 500"])])]) == 1
