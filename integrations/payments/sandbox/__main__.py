"""`python -m integrations.payments.sandbox`: the sandbox as its own process, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from integrations.payments.sandbox.app import create_sandbox
from integrations.payments.sandbox.settings import SandboxSettings

_HOST = "127.0.0.1"


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
    app = create_sandbox(settings)
    config = uvicorn.Config(app, host=_HOST, port=port, log_level="warning", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        address = f"http://{_HOST}:{server.servers[0].sockets[0].getsockname()[1]}"
        print(json.dumps({"address": address, "seed": settings.seed}), flush=True)
    await serving


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sandbox."""
    asyncio.run(serve(*read_arguments(arguments)))


if __name__ == "__main__":
    main()
