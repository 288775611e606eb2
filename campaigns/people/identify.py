"""Turn an e-mail address into an account, inside the transaction that needs one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from campaigns.foundation.ids import AccountId, new_id
from campaigns.foundation.store import Unit
from campaigns.people.rows import account
from campaigns.people.rules import written_email


async def identify(unit: Unit, email: str, now: datetime) -> AccountId:
    """The account of an address, made if there is none. At most two statements, safe against a twin.

    Raises InvalidEmail.
    """
    written = written_email(email)
    row = {"id": new_id("acc"), "email": written, "email_key": written.lower(), "name": "", "created_at": now}
    made = await unit.value(unit.insert(account).values(row).on_conflict_do_nothing().returning(account.c.id))
    if made is None:
        made = await unit.value(select(account.c.id).where(account.c.email_key == row["email_key"]))
    return AccountId(made)


async def identify_all(unit: Unit, emails: Sequence[str], now: datetime) -> Mapping[str, AccountId]:
    """The accounts of checked addresses, by the address in lower case; two statements for a few hundred."""
    rows = [
        {"id": new_id("acc"), "email": email, "email_key": email.lower(), "name": "", "created_at": now}
        for email in emails
    ]
    await unit.run(unit.insert(account).on_conflict_do_nothing(), rows)
    keys = [row["email_key"] for row in rows]
    found = select(account.c.email_key, account.c.id).where(account.c.email_key.in_(keys))
    return {row.email_key: AccountId(row.id) for row in await unit.all(found)}
