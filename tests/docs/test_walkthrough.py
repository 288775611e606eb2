"""The walkthrough is run as it stands: from an empty folder to a campaign's report, with curl (S27, S29)."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "walkthrough.md"
_LONGEST_S = 400


def script() -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.M | re.S))


def a_free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def surroundings(folder: Path) -> dict[str, str]:
    """`quorum` on the path, and nothing of this machine's settings."""
    programs = folder / "bin"
    programs.mkdir()
    command = programs / "quorum"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m storefront.cli "$@"\n')
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QUORUM_", "STRIPE_"))}
    kept.pop("DATABASE_URL", None)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {
        **kept,
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "PORT": str(a_free_port()),
        "NO_PROXY": "127.0.0.1",
    }


@pytest.mark.skipif(shutil.which("curl") is None, reason="WALKTHROUGH NOT RUN: there is no curl")
def test_the_walkthrough_leads_from_an_empty_database_to_a_campaigns_report(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script()],
        cwd=folder,
        env=surroundings(tmp_path),
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    log = folder / "server.log"
    said = f"{ran.stdout}\n{ran.stderr}\n{log.read_text() if log.exists() else ''}"
    assert ran.returncode == 0, said
    lines = ran.stdout.splitlines()
    assert lines.count("303") == 3, said  # all buyers were sent on from the payment page
    assert "Redeemed. Give what the voucher says." in lines
    assert "409 voucher_not_redeemed: already_redeemed" in lines
    assert any(line.startswith("Nothing was redeemed. Already used. Alder Street, ") for line in lines)
    assert re.search(r"^[A-Z2-7]{4}(-[A-Z2-7]{4}){3} is issued$", ran.stdout, re.M)
    assert "refused: outside_geofence" in lines
    assert "accepted: ok" in lines
    assert any(
        line.startswith("Cleo M. joined: Hand-pulled noodle dinner for two, $38.50.") for line in lines
    )
    assert "48 people: 9 tables are invited, 3 are held out" in lines
    assert "launched, collected: 11550" in lines
    assert "All is well" in ran.stdout
