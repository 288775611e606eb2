"""Accounts, organizations, sessions, tokens, limits, answers and the audit trail."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_ACCOUNT = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("email", sa.String(), nullable=False),
    sa.Column("email_key", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("password_hash", sa.String(), nullable=True),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("id", name=conv("pk_account")),
    sa.UniqueConstraint("email_key", name=conv("uq_account_email_key")),
)
_AUDIT = (
    sa.Column("id", KEY, nullable=False),
    sa.Column("chain", sa.String(), nullable=False),
    sa.Column("seq", sa.Integer(), nullable=False),
    sa.Column("prev_hash", sa.String(), nullable=False),
    sa.Column("hash", sa.String(), nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.Column("actor", sa.String(), nullable=False),
    sa.Column("act", sa.String(), nullable=False),
    sa.Column("subject", sa.String(), nullable=False),
    sa.Column("data", sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint("id", name=conv("pk_audit")),
    sa.UniqueConstraint("chain", "seq", name=conv("uq_audit_chain_seq")),
)
_AUDIT_HEAD = (
    sa.Column("chain", sa.String(), nullable=False),
    sa.Column("seq", sa.Integer(), nullable=False),
    sa.Column("hash", sa.String(), nullable=False),
    sa.PrimaryKeyConstraint("chain", name=conv("pk_audit_head")),
)
_ORGANIZATION = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("slug", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("city", sa.String(), nullable=False),
    sa.Column("zone", sa.String(), nullable=False),
    sa.Column("commission_percent", sa.Integer(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.CheckConstraint("kind IN ('merchant', 'platform')", name=conv("ck_organization_kind_known")),
    sa.CheckConstraint(
        "commission_percent BETWEEN 0 AND 100", name=conv("ck_organization_commission_percent_fits")
    ),
    sa.PrimaryKeyConstraint("id", name=conv("pk_organization")),
    sa.UniqueConstraint("slug", name=conv("uq_organization_slug")),
)
_STORED_ANSWER = (
    sa.Column("scope", sa.String(), nullable=False),
    sa.Column("key", sa.String(), nullable=False),
    sa.Column("fingerprint", sa.String(), nullable=False),
    sa.Column("status", sa.Integer(), nullable=True),
    sa.Column("body", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("scope", "key", name=conv("pk_stored_answer")),
)
_TRIES = (
    sa.Column("key", sa.String(), nullable=False),
    sa.Column("window_start", UTC_INSTANT, nullable=False),
    sa.Column("n", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("key", "window_start", name=conv("pk_tries")),
)
_API_TOKEN = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("hash", sa.String(), nullable=False),
    sa.Column("prefix", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=True),
    sa.Column("scopes", sa.JSON(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.Column("expires_at", UTC_INSTANT, nullable=False),
    sa.Column("revoked_at", UTC_INSTANT, nullable=True),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_api_token_account_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_api_token_organization_id")
    ),
    sa.PrimaryKeyConstraint("id", name=conv("pk_api_token")),
    sa.UniqueConstraint("hash", name=conv("uq_api_token_hash")),
)
_MEMBERSHIP = (
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("role", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.CheckConstraint(
        "role IN ('owner', 'manager', 'staff', 'operator')", name=conv("ck_membership_role_known")
    ),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_membership_account_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_membership_organization_id")
    ),
    sa.PrimaryKeyConstraint("organization_id", "account_id", name=conv("pk_membership")),
)
_SESSION = (
    sa.Column("id_hash", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.Column("seen_at", UTC_INSTANT, nullable=False),
    sa.Column("expires_at", UTC_INSTANT, nullable=False),
    sa.Column("absolute_ends_at", UTC_INSTANT, nullable=False),
    sa.CheckConstraint("kind IN ('buyer', 'staff', 'operator')", name=conv("ck_session_kind_known")),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_session_account_id")),
    sa.PrimaryKeyConstraint("id_hash", name=conv("pk_session")),
)


def upgrade() -> None:
    op.create_table("account", *_ACCOUNT)
    op.create_table("audit", *_AUDIT)
    op.create_index(conv("ix_audit_subject"), "audit", ["subject"])
    op.create_table("audit_head", *_AUDIT_HEAD)
    op.create_table("organization", *_ORGANIZATION)
    op.create_table("stored_answer", *_STORED_ANSWER)
    op.create_index(conv("ix_stored_answer_created_at"), "stored_answer", ["created_at"])
    op.create_table("tries", *_TRIES)
    op.create_table("api_token", *_API_TOKEN)
    op.create_index(conv("ix_api_token_account_id"), "api_token", ["account_id"])
    op.create_index(conv("ix_api_token_organization_id"), "api_token", ["organization_id"])
    op.create_table("membership", *_MEMBERSHIP)
    op.create_index(conv("ix_membership_account_id"), "membership", ["account_id"])
    op.create_table("session", *_SESSION)
    op.create_index(conv("ix_session_account_id"), "session", ["account_id"])
    op.create_index(conv("ix_session_expires_at"), "session", ["expires_at"])


def downgrade() -> None:
    op.drop_table("session")
    op.drop_table("membership")
    op.drop_table("api_token")
    op.drop_table("tries")
    op.drop_table("stored_answer")
    op.drop_table("organization")
    op.drop_table("audit_head")
    op.drop_table("audit")
    op.drop_table("account")
