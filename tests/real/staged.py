"""The Bluesky adapter in front of the real server, through a door of ours that can lose its answers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from campaigns.sharing.ports import Connected
from integrations.feeds.bluesky.publisher import BlueskyPublisher
from tests.ports.feeds.stages import Stage, account_of, clients
from tests.ports.stand_ins.faults import Faults
from tests.ports.stand_ins.serving import Forward, faulty
from tests.real.bluesky import Pds, Person


@dataclass(frozen=True)
class Door:
    """`address` leads to the server, through `faults`."""

    address: str
    faults: Faults

    @property
    def place(self) -> str:
        return self.address.removeprefix("http://")


@asynccontextmanager
async def door_to(pds: Pds) -> AsyncIterator[Door]:
    forward = Forward(pds.address)
    try:
        async with faulty(forward) as (address, faults):
            yield Door(address, faults)
    finally:
        await forward.close()


def a_handle(name: str = "merchant") -> str:
    """A handle nobody has yet."""
    return f"{name}-{secrets.token_hex(3)}.test"


@asynccontextmanager
async def staged(pds: Pds) -> AsyncIterator[tuple[Stage, Person]]:
    """A stage of the contract, and the person whose account it is."""
    person = await pds.create_account(a_handle())
    password = await pds.app_password(person)
    async with door_to(pds) as door, clients(door.address) as (client, hasty):
        publisher = BlueskyPublisher(client)

        async def connect(credential: str) -> Connected:
            return await publisher.connect(door.address, person.handle, credential)

        async def texts() -> list[str]:
            return [str(each["value"]["text"]) for each in await pds.posts(person.did)]

        async def revoke() -> None:
            await pds.take_down(person)

        yield (
            Stage(
                "bluesky",
                publisher,
                BlueskyPublisher(hasty),
                account_of("bluesky", await connect(password)),
                texts,
                connect,
                door.faults,
                write="putRecord",
                look="getRecord",
                revoke=revoke,
                refused={"status": 400, "body": {"error": "InvalidRequest", "message": "No"}},
                limits={"RateLimit-Remaining": "0", "RateLimit-Reset": "1795531425"},
                server=pds,
            ),
            person,
        )
