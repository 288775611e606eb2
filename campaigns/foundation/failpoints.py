"""Named places on the money path where tests may stop, delay or kill the process. Silent otherwise."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable

Action = Callable[[], Awaitable[None]]
_armed: dict[str, Action] = {}


def arm(name: str, action: Action) -> None:
    _armed[name] = action


def disarm() -> None:
    _armed.clear()


async def failpoint(name: str) -> None:
    """Do what a test asked for at this place; nothing where nobody asked."""
    if _armed and (action := _armed.get(name)):
        await action()


def arm_from_environment(wanted: str) -> None:
    """Arm `name:kill@3` for a process under test: killed the third time it gets there."""
    name, _, what = wanted.partition(":")
    verb, _, hit = what.partition("@")
    if verb != "kill":
        raise ValueError(f"unknown failpoint action {what!r}")
    left = int(hit or 1)

    async def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    arm(name, kill)
