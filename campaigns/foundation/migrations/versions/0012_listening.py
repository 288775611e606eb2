"""Mentions collected from feeds, and how far each was read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import conv

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)


def _one_of(column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=conv(f"ck_mention_{column}_known"))


_MENTION: tuple[SchemaItem, ...] = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("network", sa.String(), nullable=False),
    sa.Column("native_uri", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("deal_id", sa.String(), nullable=True),
    sa.Column("campaign_id", sa.String(), nullable=True),
    sa.Column("post_id", sa.String(), nullable=True),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("matched_by", sa.String(), nullable=True),
    sa.Column("author_id", sa.String(), nullable=False),
    sa.Column("author", sa.String(), nullable=False),
    sa.Column("text", sa.String(), nullable=False),
    sa.Column("text_hash", sa.String(), nullable=False),
    sa.Column("earlier_hashes", sa.JSON(), nullable=False),
    sa.Column("url", sa.String(), nullable=False),
    sa.Column("language", sa.String(), nullable=False),
    sa.Column("sentiment", sa.String(), nullable=False),
    sa.Column("sentiment_by", sa.String(), nullable=False),
    sa.Column("team", sa.String(), nullable=False),
    sa.Column("team_reason", sa.String(), nullable=False),
    sa.Column("assigned_by", sa.String(), nullable=True),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("own", sa.Boolean(), nullable=False),
    sa.Column("native", sa.JSON(), nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.Column("edited_at", UTC_INSTANT, nullable=True),
    sa.Column("collected_at", UTC_INSTANT, nullable=False),
    sa.Column("checked_at", UTC_INSTANT, nullable=False),
    sa.Column("answered_post_id", sa.String(), nullable=True),
    _one_of("kind", "reply", "repost", "mention", "tag", "link"),
    _one_of("matched_by", "link", "reply", "tag", "keyword", "handle", "person"),
    _one_of("sentiment", "positive", "negative", "neutral", "unsure"),
    _one_of("sentiment_by", "machine", "account"),
    _one_of("team", "service", "product", "marketing", "sales", "pr"),
    _one_of("state", "new", "matched", "answered", "dismissed", "removed"),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_mention_organization_id")
    ),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_mention_deal_id")),
    sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=conv("fk_mention_campaign_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_mention")),
    sa.UniqueConstraint(
        "organization_id",
        "network",
        "native_uri",
        name=conv("uq_mention_organization_id_network_native_uri"),
    ),
)
_CURSOR = (
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("cursor", sa.String(), nullable=True),
    sa.Column("read_at", UTC_INSTANT, nullable=True),
    sa.Column("retry_at", UTC_INSTANT, nullable=True),
    sa.Column("lease_until", UTC_INSTANT, nullable=True),
    sa.Column("error", sa.String(), nullable=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint("account_id", name=conv("pk_mention_cursor")),
)
_OWN = (
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("network", sa.String(), nullable=False),
    sa.Column("author_id", sa.String(), nullable=False),
    sa.Column("marked_by", sa.String(), nullable=False),
    sa.Column("marked_at", UTC_INSTANT, nullable=False),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_own_author_organization_id")
    ),
    sa.PrimaryKeyConstraint("organization_id", "network", "author_id", name=conv("pk_own_author")),
)
_ERASED = (
    sa.Column("network", sa.String(), nullable=False),
    sa.Column("author_digest", sa.String(), nullable=False),
    sa.Column("erased_at", UTC_INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("network", "author_digest", name=conv("pk_erased_author")),
)
_INDEXED = ("account_id", "deal_id", "campaign_id", "post_id", "author_id", "answered_post_id")


def upgrade() -> None:
    op.create_table("mention", *_MENTION)
    op.create_index(conv("ix_mention_list"), "mention", ["organization_id", "at", "id"])
    for column in _INDEXED:
        op.create_index(conv(f"ix_mention_{column}"), "mention", [column])
    op.create_table("mention_cursor", *_CURSOR)
    op.create_index(conv("ix_mention_cursor_retry_at"), "mention_cursor", ["retry_at"])
    op.create_table("own_author", *_OWN)
    op.create_table("erased_author", *_ERASED)


def downgrade() -> None:
    op.drop_table("erased_author")
    op.drop_table("own_author")
    op.drop_table("mention_cursor")
    op.drop_table("mention")
