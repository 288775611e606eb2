"""Facts, the outbox and the inbox."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_FACT = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.Column("machine", sa.String(), nullable=False),
    sa.Column("subject", sa.String(), nullable=False),
    sa.Column("order_id", sa.String(), nullable=True),
    sa.Column("deal_id", sa.String(), nullable=True),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("from_state", sa.String(), nullable=True),
    sa.Column("to_state", sa.String(), nullable=True),
    sa.Column("data", sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=conv("pk_fact")),
)
_INBOX = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("external_id", sa.String(), nullable=False),
    sa.Column("type", sa.String(), nullable=False),
    sa.Column("api_version", sa.String(), nullable=False),
    sa.Column("object_id", sa.String(), nullable=False),
    sa.Column("body", sa.JSON(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("run_at", UTC_INSTANT, nullable=False),
    sa.Column("lease_until", UTC_INSTANT, nullable=True),
    sa.Column("last_error", sa.String(), nullable=True),
    sa.Column("received_at", UTC_INSTANT, nullable=False),
    sa.Column("handled_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('pending', 'dead', 'done', 'ignored')", name=conv("ck_inbox_state_known")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_inbox")),
    sa.UniqueConstraint("source", "external_id", name=conv("uq_inbox_source_external_id")),
)
_OUTBOX = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("subject", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("ref", sa.String(), nullable=False),
    sa.Column("gen", sa.Integer(), nullable=False),
    sa.Column("key", sa.String(), nullable=False),
    sa.Column("order_id", sa.String(), nullable=True),
    sa.Column("params", sa.JSON(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("run_at", UTC_INSTANT, nullable=False),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("server_errors", sa.Integer(), nullable=False),
    sa.Column("first_sent_at", UTC_INSTANT, nullable=True),
    sa.Column("lease", sa.String(), nullable=True),
    sa.Column("lease_until", UTC_INSTANT, nullable=True),
    sa.Column("provider_ref", sa.String(), nullable=True),
    sa.Column("last_error", sa.String(), nullable=True),
    sa.Column("alerted_at", UTC_INSTANT, nullable=True),
    sa.Column("done_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('pending', 'unknown', 'dead', 'done')", name=conv("ck_outbox_state_known")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_outbox")),
    sa.UniqueConstraint("key", name=conv("uq_outbox_key")),
    sa.UniqueConstraint("subject", "kind", "ref", name=conv("uq_outbox_subject_kind_ref")),
)


def upgrade() -> None:
    op.create_table("fact", *_FACT)
    op.create_index(conv("ix_fact_deal_id"), "fact", ["deal_id"])
    op.create_index(conv("ix_fact_order_id"), "fact", ["order_id"])
    op.create_index(conv("ix_fact_subject"), "fact", ["subject"])
    op.create_table("inbox", *_INBOX)
    op.create_index(conv("ix_inbox_run_at"), "inbox", ["run_at"])
    op.create_table("outbox", *_OUTBOX)
    op.create_index(conv("ix_outbox_order_id"), "outbox", ["order_id"])
    op.create_index(conv("ix_outbox_run_at"), "outbox", ["run_at"])


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_table("inbox")
    op.drop_table("fact")
