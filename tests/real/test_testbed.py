"""The real server is on this machine only, and leaves nothing behind, whatever happens to who started it."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

from tools.testbed.install import node
from tools.testbed.pds import LOOPBACK, STARTER, listening, running_pds
from tools.tracked import ROOT


def test_it_listens_on_this_machine_only_and_ends_with_its_block(built_testbed: Path, tmp_path: Path) -> None:
    with running_pds(built_testbed, tmp_path) as running:
        found = listening(running.pid)
        assert {host for host, _ in found} == {LOOPBACK}
        assert len(found) == 2
    assert not Path(f"/proc/{running.pid}").exists()


def test_it_ends_with_the_process_that_started_it(built_testbed: Path) -> None:
    """Killed, nobody could stop it any more."""
    command = [sys.executable, "-m", "tools.testbed", "run"]
    environment = {**os.environ, "QUORUM_TESTBED": str(built_testbed)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        found = re.search(r"process (\d+)", starter.stdout.readline())
        assert found is not None
        server = os.pidfd_open(int(found[1]))
        starter.send_signal(signal.SIGKILL)
    try:
        ended, _, _ = select.select([server], [], [], 20)
    finally:
        os.close(server)
    assert ended


def test_it_does_not_start_without_a_directory_of_its_own(built_testbed: Path) -> None:
    """Otherwise the public one would be used."""
    done = subprocess.run(
        [node(built_testbed), STARTER],
        cwd=built_testbed / "atproto",
        env={"PATH": os.environ["PATH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "no directory of our own" in done.stderr
