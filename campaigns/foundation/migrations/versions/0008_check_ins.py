"""Venues with a position, the check-ins at them, and offers for checking in."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.elements import conv

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)

_BANDS = "('25', '50', '100', '150', '300', '1000', 'more')"
_STATES = "('received', 'needs_staff', 'accepted', 'refused', 'conflict', 'undone')"
_CHECK_IN = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("voucher_id", sa.String(), nullable=True),
    sa.Column("account_id", sa.String(), nullable=True),
    sa.Column("venue_id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("deal_id", sa.String(), nullable=True),
    sa.Column("order_id", sa.String(), nullable=True),
    sa.Column("source", sa.String(), nullable=False),
    sa.Column("nonce", sa.String(), nullable=False),
    sa.Column("challenge_id", sa.String(), nullable=True),
    sa.Column("outside_id", sa.String(), nullable=True),
    sa.Column("reported_at", UTC_INSTANT, nullable=True),
    sa.Column("received_at", UTC_INSTANT, nullable=False),
    sa.Column("local_on", sa.Date(), nullable=False),
    sa.Column("position", sa.String(), nullable=False),
    sa.Column("distance_band", sa.String(), nullable=True),
    sa.Column("accuracy_band", sa.String(), nullable=True),
    sa.Column("inside_percent", sa.Integer(), nullable=True),
    sa.Column("datum", sa.String(), nullable=True),
    sa.Column("position_mark", sa.String(), nullable=True),
    sa.Column("code", sa.String(), nullable=False),
    sa.Column("flags", sa.JSON(), nullable=False),
    sa.Column("state", sa.String(), nullable=False),
    sa.Column("reason", sa.String(), nullable=False),
    sa.Column("staff_account_id", sa.String(), nullable=True),
    sa.Column("decided_at", UTC_INSTANT, nullable=True),
    sa.Column("waits_until", UTC_INSTANT, nullable=True),
    sa.CheckConstraint(f"state IN {_STATES}", name=conv("ck_check_in_state_known")),
    sa.CheckConstraint(
        "source IN ('browser', 'venue_code', 'owntracks', 'staff')", name=conv("ck_check_in_source_known")
    ),
    sa.CheckConstraint(
        "code IN ('right', 'wrong', 'absent', 'not_asked')", name=conv("ck_check_in_code_known")
    ),
    sa.CheckConstraint(
        "position IN ('inside', 'unclear', 'outside', 'absent')", name=conv("ck_check_in_position_known")
    ),
    sa.CheckConstraint(f"distance_band IN {_BANDS}", name=conv("ck_check_in_distance_band_known")),
    sa.CheckConstraint(f"accuracy_band IN {_BANDS}", name=conv("ck_check_in_accuracy_band_known")),
    sa.CheckConstraint("inside_percent BETWEEN 0 AND 100", name=conv("ck_check_in_inside_percent_fits")),
    sa.CheckConstraint(
        "(waits_until IS NOT NULL) = (state = 'needs_staff')", name=conv("ck_check_in_waiting_is_whole")
    ),
    sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=conv("fk_check_in_voucher_id")),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_check_in_account_id")),
    sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=conv("fk_check_in_venue_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_check_in_organization_id")
    ),
    sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=conv("fk_check_in_deal_id")),
    sa.ForeignKeyConstraint(["staff_account_id"], ["account.id"], name=conv("fk_check_in_staff_account_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_check_in")),
    sa.UniqueConstraint("voucher_id", "nonce", name=conv("uq_check_in_voucher_id_nonce")),
    sa.UniqueConstraint(
        "account_id", "venue_id", "outside_id", name=conv("uq_check_in_account_id_venue_id_outside_id")
    ),
)
_CHALLENGE = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("voucher_id", sa.String(), nullable=False),
    sa.Column("venue_id", sa.String(), nullable=False),
    sa.Column("issued_at", UTC_INSTANT, nullable=False),
    sa.Column("expires_at", UTC_INSTANT, nullable=False),
    sa.Column("used_at", UTC_INSTANT, nullable=True),
    sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=conv("fk_check_in_challenge_voucher_id")),
    sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=conv("fk_check_in_challenge_venue_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_check_in_challenge")),
)
_PLACE_SOURCE = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("username", sa.String(), nullable=False),
    sa.Column("secret_hash", sa.String(), nullable=False),
    sa.Column("consented_at", UTC_INSTANT, nullable=False),
    sa.Column("withdrawn_at", UTC_INSTANT, nullable=True),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_place_source_account_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_place_source")),
    sa.UniqueConstraint("username", name=conv("uq_place_source_username")),
)
_OFFER = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("venue_id", sa.String(), nullable=False),
    sa.Column("organization_id", sa.String(), nullable=False),
    sa.Column("kind", sa.String(), nullable=False),
    sa.Column("title", sa.String(), nullable=False),
    sa.Column("reward", sa.String(), nullable=False),
    sa.Column("staff_sentence", sa.String(), nullable=False),
    sa.Column("every", sa.Integer(), nullable=True),
    sa.Column("swarm_size", sa.Integer(), nullable=True),
    sa.Column("swarm_hours", sa.Integer(), nullable=False),
    sa.Column("capacity", sa.Integer(), nullable=True),
    sa.Column("granted", sa.Integer(), nullable=False),
    sa.Column("began_at", UTC_INSTANT, nullable=False),
    sa.Column("ended_at", UTC_INSTANT, nullable=True),
    sa.CheckConstraint("kind IN ('loyalty', 'swarm')", name=conv("ck_check_in_offer_kind_known")),
    sa.CheckConstraint(
        "granted >= 0 AND (capacity IS NULL OR granted <= capacity)",
        name=conv("ck_check_in_offer_never_above_capacity"),
    ),
    sa.CheckConstraint(
        "(kind = 'loyalty') = (every IS NOT NULL)", name=conv("ck_check_in_offer_loyalty_is_whole")
    ),
    sa.CheckConstraint(
        "(kind = 'swarm') = (swarm_size IS NOT NULL)", name=conv("ck_check_in_offer_swarm_is_whole")
    ),
    sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=conv("fk_check_in_offer_venue_id")),
    sa.ForeignKeyConstraint(
        ["organization_id"], ["organization.id"], name=conv("fk_check_in_offer_organization_id")
    ),
    sa.PrimaryKeyConstraint("id", name=conv("pk_check_in_offer")),
)
_REWARD = (
    sa.Column("id", sa.String(), nullable=False),
    sa.Column("offer_id", sa.String(), nullable=False),
    sa.Column("account_id", sa.String(), nullable=False),
    sa.Column("check_in_id", sa.String(), nullable=False),
    sa.Column("ordinal", sa.Integer(), nullable=False),
    sa.Column("granted_at", UTC_INSTANT, nullable=False),
    sa.ForeignKeyConstraint(["offer_id"], ["check_in_offer.id"], name=conv("fk_check_in_reward_offer_id")),
    sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=conv("fk_check_in_reward_account_id")),
    sa.ForeignKeyConstraint(["check_in_id"], ["check_in.id"], name=conv("fk_check_in_reward_check_in_id")),
    sa.PrimaryKeyConstraint("id", name=conv("pk_check_in_reward")),
    sa.UniqueConstraint(
        "offer_id", "account_id", "ordinal", name=conv("uq_check_in_reward_offer_id_account_id_ordinal")
    ),
)
_INDEXES = (
    ("check_in", "organization_id"),
    ("check_in", "deal_id"),
    ("check_in_challenge", "voucher_id"),
    ("check_in_challenge", "expires_at"),
    ("place_source", "account_id"),
    ("check_in_offer", "venue_id"),
    ("check_in_offer", "organization_id"),
    ("check_in_reward", "account_id"),
    ("check_in_reward", "check_in_id"),
)
# What was seen stays as it was seen; the verdict is all that moves. Persons may be erased.
_EVIDENCE = (
    "venue_id", "source", "nonce", "challenge_id", "outside_id", "reported_at", "received_at", "local_on",
    "position", "distance_band", "accuracy_band", "inside_percent", "datum", "code", "flags",
)  # fmt: skip


def upgrade() -> None:
    for added in _venue_columns():
        op.add_column("venue", added)
    op.create_table("check_in", *_CHECK_IN)
    op.create_table("check_in_challenge", *_CHALLENGE)
    op.create_table("place_source", *_PLACE_SOURCE)
    op.create_table("check_in_offer", *_OFFER)
    op.create_table("check_in_reward", *_REWARD)
    for table, column in _INDEXES:
        op.create_index(conv(f"ix_{table}_{column}"), table, [column])
    op.create_index(conv("ix_check_in_venue_day"), "check_in", ["venue_id", "local_on"])
    op.create_index(conv("ix_check_in_person"), "check_in", ["account_id", "venue_id", "local_on"])
    waiting = sa.text("state = 'needs_staff'")
    op.create_index(
        conv("ix_check_in_waiting"),
        "check_in",
        ["waits_until"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    _refuse_changes()


def downgrade() -> None:
    for table in ("check_in_reward", "check_in_offer", "place_source", "check_in_challenge", "check_in"):
        op.drop_table(table)
    for column in reversed(_venue_columns()):
        op.drop_column("venue", column.name)


def _venue_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("datum", sa.String(), nullable=False, server_default="wgs84"),
        sa.Column("radius_m", sa.Integer(), nullable=False, server_default="150"),
        sa.Column("max_accuracy_m", sa.Integer(), nullable=False, server_default="100"),
        sa.Column("max_position_age_s", sa.Integer(), nullable=False, server_default="120"),
        sa.Column("self_check_in", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("code_version", sa.Integer(), nullable=False, server_default="1"),
    )


def _refuse_changes() -> None:
    columns = ", ".join(_EVIDENCE)
    for act, of in (("update", f" OF {columns}"), ("delete", "")):
        body = (
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            if op.get_bind().dialect.name == "postgresql"
            else "BEGIN SELECT RAISE(ABORT, 'check_in is append-only'); END"
        )
        op.execute(f"CREATE TRIGGER check_in_refuses_{act} BEFORE {act.upper()}{of} ON check_in {body}")
