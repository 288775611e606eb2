"""The journal, vouchers and redemptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_JOURNAL = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("ref", sa.String(), nullable=False),
    sa.Column("order_id", sa.String(), nullable=True),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.CheckConstraint("amount_minor >= 0", name=conv("ck_journal_amount_not_negative")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_journal")),
    sa.UniqueConstraint("kind", "ref", name=conv("uq_journal_kind_ref")),
)
_POSTING = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("journal_id", KEY, nullable=False),
    sa.Column("account", sa.String(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=conv("pk_posting")),
)
_VOUCHER = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("order_id", sa.String(), nullable=False),
    sa.Column("deal_id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("unit_no", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("reason", sa.String(), nullable=True),
    sa.Column("code_hash", sa.String(), nullable=False),
    sa.Column("sealed_secret", sa.String(), nullable=False),
    sa.Column("paid_value_minor", sa.Integer(), nullable=False),
    sa.Column("promo_value_minor", sa.Integer(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.Column("commission_percent", sa.Integer(), nullable=False),
    sa.Column("valid_from_on", sa.Date(), nullable=True),
    sa.Column("promo_expires_on", sa.Date(), nullable=False),
    sa.Column("paid_expires_on", sa.Date(), nullable=False),
    sa.Column("issued_at", UTC_INSTANT, nullable=False),
    sa.Column("redeemed_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint(
        "(redeemed_at IS NOT NULL) = (state = 'redeemed')", name=conv("ck_voucher_redeemed_is_whole")
    ),
    sa.CheckConstraint(
        "state IN ('issued', 'promo_expired', 'frozen', 'redeemed', 'expired', 'revoked')",
        name=conv("ck_voucher_state_known"),
    ),
    sa.CheckConstraint("paid_value_minor >= 0", name=conv("ck_voucher_paid_value_not_negative")),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_voucher_deal_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_voucher_organization_id")
    ),
    sa.PrimaryKeyConstraint("id", name=conv("pk_voucher")),
    sa.UniqueConstraint("code_hash", name=conv("uq_voucher_code_hash")),
    sa.UniqueConstraint("order_id", "unit_no", name=conv("uq_voucher_order_id_unit_no")),
)
_REDEMPTION = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("voucher_id", sa.String(), nullable=False),
    sa.Column("venue_id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=True),
    sa.Column("nonce", sa.String(), nullable=False),
    sa.Column("answer", sa.String(), nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_redemption_account_id")),
    sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=conv("fk_redemption_venue_id")),
    sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=conv("fk_redemption_voucher_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_redemption")),
    sa.UniqueConstraint("venue_id", "nonce", name=conv("uq_redemption_venue_id_nonce")),
    sa.UniqueConstraint("voucher_id", name=conv("uq_redemption_voucher_id")),
)


def upgrade() -> None:
    op.create_table("journal", *_JOURNAL)
    op.create_index(conv("ix_journal_order_id"), "journal", ["order_id"])
    op.create_table("posting", *_POSTING)
    op.create_index(conv("ix_posting_account"), "posting", ["account"])
    op.create_index(conv("ix_posting_journal_id"), "posting", ["journal_id"])
    op.create_table("voucher", *_VOUCHER)
    op.create_index(conv("ix_voucher_deal_id"), "voucher", ["deal_id"])
    op.create_index(conv("ix_voucher_order_id"), "voucher", ["order_id"])
    op.create_index(conv("ix_voucher_organization_id"), "voucher", ["organization_id"])
    op.create_table("redemption", *_REDEMPTION)


def downgrade() -> None:
    op.drop_table("redemption")
    op.drop_table("voucher")
    op.drop_table("posting")
    op.drop_table("journal")
