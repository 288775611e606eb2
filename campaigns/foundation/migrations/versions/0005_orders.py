"""Orders and refunds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)

_ORDERS: tuple[sa.schema.SchemaItem, ...] = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("deal_id", sa.String(), nullable=False),
    sa.Column("buyer_id", sa.String(), nullable=False),
    sa.Column("counts_as", sa.String(), nullable=False),
    sa.Column("counts", sa.Boolean(), nullable=False),
    sa.Column("request_key", sa.String(), nullable=False),
    sa.Column("units", sa.Integer(), nullable=False),
    sa.Column("units_refunded", sa.Integer(), nullable=False),
    sa.Column("units_captured", sa.Integer(), nullable=False),
    sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
    sa.Column("due_minor", sa.BigInteger(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("reason", sa.String(), nullable=True),
    sa.Column("plan", sa.String(), nullable=False),
    sa.Column("attempt", sa.Integer(), nullable=False),
    sa.Column("ending", sa.String(), nullable=True),
    sa.Column("session_id", sa.String(), nullable=True),
    sa.Column("session_url", sa.String(), nullable=True),
    sa.Column("payment_id", sa.String(), nullable=True),
    sa.Column("capture_before", UTC_INSTANT, nullable=True),
    sa.Column("card_brand", sa.String(), nullable=True),
    sa.Column("card_last4", sa.String(), nullable=True),
    sa.Column("card_fingerprint", sa.String(), nullable=True),
    sa.Column("placed_at", UTC_INSTANT, nullable=False),
    sa.Column("place_ends_at", UTC_INSTANT, nullable=False),
    sa.Column("committed_at", UTC_INSTANT, nullable=True),
    sa.Column("captured_at", UTC_INSTANT, nullable=True),
    sa.Column("problem_ends_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint(
        (
            "state IN ('pending', 'lapsed', 'authorized', 'card_saved', 'capturing', "
            "'payment_problem', 'releasing', 'captured', 'refunding', 'disputed', 'dropped', "
            "'released', 'refunded', 'charged_back')"
        ),
        name=conv("ck_orders_state_known"),
    ),
    sa.CheckConstraint(
        "(captured_at IS NULL) = (units_captured = 0)", name=conv("ck_orders_capture_is_whole")
    ),
    sa.CheckConstraint("due_minor >= 0", name=conv("ck_orders_due_not_negative")),
    sa.CheckConstraint("units > 0", name=conv("ck_orders_units_positive")),
    sa.CheckConstraint("units_refunded BETWEEN 0 AND units", name=conv("ck_orders_units_refunded_within")),
    sa.ForeignKeyConstraint(["buyer_id"], ["account.id"], name=conv("fk_orders_buyer_id")),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_orders_deal_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_orders")),
    sa.UniqueConstraint("request_key", name=conv("uq_orders_request_key")),
)
_REFUND = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("order_id", sa.String(), nullable=False),
    sa.Column("payment_id", sa.String(), nullable=False),
    sa.Column("units", sa.Integer(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.Column("ground", sa.String(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("provider_ref", sa.String(), nullable=True),
    sa.Column("granted_at", UTC_INSTANT, nullable=False),
    sa.Column("done_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name=conv("ck_refund_state_known")),
    sa.CheckConstraint("amount_minor > 0", name=conv("ck_refund_amount_positive")),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=conv("fk_refund_order_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_refund")),
)


def upgrade() -> None:
    op.create_table("orders", *_ORDERS)
    op.create_index(conv("ix_orders_buyer_id"), "orders", ["buyer_id"])
    op.create_index("ix_orders_deal_buyer", "orders", ["deal_id", "buyer_id"])
    op.create_index("ix_orders_deal_state", "orders", ["deal_id", "state"])
    op.create_index(conv("ix_orders_payment_id"), "orders", ["payment_id"])
    op.create_index(conv("ix_orders_session_id"), "orders", ["session_id"])
    op.create_index(
        "uq_orders_one_pending",
        "orders",
        ["deal_id", "buyer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table("refund", *_REFUND)
    op.create_index(conv("ix_refund_order_id"), "refund", ["order_id"])


def downgrade() -> None:
    op.drop_table("refund")
    op.drop_table("orders")
