"""`python -m integrations.payments.sandbox`: the sandbox as its own process, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

from integrations.payments.sandbox.app import create_sandbox
from integrations.payments.sandbox.server import served
from integrations.payments.sandbox.settings import SandboxSettings


def read_arguments(arguments: Sequence[str] | None) -> tuple[int, SandboxSettings]:
    """Port and settings of a command line."""
    parser = argparse.ArgumentParser(prog="python -m integrations.payments.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--state", type=Path, help="own SQLite file; without it everything stays in memory")
    parser.add_argument("--webhook-url", help="where events are sent")
    parser.add_argument("--webhook-secret", help="what they are signed with")
    parser.add_argument("--public-base", help="address browsers reach the sandbox by")
    parser.add_argument("--seed", type=int, default=1, help="of random faults and shuffled delivery")
    given = parser.parse_args(arguments)
    settings = SandboxSettings(
        state_path=given.state,
        public_base=given.public_base,
        webhook_url=given.webhook_url,
        webhook_secret=given.webhook_secret,
        seed=given.seed,
    )
    return given.port, settings


async def serve(port: int, settings: SandboxSettings) -> None:
    """Serve until the process is told to stop; prints one line of JSON when ready."""
    async with served(create_sandbox(settings), port) as (address, task):
        print(json.dumps({"address": address, "seed": settings.seed}), flush=True)
        await asyncio.wait({task})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sandbox."""
    asyncio.run(serve(*read_arguments(arguments)))


if __name__ == "__main__":
    main()
