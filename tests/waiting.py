"""Wait for what happens by itself, in another task or another process."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(so: Callable[[], Awaitable[object]], what: str, *, within_s: float = 10) -> None:
    """Ask again and again until the answer is true. Fails with `what` after `within_s` seconds."""
    try:
        async with asyncio.timeout(within_s):
            while not await so():  # noqa: ASYNC110 - nobody on the other side could set an event of ours
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"not within {within_s} s: {what}") from None
