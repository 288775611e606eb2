"""Turn an e-mail address into an account, inside the transaction that needs one."""

from __future__ import annotations

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
