"""What tests do at the real server beside our own adapter: open accounts, write and read as other people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx

POSTS = "app.bsky.feed.post"
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    """An account at the server, signed in. `access` is a token of its full password."""

    did: str
    handle: str
    password: str = field(repr=False)
    access: str = field(repr=False)


@dataclass(frozen=True)
class Pds:
    """The server at `address`, on loopback. `place` is its host and port, as QUORUM_OUTBOUND_ALLOW wants it."""

    address: str
    directory: str

    @property
    def place(self) -> str:
        return self.address.removeprefix("http://")

    async def create_account(self, handle: str, password: str = PASSWORD) -> Person:
        """Open an account. `handle` ends in `.test`; its first part has three letters or more, no reserved word."""
        body = {"handle": handle, "email": f"{handle}@example.test", "password": password}
        made = await self.call("com.atproto.server.createAccount", body)
        return Person(made["did"], made["handle"], password, made["accessJwt"])

    async def app_password(self, person: Person, name: str = "quorum") -> str:
        made = await self.call("com.atproto.server.createAppPassword", {"name": name}, person)
        return str(made["password"])

    async def revoke_app_password(self, person: Person, name: str = "quorum") -> None:
        await self.call("com.atproto.server.revokeAppPassword", {"name": name}, person)

    async def take_down(self, person: Person) -> None:
        """Take the account down, as the operator may."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": person.did}
        body = {"subject": subject, "takedown": {"applied": True}}
        await self._send("com.atproto.admin.updateSubjectStatus", body, auth=("admin", "testbed"))

    async def write_post(
        self, person: Person, text: str, *, reply: dict[str, Any] | None = None
    ) -> dict[str, str]:
        """`uri` and `cid` of a new post. `reply` holds `root` and `parent`, each `uri` and `cid`."""
        record: dict[str, Any] = {"$type": POSTS, "text": text, "createdAt": "2026-11-24T12:00:00Z"}
        if reply:
            record["reply"] = reply
        body = {"repo": person.did, "collection": POSTS, "record": record}
        made = await self.call("com.atproto.repo.createRecord", body, person)
        return {"uri": made["uri"], "cid": made["cid"]}

    async def posts(self, did: str) -> list[dict[str, Any]]:
        """Every post in an account, oldest first: `uri`, `cid`, `value`."""
        query = {"repo": did, "collection": POSTS, "limit": "100", "reverse": "true"}
        async with httpx.AsyncClient(trust_env=False) as client:
            found = await client.get(f"{self.address}/xrpc/com.atproto.repo.listRecords", params=query)
        records: list[dict[str, Any]] = found.raise_for_status().json()["records"]
        return records

    async def call(self, name: str, body: dict[str, Any], person: Person | None = None) -> dict[str, Any]:
        """Any procedure, as this person. Fails with what the server said if it refuses."""
        headers = {"Authorization": f"Bearer {person.access}"} if person else {}
        return await self._send(name, body, headers=headers)

    async def _send(self, name: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(f"{self.address}/xrpc/{name}", json=body, **more)
        assert answer.status_code == 200, f"{name}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found
