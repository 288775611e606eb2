"""Feed accounts, templates of announcements, posts, and the language of an offer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, UTC_INSTANT, nullable=nullable)


def _points_at(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=conv(f"fk_{table}_{column}"))


_FEED_ACCOUNT = (
    _text("id"),
    _text("organization_id"),
    _text("network"),
    _text("address"),
    _text("handle"),
    _text("native_id"),
    _text("secrets"),
    _text("key_id"),
    _text("state"),
    _text("lost_reason"),
    _instant("lost_at"),
    _instant("connected_at", nullable=False),
    _text("connected_by"),
    sa.Column("allowance_remaining", sa.Integer(), nullable=True),
    _instant("allowance_resets_at"),
    _instant("paused_until"),
    sa.Column("failures_in_row", sa.Integer(), nullable=False),
    _text("last_error"),
    _text("lease", nullable=True),
    _instant("lease_until"),
    sa.CheckConstraint(
        "state IN ('connected', 'lost', 'disconnected')", name=conv("ck_feed_account_state_known")
    ),
    sa.CheckConstraint(
        "state <> 'disconnected' OR secrets = ''",
        name=conv("ck_feed_account_disconnected_keeps_no_secrets"),
    ),
    _points_at("feed_account", "organization_id", "organization"),
    sa.PrimaryKeyConstraint("id", name=conv("pk_feed_account")),
    sa.UniqueConstraint(
        "organization_id",
        "network",
        "address",
        "native_id",
        name=conv("uq_feed_account_organization_id_network_address_native_id"),
    ),
)
_TEMPLATE = (
    _text("id"),
    _text("organization_id"),
    _text("kind"),
    _text("language"),
    _text("network"),
    sa.Column("version", sa.Integer(), nullable=False),
    _text("text"),
    _text("state"),
    _text("written_by"),
    _instant("created_at", nullable=False),
    _text("approved_by", nullable=True),
    _instant("approved_at"),
    sa.CheckConstraint("state IN ('draft', 'approved', 'retired')", name=conv("ck_template_state_known")),
    sa.CheckConstraint(
        "kind IN ('joined', 'tipped', 'three_to_go', 'closing_soon', 'custom')",
        name=conv("ck_template_kind_known"),
    ),
    _points_at("template", "organization_id", "organization"),
    sa.PrimaryKeyConstraint("id", name=conv("pk_template")),
    sa.UniqueConstraint(
        "organization_id",
        "kind",
        "language",
        "network",
        "version",
        name=conv("uq_template_organization_id_kind_language_network_version"),
    ),
)
_POST: tuple[sa.schema.SchemaItem, ...] = (
    _text("id"),
    _text("organization_id"),
    _text("account_id"),
    _text("deal_id", nullable=True),
    _text("template_id", nullable=True),
    _text("kind"),
    _text("subject"),
    _text("state"),
    _text("reason"),
    _text("language"),
    _text("wording"),
    _text("text"),
    _text("link"),
    _text("key", nullable=True),
    sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
    _instant("frozen_at"),
    _instant("created_at", nullable=False),
    _instant("not_before", nullable=False),
    _instant("expires_at"),
    _text("written_by", nullable=True),
    _text("approved_by", nullable=True),
    _instant("approved_at"),
    sa.Column("tries", sa.Integer(), nullable=False),
    sa.Column("unsure", sa.Boolean(), nullable=False),
    _instant("sent_at"),
    _instant("retry_at"),
    _instant("published_at"),
    _text("native_id"),
    _text("url"),
    _text("last_error"),
    sa.Column("reply_to", sa.JSON(none_as_null=True), nullable=True),
    _instant("withdraw_asked_at"),
    _text("withdraw_reason"),
    sa.CheckConstraint(
        "state IN ('draft', 'queued', 'sending', 'published', 'failed', 'dropped', 'withdrawn')",
        name=conv("ck_post_state_known"),
    ),
    sa.CheckConstraint(
        "kind IN ('joined', 'tipped', 'three_to_go', 'closing_soon', 'reply', 'custom')",
        name=conv("ck_post_kind_known"),
    ),
    sa.CheckConstraint("(key IS NULL) = (frozen_at IS NULL)", name=conv("ck_post_frozen_whole")),
    sa.CheckConstraint("state <> 'sending' OR key IS NOT NULL", name=conv("ck_post_sent_frozen_only")),
    sa.CheckConstraint("state <> 'published' OR native_id <> ''", name=conv("ck_post_published_has_id")),
    _points_at("post", "organization_id", "organization"),
    _points_at("post", "account_id", "feed_account"),
    _points_at("post", "deal_id", "deal"),
    _points_at("post", "template_id", "template"),
    sa.PrimaryKeyConstraint("id", name=conv("pk_post")),
    sa.UniqueConstraint("account_id", "kind", "subject", name=conv("uq_post_account_id_kind_subject")),
    sa.UniqueConstraint("account_id", "key", name=conv("uq_post_account_id_key")),
)


def upgrade() -> None:
    op.add_column("offer", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    op.create_table("feed_account", *_FEED_ACCOUNT)
    op.create_index(conv("ix_feed_account_organization_id"), "feed_account", ["organization_id"])
    op.create_table("template", *_TEMPLATE)
    op.create_index(conv("ix_template_organization_id"), "template", ["organization_id"])
    op.create_table("post", *_POST)
    op.create_index(conv("ix_post_queue"), "post", ["account_id", "state", "not_before"])
    for column in ("organization_id", "deal_id", "subject"):
        op.create_index(conv(f"ix_post_{column}"), "post", [column])


def downgrade() -> None:
    op.drop_table("post")
    op.drop_table("template")
    op.drop_table("feed_account")
    op.drop_column("offer", "language")
