"""Joins as programs ask for them over HTTP: a buyer, an address and a key of its own each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.driver import post
from benchmarks.stage import Deal
from campaigns.foundation.ids import new_id

PLACED = 201


@dataclass(frozen=True)
class JoinAsk:
    """One join; repeated with the same key it is the same join."""

    deal: Deal
    units: int = 1
    key: str = field(default_factory=lambda: new_id("key"))

    def request(self) -> bytes:
        body = json.dumps({"email": f"{self.key[-24:]}@example.com", "units": self.units}).encode()
        return post(f"/api/v1/deals/{self.deal.slug}/orders", body, idempotency_key=self.key)


def buyers(deal: Deal) -> Iterator[bytes]:
    """Requests of different people, without end."""
    while True:
        yield JoinAsk(deal).request()
