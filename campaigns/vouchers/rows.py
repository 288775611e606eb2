"""Tables of the vouchers floor, and the statements that guard them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, select, update
from sqlmodel import Field, SQLModel

from campaigns.foundation.facts import moved, record
from campaigns.foundation.schema import one_of, table
from campaigns.foundation.store import Unit
from campaigns.vouchers.rules import SPENDABLE, VOUCHER


class VoucherRow(SQLModel, table=True):
    """A bearer code for one captured unit. It knows its order only by id."""

    __tablename__ = "voucher"
    __table_args__ = (
        UniqueConstraint("order_id", "unit_no"),
        one_of("state", VOUCHER.states),
        CheckConstraint("(redeemed_at IS NOT NULL) = (state = 'redeemed')", name="redeemed_is_whole"),
        CheckConstraint("paid_value_minor >= 0", name="paid_value_not_negative"),
    )
    id: str = Field(primary_key=True)
    order_id: str = Field(index=True)
    deal_id: str = Field(foreign_key="deal.id", index=True)
    organization_id: str = Field(foreign_key="organization.id", index=True)
    unit_no: int
    state: str = "issued"
    reason: str | None = None
    code_hash: str = Field(unique=True)
    sealed_secret: str
    paid_value_minor: int
    promo_value_minor: int = 0
    currency: str
    commission_percent: int
    valid_from_on: date | None = None
    promo_expires_on: date
    paid_expires_on: date
    issued_at: datetime
    redeemed_at: datetime | None = None


class RedemptionRow(SQLModel, table=True):
    """One spending of a voucher at a venue. The nonce makes a repeated scan the same scan (R68)."""

    __tablename__ = "redemption"
    __table_args__ = (UniqueConstraint("voucher_id"), UniqueConstraint("venue_id", "nonce"))
    id: str = Field(primary_key=True)
    voucher_id: str = Field(foreign_key="voucher.id")
    venue_id: str = Field(foreign_key="venue.id")
    account_id: str | None = Field(default=None, foreign_key="account.id")
    nonce: str
    answer: str
    at: datetime


vouchers, redemptions = table(VoucherRow), table(RedemptionRow)


async def revoke(unit: Unit, voucher_ids: Sequence[str], reason: str, now: datetime) -> list[str]:
    """Compare-and-set unredeemed vouchers to `revoked`; answers those that were. Refund money only for these (R70)."""
    mine = (vouchers.c.id.in_(voucher_ids), vouchers.c.state.in_((*SPENDABLE, "frozen")))
    found = (
        select(vouchers.c.id, vouchers.c.state, vouchers.c.deal_id)
        .where(*mine)
        .order_by(vouchers.c.id)
        .with_for_update()
    )
    before = {row.id: row for row in await unit.all(found)}
    statement = update(vouchers).where(*mine).values(state="revoked", reason=reason).returning(vouchers.c.id)
    revoked = [row.id for row in await unit.all(statement)]
    facts = [
        moved(
            VOUCHER,
            f"voucher:{voucher_id}",
            before[voucher_id].state,
            "revoked",
            now,
            deal_id=before[voucher_id].deal_id,
            data={"reason": reason},
        )
        for voucher_id in revoked
    ]
    await record(unit, facts)
    return revoked
