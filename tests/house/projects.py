"""Copies of the project that a test may spoil, and how to run a house tool on them."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("campaigns", "storefront", "scheduler", "integrations")


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def copy_rooms(target: Path) -> Path:
    """The four rooms and pyproject.toml, copied into `target`."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, target / room, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def new_project(target: Path, files: dict[str, str]) -> Path:
    """A repository in `target` with just these files."""
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet", str(target)], check=True)
    return target


def run_tool(name: str, project: Path) -> tuple[int, list[str]]:
    """Exit status and printed lines of tools/NAME.py, pointed at `project`."""
    command = [sys.executable, str(ROOT / "tools" / f"{name}.py"), str(project)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()
