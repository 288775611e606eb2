"""How often a wrong venue code may still be typed for a voucher (R77)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from campaigns.checkins.rows import check_ins
from campaigns.checkins.rules import MOST_WRONG_CODES
from campaigns.foundation.store import Unit
from campaigns.people.limits import Limit

# Every attempt of a voucher is kept, refused ones too, so there must be an end to them (S18).
ATTEMPTS = Limit("check_in", 30, timedelta(minutes=15))


async def tries_left(unit: Unit, voucher_id: str) -> int:
    """None are left after five wrong codes; then only staff redeem this voucher."""
    wrong = (check_ins.c.voucher_id == voucher_id, check_ins.c.code == "wrong")
    typed = await unit.value(select(func.count()).select_from(check_ins).where(*wrong))
    return max(0, MOST_WRONG_CODES - int(typed or 0))
