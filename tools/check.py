"""Runs every check of the code and the documents, all of them even when one fails, and says which did."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent  # not resolved: the tools lie beside the environment's python
TYPED = ("campaigns", "storefront", "scheduler", "integrations", "tools", "tests", "benchmarks")


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float
    output: str


def commands() -> dict[str, list[str]]:
    """Each check and its command. The slowest comes first, since two run at a time."""
    python = [sys.executable]
    folders = [name for name in TYPED if (ROOT / name).is_dir()]
    return {
        "types": [*python, "-m", "mypy", *folders],
        "format": [str(BIN / "ruff"), "format", "--check", "."],
        "lint": [str(BIN / "ruff"), "check", "--output-format", "concise", "."],
        "layers": [str(BIN / "lint-imports"), "--no-cache"],
        "sizes": [*python, "tools/check_sizes.py"],
        "words": [*python, "tools/check_words.py"],
        "documents": [*python, "tools/check_docs.py"],
    }


def run(name: str, command: list[str]) -> Outcome:
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Outcome(name, done.returncode == 0, time.monotonic() - started, done.stdout + done.stderr)


def main() -> None:
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda item: run(*item), commands().items()))
    for outcome in outcomes:
        if not outcome.passed:
            print(f"--- {outcome.name} ---\n{outcome.output.rstrip()}")
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.passed else 'FAIL'}  {outcome.name} ({outcome.seconds:.1f} s)")
    sys.exit(0 if all(outcome.passed for outcome in outcomes) else 1)


if __name__ == "__main__":
    main()
