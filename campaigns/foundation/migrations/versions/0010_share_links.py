"""Share links, clicks on them, and who brought an order."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import conv

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)
_KINDS = "'person', 'repeat', 'unsure', 'own', 'program', 'preview', 'prefetch'"

_SHARE_LINK = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("code", sa.String(), nullable=False),
    sa.Column("deal_id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("owner_kind", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=True),
    sa.Column("order_id", sa.String(), nullable=True),
    sa.Column("reward", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.Column("ended_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint(
        "owner_kind IN ('buyer', 'advocate', 'merchant')", name=conv("ck_share_link_owner_kind_known")
    ),
    sa.CheckConstraint(
        "(owner_kind = 'merchant') = (account_id IS NULL)", name=conv("ck_share_link_owner_is_whole")
    ),
    sa.CheckConstraint(
        "reward = '' OR owner_kind = 'advocate'", name=conv("ck_share_link_reward_is_an_advocates")
    ),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_share_link_deal_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_share_link_organization_id")
    ),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_share_link_account_id")),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=conv("fk_share_link_order_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_share_link")),
    sa.UniqueConstraint("code", name=conv("uq_share_link_code")),
    sa.UniqueConstraint(
        "deal_id", "owner_kind", "account_id", name=conv("uq_share_link_deal_id_owner_kind_account_id")
    ),
)
_CLICK: tuple[SchemaItem, ...] = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("link_id", sa.String(), nullable=False),
    sa.Column("channel", sa.String(), nullable=False),
    sa.Column("at", UTC_INSTANT, nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("qr", sa.Boolean(), nullable=False),
    sa.Column("visitor", sa.String(), nullable=True),
    sa.CheckConstraint(f"kind IN ({_KINDS})", name=conv("ck_click_kind_known")),
    sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=conv("fk_click_link_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_click")),
)
_REFERRAL = (
    sa.Column("order_id", sa.String(), nullable=False),
    sa.Column("link_id", sa.String(), nullable=False),
    sa.Column("click_id", sa.String(), nullable=False),
    sa.Column("channel", sa.String(), nullable=False),
    sa.Column("credited_at", UTC_INSTANT, nullable=False),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=conv("fk_referral_order_id")),
    sa.ForeignKeyConstraint(["link_id"], ["share_link.id"], name=conv("fk_referral_link_id")),
    sa.ForeignKeyConstraint(["click_id"], ["click.id"], name=conv("fk_referral_click_id")),
    sa.PrimaryKeyConstraint("order_id", name=conv("pk_referral")),
)
_SHOWN_NAME = (
    sa.Column("order_id", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=conv("fk_shown_name_order_id")),
    sa.PrimaryKeyConstraint("order_id", name=conv("pk_shown_name")),
)


def upgrade() -> None:
    of_the_merchant, counted = sa.text("owner_kind = 'merchant'"), sa.text("visitor IS NOT NULL")
    op.create_table("share_link", *_SHARE_LINK)
    for column in ("account_id", "order_id", "organization_id"):
        op.create_index(conv(f"ix_share_link_{column}"), "share_link", [column])
    op.create_index(
        conv("uq_share_link_merchant"),
        "share_link",
        ["deal_id"],
        unique=True,
        sqlite_where=of_the_merchant,
        postgresql_where=of_the_merchant,
    )
    op.create_table("click", *_CLICK)
    op.create_index(
        conv("ix_click_visitor"),
        "click",
        ["link_id", "visitor", "at"],
        sqlite_where=counted,
        postgresql_where=counted,
    )
    op.create_index(conv("ix_click_link"), "click", ["link_id", "kind", "channel"])
    op.create_index(conv("ix_click_at"), "click", ["at"])
    op.create_table("referral", *_REFERRAL)
    op.create_index(conv("ix_referral_link_id"), "referral", ["link_id"])
    op.create_table("shown_name", *_SHOWN_NAME)


def downgrade() -> None:
    op.drop_table("shown_name")
    op.drop_table("referral")
    op.drop_table("click")
    op.drop_table("share_link")
