"""Import what people bought outside the deals, so that both arms are seen in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from campaigns.contacts.csv_rows import RowError, read_lines
from campaigns.contacts.rows import contacts
from campaigns.deals.rows import deals
from campaigns.deals.windows import local_day
from campaigns.foundation.clock import Clock
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import Fact, record
from campaigns.foundation.ids import OrganizationId, new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.store import Store, Unit
from campaigns.lift.rows import sales
from campaigns.lift.sale_rules import HEADER, TypedSale, read_sales
from campaigns.orders.rows import orders
from campaigns.people.audit import AuditEntry, note
from campaigns.people.queries import read_organization
from campaigns.people.rows import account, consents, organization
from campaigns.people.rules import Actor, require

_BATCH = 500


@dataclass(frozen=True)
class SaleFile:
    """CSV with the header `date,email,amount,currency,reference`. `dry_run` stores nothing; `anyway` stores the good
    rows although others are wrong."""

    text: str
    dry_run: bool = False
    anyway: bool = False


@dataclass(frozen=True)
class ImportedSales:
    """`rows` could be read, `good` of them have no mistake. `added` are new, `known` were imported before, and
    `unknown_people` are by addresses that are neither a contact nor a buyer of this merchant. They are passed over,
    alike whether we know the address or not: a file must not tell who has an account here.
    """

    rows: int
    good: int
    errors: tuple[RowError, ...]
    stored: bool = False
    added: int = 0
    known: int = 0
    unknown_people: int = 0


async def import_sales(
    file: SaleFile, organization_id: OrganizationId, *, actor: Actor, store: Store, clock: Clock, keys: Keys
) -> ImportedSales:
    """Safe to repeat: a reference is one sale. One that comes again with other figures is a mistake of the file.

    Stores all or, with mistakes, nothing unless asked `anyway`. Raises InvalidFields, NotFound, NotAllowed.
    """
    require(actor, "write_campaign", organization_id)
    lines, unread = read_lines(file.text, HEADER)
    async with store.begin() as unit:
        await _queue_up(unit, organization_id)
        now = await clock.now(unit)
        merchant = await read_organization(unit, organization_id)
        if merchant is None:
            raise NotFound(what="organization")
        good, wrong = read_sales(lines, local_day(now, ZoneInfo(merchant.zone)))
        sorted_out = await _sort_out(unit, good, organization_id)
        errors = tuple(sorted((*unread, *wrong, *sorted_out.errors), key=lambda error: error.line))
        told = {"added": len(sorted_out.new), "known": sorted_out.known, "unknown_people": sorted_out.unknown}
        good_rows = len(good) - len(sorted_out.errors)
        if file.dry_run or (errors and not file.anyway):
            return ImportedSales(len(lines) + len(unread), good_rows, errors)
        await _store(unit, sorted_out.new, organization_id, now)
        subject = f"organization:{organization_id}"
        await record(unit, [Fact("sales_imported", subject, now, data=told)])
        entry = AuditEntry(organization_id, actor.label, "import_sales", subject, told)
        await note(unit, entry, now=now, keys=keys)
    return ImportedSales(len(lines) + len(unread), good_rows, errors, stored=True, **told)


async def _queue_up(unit: Unit, organization_id: str) -> None:
    """One import of a merchant at a time: who comes second sees what the first one stored."""
    mine = select(organization.c.id).where(organization.c.id == organization_id)
    await unit.run(mine.with_for_update(key_share=True))


@dataclass
class _SortedOut:
    """Rows to store with their account, and what became of the others."""

    new: list[tuple[TypedSale, str]]
    errors: list[RowError]
    known: int = 0
    unknown: int = 0


async def _sort_out(unit: Unit, good: Sequence[TypedSale], organization_id: str) -> _SortedOut:
    found = _SortedOut([], [])
    for start in range(0, len(good), _BATCH):
        part = good[start : start + _BATCH]
        accounts = await _accounts(unit, [sale.email_key for sale in part], organization_id)
        earlier = await _earlier(unit, [sale.reference for sale in part], organization_id)
        for sale in part:
            _place(found, sale, accounts.get(sale.email_key), earlier.get(sale.reference))
    return found


def _place(found: _SortedOut, sale: TypedSale, account_id: str | None, earlier: Any) -> None:
    if account_id is None:
        found.unknown += 1
    elif earlier is None:
        found.new.append((sale, account_id))
    elif (account_id, sale.sold_on, sale.amount_minor, sale.currency) == tuple(earlier):
        found.known += 1
    else:
        sentence = "A sale of this reference was imported before, with other figures."
        found.errors.append(RowError(sale.line, "reference", sentence))


async def _accounts(unit: Unit, email_keys: Sequence[str], organization_id: str) -> Mapping[str, str]:
    """Of the people this merchant knows: its contacts, who agreed to its news, and whoever joined a deal of it."""
    brought = select(contacts.c.account_id).where(
        contacts.c.account_id == account.c.id, contacts.c.organization_id == organization_id
    )
    agreed = select(consents.c.account_id).where(
        consents.c.account_id == account.c.id,
        consents.c.kind == "news",
        consents.c.about == organization_id,
    )
    joined = (
        select(orders.c.id)
        .join(deals, deals.c.id == orders.c.deal_id)
        .where(
            orders.c.buyer_id == account.c.id,
            deals.c.organization_id == organization_id,
            orders.c.committed_at.is_not(None),
        )
    )
    statement = select(account.c.email_key, account.c.id).where(
        account.c.email_key.in_(email_keys), or_(brought.exists(), agreed.exists(), joined.exists())
    )
    return {row.email_key: row.id for row in await unit.all(statement)}


async def _earlier(unit: Unit, references: Sequence[str], organization_id: str) -> Mapping[str, Any]:
    kept = (sales.c.account_id, sales.c.sold_on, sales.c.amount_minor, sales.c.currency)
    mine = (sales.c.organization_id == organization_id, sales.c.reference.in_(references))
    return {row.reference: row[1:] for row in await unit.all(select(sales.c.reference, *kept).where(*mine))}


async def _store(
    unit: Unit, new: Sequence[tuple[TypedSale, str]], organization_id: str, now: datetime
) -> None:
    about = {"organization_id": organization_id, "source": "import", "imported_at": now}
    kept = ("sold_on", "amount_minor", "currency", "reference")
    rows = [
        about | {"id": new_id("sal"), "account_id": account_id} | {name: getattr(sale, name) for name in kept}
        for sale, account_id in new
    ]
    for start in range(0, len(rows), _BATCH):
        await unit.run(sales.insert(), rows[start : start + _BATCH])
