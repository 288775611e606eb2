"""Offers, venues and deals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)

_OFFER = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("title", sa.String(), nullable=False),
    sa.Column("summary", sa.String(), nullable=False),
    sa.Column("description", sa.String(), nullable=False),
    sa.Column("image", sa.String(), nullable=True),
    sa.Column("image_alt", sa.String(), nullable=False),
    sa.Column("currency", sa.String(), nullable=False),
    sa.Column("list_price_minor", sa.Integer(), nullable=True),
    sa.Column("list_price_evidence", sa.String(), nullable=False),
    sa.Column("list_price_from_on", sa.Date(), nullable=True),
    sa.Column("list_price_until_on", sa.Date(), nullable=True),
    sa.CheckConstraint(
        "list_price_minor IS NULL OR list_price_minor > 0", name=conv("ck_offer_list_price_positive")
    ),
    sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=conv("fk_offer_organization_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_offer")),
    sa.UniqueConstraint("organization_id", "title", name=conv("uq_offer_organization_id_title")),
)
_VENUE = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("name", sa.String(), nullable=False),
    sa.Column("address", sa.String(), nullable=False),
    sa.Column("city", sa.String(), nullable=False),
    sa.Column("zone", sa.String(), nullable=False),
    sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=conv("fk_venue_organization_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_venue")),
    sa.UniqueConstraint("organization_id", "name", name=conv("uq_venue_organization_id_name")),
)
_DEAL: tuple[sa.schema.SchemaItem, ...] = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("slug", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("offer_id", sa.String(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.Column("opens_at", UTC_INSTANT, nullable=False),
    sa.Column("closes_at", UTC_INSTANT, nullable=False),
    sa.Column("decide_by", UTC_INSTANT, nullable=False),
    sa.Column("opens_wall", sa.String(), nullable=False),
    sa.Column("closes_wall", sa.String(), nullable=False),
    sa.Column("zone", sa.String(), nullable=False),
    sa.Column("threshold", sa.Integer(), nullable=False),
    sa.Column("threshold_counts", sa.String(), nullable=False),
    sa.Column("capacity", sa.Integer(), nullable=True),
    sa.Column("units_taken", sa.Integer(), nullable=False),
    sa.Column("tiers", sa.JSON(), nullable=False),
    sa.Column("commission_percent", sa.Integer(), nullable=False),
    sa.Column("min_per_order", sa.Integer(), nullable=False),
    sa.Column("max_per_order", sa.Integer(), nullable=True),
    sa.Column("max_per_buyer", sa.Integer(), nullable=True),
    sa.Column("grace_minutes", sa.Integer(), nullable=False),
    sa.Column("place_minutes", sa.Integer(), nullable=False),
    sa.Column("may_waive", sa.Boolean(), nullable=False),
    sa.Column("leave_before_tip", sa.String(), nullable=False),
    sa.Column("refund_policy", sa.String(), nullable=False),
    sa.Column("refund_hours", sa.Integer(), nullable=False),
    sa.Column("freeze_hours", sa.Integer(), nullable=False),
    sa.Column("problem_days", sa.Integer(), nullable=False),
    sa.Column("valid_from_on", sa.Date(), nullable=True),
    sa.Column("promo_expires_on", sa.Date(), nullable=False),
    sa.Column("paid_expires_on", sa.Date(), nullable=False),
    sa.Column("limitations", sa.JSON(), nullable=False),
    sa.Column("waived", sa.Boolean(), nullable=False),
    sa.Column("tipped_at", UTC_INSTANT, nullable=True),
    sa.Column("tipped_by", sa.String(), nullable=True),
    sa.Column("count_at_tip", sa.Integer(), nullable=True),
    sa.Column("final_price_minor", sa.Integer(), nullable=True),
    sa.Column("review_note", sa.String(), nullable=False),
    sa.Column("created_at", UTC_INSTANT, nullable=False),
    sa.Column("published_at", UTC_INSTANT, nullable=True),
    sa.Column("decided_at", UTC_INSTANT, nullable=True),
    sa.Column("imported_digest", sa.String(), nullable=True),
    sa.CheckConstraint(
        (
            "state IN ('draft', 'in_review', 'scheduled', 'open', 'tipped', 'settling', "
            "'settled', 'failed', 'canceled')"
        ),
        name=conv("ck_deal_state_known"),
    ),
    sa.CheckConstraint(
        "threshold_counts IN ('buyers', 'units', 'money')", name=conv("ck_deal_threshold_counts_known")
    ),
    sa.CheckConstraint("(tipped_at IS NULL) = (tipped_by IS NULL)", name=conv("ck_deal_tip_is_whole")),
    sa.CheckConstraint(
        "capacity IS NULL OR units_taken <= capacity", name=conv("ck_deal_never_above_capacity")
    ),
    sa.CheckConstraint("closes_at > opens_at", name=conv("ck_deal_window_not_empty")),
    sa.CheckConstraint("threshold > 0", name=conv("ck_deal_threshold_positive")),
    sa.CheckConstraint("units_taken >= 0", name=conv("ck_deal_units_taken_not_negative")),
    sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=conv("fk_deal_offer_id")),
    sa.ForeignKeyConstraint(["organization_id"], ["organization.id"], name=conv("fk_deal_organization_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_deal")),
    sa.UniqueConstraint("slug", name=conv("uq_deal_slug")),
)
_DEAL_VENUE = (
    sa.Column("deal_id", sa.String(), nullable=False),
    sa.Column("venue_id", sa.String(), nullable=False),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_deal_venue_deal_id")),
    sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=conv("fk_deal_venue_venue_id")),
    sa.PrimaryKeyConstraint("deal_id", "venue_id", name=conv("pk_deal_venue")),
)


def upgrade() -> None:
    op.create_table("offer", *_OFFER)
    op.create_index(conv("ix_offer_organization_id"), "offer", ["organization_id"])
    op.create_table("venue", *_VENUE)
    op.create_index(conv("ix_venue_organization_id"), "venue", ["organization_id"])
    op.create_table("deal", *_DEAL)
    op.create_index("ix_deal_due", "deal", ["state", "closes_at"])
    op.create_index(conv("ix_deal_offer_id"), "deal", ["offer_id"])
    op.create_index(conv("ix_deal_organization_id"), "deal", ["organization_id"])
    op.create_table("deal_venue", *_DEAL_VENUE)
    op.create_index(conv("ix_deal_venue_venue_id"), "deal_venue", ["venue_id"])


def downgrade() -> None:
    op.drop_table("deal_venue")
    op.drop_table("deal")
    op.drop_table("venue")
    op.drop_table("offer")
