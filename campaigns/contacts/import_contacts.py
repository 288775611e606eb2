"""Import a merchant's contacts. Only who agreed, with where and when that was, may be written to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaigns.contacts.csv_rows import RowError, read_lines
from campaigns.contacts.rows import contacts
from campaigns.contacts.rules import HEADER, TypedContact, read_contacts
from campaigns.deals.windows import local_day
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.people.audit import AuditEntry, note
from campaigns.people.consent import Consent, Given, give, give_all
from campaigns.people.identify import identify_all
from campaigns.people.queries import read_organization
from campaigns.people.rows import consents
from campaigns.people.rules import Actor, require

# Statements and transactions carry so many rows at a time.
_BATCH = 500


@dataclass(frozen=True)
class ContactFile:
    """CSV with the header `email,group,consent_source,consent_on`. `dry_run` stores nothing; `anyway` stores the
    good rows although others are wrong."""

    text: str
    dry_run: bool = False
    anyway: bool = False


@dataclass(frozen=True)
class Imported:
    """`rows` could be read, `good` of them have no mistake. `added` people were new to the merchant, `consents` are
    new; `withdrawn` had taken theirs back after the day in the file, and stay without. Not `stored`: all three are 0.
    """

    rows: int
    good: int
    errors: tuple[RowError, ...]
    stored: bool = False
    added: int = 0
    consents: int = 0
    withdrawn: int = 0


async def import_contacts(
    file: ContactFile,
    organization_id: OrganizationId,
    *,
    actor: Actor,
    store: Store,
    clock: Clock,
    keys: Keys,
) -> Imported:
    """Stores all or, with mistakes in the file, nothing unless asked `anyway`. Safe to repeat, also where a process
    died half-way: what is stored already is not stored again.

    Raises InvalidFields for a file that cannot be read at all, NotFound, NotAllowed.
    """
    require(actor, "import_contacts", organization_id)
    lines, unread = read_lines(file.text, HEADER)
    async with store.read() as unit:
        merchant = await read_organization(unit, organization_id)
        if merchant is None:
            raise NotFound(what="organization")
        zone = ZoneInfo(merchant.zone)
        today = local_day(await clock.now(unit), zone)
    good, wrong = read_contacts(lines, today)
    errors = tuple(sorted((*unread, *wrong), key=lambda error: error.line))
    if file.dry_run or (errors and not file.anyway):
        return Imported(len(lines) + len(unread), len(good), errors)
    counts: Counter[str] = Counter(added=0, consents=0, withdrawn=0)
    for start in range(0, len(good), _BATCH):
        # Short transactions: nobody who joins a deal waits for a long list.
        async with store.begin() as unit:
            part = good[start : start + _BATCH]
            whose = _Whose(organization_id, zone, await clock.now(unit))
            counts.update(await _store(unit, part, whose))
    async with store.begin() as unit:
        now = await clock.now(unit)
        told, subject = {"rows": len(good), **counts}, f"organization:{organization_id}"
        await record(unit, [Fact("contacts_imported", subject, now, data=told)])
        entry = AuditEntry(organization_id, actor.label, "import_contacts", subject, told)
        await note(unit, entry, now=now, keys=keys)
    return Imported(len(lines) + len(unread), len(good), errors, stored=True, **counts)


@dataclass(frozen=True)
class _Whose:
    """The merchant that imports, the zone its days are days of, and when."""

    organization_id: str
    zone: ZoneInfo
    now: datetime


async def _store(unit: Unit, part: Sequence[TypedContact], whose: _Whose) -> dict[str, int]:
    ids = await identify_all(unit, [each.email for each in part], whose.now)
    people = {ids[each.email.lower()]: each for each in part}
    added = await _keep(unit, people, whose.organization_id, whose.now)
    given, withdrawn = await _agree(unit, people, whose)
    return {"added": added, "consents": given, "withdrawn": withdrawn}


async def _agree(unit: Unit, people: Mapping[Any, TypedContact], whose: _Whose) -> tuple[int, int]:
    """How many consents are new, and how many of the file were taken back after their day and stay so."""
    about, now = whose.organization_id, whose.now
    earlier = await _not_standing(unit, people, about)
    given = {
        key: Given(Consent(key, "news", about), f"import: {each.consent_source}", _given_at(each, whose.zone))
        for key, each in people.items()
        if key in earlier
    }
    first = [each for key, each in given.items() if earlier[key] is None]
    await give_all(unit, first, now=now)
    again = [each for key, each in given.items() if (left := earlier[key]) and left < each.given_at]
    for each in again:
        await give(unit, each.consent, source=each.source, now=now, given_at=each.given_at)
    new = len(first) + len(again)
    return new, len(given) - new


async def _keep(unit: Unit, people: Mapping[Any, TypedContact], organization_id: str, now: datetime) -> int:
    """Write contacts; answers how many were new. One known already keeps its group unless the file names one."""
    theirs = (contacts.c.organization_id == organization_id, contacts.c.account_id.in_(list(people)))
    known = {row.account_id for row in await unit.all(select(contacts.c.account_id).where(*theirs))}
    about = {"organization_id": organization_id, "source": "import", "added_at": now}
    rows = [about | {"account_id": key, "group_name": each.group_name} for key, each in people.items()]
    insert = unit.insert(contacts)
    insert = insert.on_conflict_do_update(
        index_elements=["organization_id", "account_id"],
        set_={"group_name": insert.excluded.group_name},
        where=insert.excluded.group_name != "",
    )
    await unit.run(insert, rows)
    return len(people.keys() - known)


async def _not_standing(
    unit: Unit, people: Mapping[Any, TypedContact], organization_id: str
) -> dict[Any, datetime | None]:
    """Whose consent is in the file and does not stand here, with when they took it back, if they did."""
    about = (consents.c.kind == "news", consents.c.about == organization_id)
    mine = select(consents.c.account_id, consents.c.withdrawn_at).where(
        consents.c.account_id.in_(list(people)), *about
    )
    known = {row.account_id: row.withdrawn_at for row in await unit.all(mine)}
    agreed = [key for key, each in people.items() if each.consent_on is not None]
    return {key: known.get(key) for key in agreed if key not in known or known[key] is not None}


def _given_at(contact: TypedContact, zone: ZoneInfo) -> datetime:
    """The day of consent begins at the merchant's midnight; whoever left later that day has left."""
    if contact.consent_on is None:
        raise ValueError("no consent in this row")
    return datetime.combine(contact.consent_on, time(), zone).astimezone(UTC)
