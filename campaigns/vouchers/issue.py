"""Issue the vouchers of a captured order, in the transaction that records the capture (R65)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime

from campaigns.foundation.facts import moved, record
from campaigns.foundation.ids import new_id
from campaigns.foundation.keys import Keys
from campaigns.foundation.money import Money, split
from campaigns.foundation.store import Unit
from campaigns.vouchers.rows import vouchers
from campaigns.vouchers.rules import VOUCHER, code_of, new_secret
from campaigns.vouchers.tokens import code_hash


@dataclass(frozen=True)
class Captured:
    """What vouchers are issued for: `units` of one order, `paid` for all of them together."""

    order_id: str
    deal_id: str
    organization_id: str
    units: int
    paid: Money
    list_price_minor: int | None
    commission_percent: int
    valid_from_on: date | None
    promo_expires_on: date
    paid_expires_on: date


async def issue(captured: Captured, *, unit: Unit, keys: Keys, now: datetime) -> list[str]:
    """One voucher per unit; a second issue for the same order violates a unique constraint. Answers their ids."""
    shares = split(captured.paid.amount_minor, [1] * captured.units)
    rows = [_row(captured, number, share, keys, now) for number, share in enumerate(shares, start=1)]
    await unit.run(vouchers.insert(), rows)
    await record(
        unit,
        [moved(VOUCHER, f"voucher:{row['id']}", "", "issued", now, deal_id=captured.deal_id) for row in rows],
    )
    return [str(row["id"]) for row in rows]


def _row(captured: Captured, unit_no: int, paid_minor: int, keys: Keys, now: datetime) -> dict[str, object]:
    secret = new_secret()
    worth = max(captured.list_price_minor or 0, paid_minor)
    return {
        "id": new_id("vou"),
        "order_id": captured.order_id,
        "deal_id": captured.deal_id,
        "organization_id": captured.organization_id,
        "unit_no": unit_no,
        "state": "issued",
        "code_hash": code_hash(code_of(secret)),
        "sealed_secret": keys.seal(base64.b64encode(secret).decode(), "voucher"),
        "paid_value_minor": paid_minor,
        "promo_value_minor": worth - paid_minor,
        "currency": captured.paid.currency,
        "commission_percent": captured.commission_percent,
        "valid_from_on": captured.valid_from_on,
        "promo_expires_on": captured.promo_expires_on,
        "paid_expires_on": captured.paid_expires_on,
        "issued_at": now,
    }
