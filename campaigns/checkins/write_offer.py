"""A merchant writes an offer for coming to a venue, and ends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from campaigns.checkins.offer_rules import OFFER_KINDS
from campaigns.checkins.rows import check_in_offers
from campaigns.deals.rows import venues
from campaigns.deals.typed import Reader
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store
from campaigns.people.audit import AuditEntry, note
from campaigns.people.rules import Actor, require

MOST_VISITS, MOST_PEOPLE, MOST_HOURS, MOST_CAPACITY = 50, 500, 24, 100_000


@dataclass(frozen=True)
class TypedOffer:
    """As typed. `every` belongs to `loyalty`, `swarm_size` and `swarm_hours` to `swarm`; an empty capacity has no end.

    `staff_sentence` is what the till shows, so that staff know of it.
    """

    kind: str
    title: str
    reward: str
    staff_sentence: str
    every: str = ""
    swarm_size: str = ""
    swarm_hours: str = "3"
    capacity: str = ""


async def write_offer(
    venue_id: str, typed: TypedOffer, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> str:
    """The offer's id; visits count from now on. Raises NotFound, NotAllowed, InvalidFields."""
    async with store.begin() as unit:
        owner = await unit.value(select(venues.c.organization_id).where(venues.c.id == venue_id))
        if owner is None:
            raise NotFound(what="venue")
        require(actor, "write_check_in_offer", owner)
        now = await clock.now(unit)
        row = parse_offer(typed) | {"id": new_id("cio"), "venue_id": venue_id, "organization_id": owner}
        await unit.run(check_in_offers.insert().values(**row, granted=0, began_at=now))
        entry = AuditEntry(owner, actor.label, "write_check_in_offer", f"check_in_offer:{row['id']}")
        await note(unit, entry, now=now, keys=keys)
        return str(row["id"])


async def end_offer(offer_id: str, *, actor: Actor, store: Store, clock: Clock, keys: Keys) -> None:
    """No more is granted; what was granted stays. Ending twice is ending once. Raises NotFound, NotAllowed."""
    async with store.begin() as unit:
        row = await unit.one(select(check_in_offers).where(check_in_offers.c.id == offer_id))
        if row is None:
            raise NotFound(what="offer")
        require(actor, "write_check_in_offer", row.organization_id)
        now = await clock.now(unit)
        running = (check_in_offers.c.id == offer_id, check_in_offers.c.ended_at.is_(None))
        if await unit.changed(update(check_in_offers).where(*running).values(ended_at=now)) == 1:
            entry = AuditEntry(
                row.organization_id, actor.label, "end_check_in_offer", f"check_in_offer:{row.id}"
            )
            await note(unit, entry, now=now, keys=keys)


def parse_offer(typed: TypedOffer) -> dict[str, Any]:
    """The columns of an offer. Raises InvalidFields."""
    reader = Reader()
    kind = reader.choice("kind", typed.kind, OFFER_KINDS)
    columns: dict[str, Any] = {
        "kind": kind,
        "title": reader.text("title", typed.title, least=3, most=90),
        "reward": reader.text("reward", typed.reward, least=3, most=200),
        "staff_sentence": reader.text("staff_sentence", typed.staff_sentence, least=3, most=200),
        "capacity": reader.limit("capacity", typed.capacity, least=1, most=MOST_CAPACITY),
        "every": None,
        "swarm_size": None,
        "swarm_hours": 3,
    }
    if kind == "loyalty":
        columns["every"] = reader.whole("every", typed.every, least=2, most=MOST_VISITS)
    else:
        columns["swarm_size"] = reader.whole("swarm_size", typed.swarm_size, least=2, most=MOST_PEOPLE)
        columns["swarm_hours"] = reader.whole(
            "swarm_hours", typed.swarm_hours, least=1, most=MOST_HOURS, default=3
        )
    reader.finish()
    return columns
