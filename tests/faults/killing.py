"""Killing a process without one: the named failpoint raises what nobody catches, as a kill -9 would end it there.

What was committed stays, what was not is rolled back, and a lease that was held is held until it runs out.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager

from campaigns.foundation.failpoints import arm, disarm

# Every place on the money path; `test_every_failpoint_is_hit` keeps this list equal to the code.
PLACES = (
    "join.after_check",
    "apply.nothing",
    "apply.commit",
    "apply.commit_again",
    "apply.turn_away",
    "apply.resume",
    "apply.withdraw",
    "apply.captured",
    "apply.taken_early",
    "apply.released",
    "apply.hold_ended",
    "apply.failed",
    "apply.drop",
    "apply.release_stray",
    "apply.refund_stray",
    "tip.before",
    "decide.locked",
    "decide.before_fail",
    "leave.locked",
    "refund.before_revoke",
    "fulfil.before_vouchers",
    "carry_out.answered",
    "record.checkout",
    "record.expire_checkout",
    "record.capture",
    "record.release",
    "record.refund",
    "redeem.after_look",
    "reconcile.begin",
    "react.before_finish",
    "deliver.sent",
)


class Killed(BaseException):
    """The process is gone. Not an Exception, so that no `except Exception` survives it."""


@contextmanager
def killed_at(place: str, *, hit: int = 1) -> Iterator[list[str]]:
    """Inside, whoever gets to `place` for the `hit`-th time is gone. Yields a list that then names the place."""
    struck: list[str] = []
    left = hit

    async def kill() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            struck.append(place)
            raise Killed(place)

    arm(place, kill)
    try:
        yield struck
    finally:
        disarm()


async def survive(act: Awaitable[object]) -> None:
    """Do something that may be killed half-way."""
    try:
        await act
    except Killed:
        return
