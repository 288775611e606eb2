"""How often a wrong venue code may still be typed for a voucher (R77)."""

from __future__ import annotations

from sqlalchemy import func, select

from campaigns.checkins.rows import check_ins
from campaigns.checkins.rules import MOST_WRONG_CODES
from campaigns.foundation.store import Unit


async def tries_left(unit: Unit, voucher_id: str) -> int:
    """None are left after five wrong codes; then only staff redeem this voucher."""
    wrong = (check_ins.c.voucher_id == voucher_id, check_ins.c.code == "wrong")
    typed = await unit.value(select(func.count()).select_from(check_ins).where(*wrong))
    return max(0, MOST_WRONG_CODES - int(typed or 0))
