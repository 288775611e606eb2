"""python -m tools.testbed install|run"""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from tools.setup import SetupError
from tools.testbed.install import folder_of_testbed, install
from tools.testbed.pds import running_pds

ENDING = {signal.SIGINT, signal.SIGTERM}


def main(arguments: list[str]) -> None:
    match arguments:
        case ["install"]:
            install(folder_of_testbed())
        case ["run"]:
            with tempfile.TemporaryDirectory() as data, running_pds(folder_of_testbed(), Path(data)) as pds:
                print(f"PDS {pds.address}, directory {pds.directory}, process {pds.pid}", flush=True)
                signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)  # not before: children inherit it
                signal.sigwait(ENDING)
        case _:
            raise SetupError("usage: python -m tools.testbed install|run")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SetupError as problem:
        sys.exit(f"test bed: {problem}")
