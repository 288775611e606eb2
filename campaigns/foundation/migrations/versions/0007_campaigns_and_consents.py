"""Campaigns, marketers as one more role in a merchant's organization, and consents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = ("owner", "manager", "staff", "operator")
_AFTER = ("owner", "manager", "staff", "operator", "marketer")


UTC_INSTANT = sa.DateTime(timezone=True)

_CONSENT = (
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("about", sa.String(), nullable=False),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("given_at", UTC_INSTANT, nullable=False),
    sa.Column("withdrawn_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("kind IN ('announce_join', 'news')", name=conv("ck_consent_kind_known")),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_consent_account_id")),
    sa.PrimaryKeyConstraint("account_id", "kind", "about", name=conv("pk_consent")),
)
_CAMPAIGN = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("slug", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("goal", sa.String(), nullable=False),
    sa.Column("tag", sa.String(), nullable=False),
    sa.Column("channels", sa.JSON(), nullable=False),
    sa.Column("referral_hours", sa.Integer(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.Column("launched_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("state IN ('draft', 'launched', 'ended')", name=conv("ck_campaign_state_known")),
    sa.CheckConstraint("referral_hours BETWEEN 1 AND 720", name=conv("ck_campaign_referral_hours_fit")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_campaign_organization_id")
    ),
    sa.PrimaryKeyConstraint("id", name=conv("pk_campaign")),
    sa.UniqueConstraint("organization_id", "slug", name=conv("uq_campaign_organization_id_slug")),
)
_CAMPAIGN_DEAL = (
    sa.Column("deal_id", sa.String(), nullable=False),
    sa.Column("campaign_id", sa.String(), nullable=False),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_campaign_deal_deal_id")),
    sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=conv("fk_campaign_deal_campaign_id")),
    sa.PrimaryKeyConstraint("deal_id", name=conv("pk_campaign_deal")),
)


def upgrade() -> None:
    _allow(_AFTER, _BEFORE)
    op.create_table("consent", *_CONSENT)
    op.create_table("campaign", *_CAMPAIGN)
    op.create_index(conv("ix_campaign_organization_id"), "campaign", ["organization_id"])
    op.create_table("campaign_deal", *_CAMPAIGN_DEAL)
    op.create_index(conv("ix_campaign_deal_campaign_id"), "campaign_deal", ["campaign_id"])


def downgrade() -> None:
    op.drop_table("campaign_deal")
    op.drop_table("campaign")
    op.drop_table("consent")
    op.execute("DELETE FROM membership WHERE role = 'marketer'")
    _allow(_BEFORE, _AFTER)


def _allow(roles: tuple[str, ...], before: tuple[str, ...]) -> None:
    # SQLite changes no constraint in place; the table is made anew from what is written here.
    with op.batch_alter_table("membership", copy_from=_membership(before)) as batch:
        batch.drop_constraint(conv("ck_membership_role_known"), type_="check")
        batch.create_check_constraint(conv("ck_membership_role_known"), _known(roles))


def _known(roles: tuple[str, ...]) -> str:
    return f"role IN ({', '.join(repr(role) for role in roles)})"


def _membership(roles: tuple[str, ...]) -> sa.Table:
    return sa.Table(
        "membership",
        sa.MetaData(),
        sa.Column("organization_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_known(roles), name=conv("ck_membership_role_known")),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=conv("fk_membership_organization_id"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_membership_account_id")),
        sa.PrimaryKeyConstraint("organization_id", "account_id", name=conv("pk_membership")),
        sa.Index("ix_membership_account_id", "account_id"),
    )
