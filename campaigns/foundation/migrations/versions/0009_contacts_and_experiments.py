"""Contacts, and experiments with their arms and exposures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import conv

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UTC_INSTANT = sa.DateTime(timezone=True)
# Fixed before the first exposure, or a record of what was shown or sold: nothing of it changes afterwards.
_APPEND_ONLY = ("experiment", "experiment_cluster", "eligible", "exposure")
_ACTS = ("UPDATE", "DELETE")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, UTC_INSTANT, nullable=False)


def _to(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [of], name=conv(f"fk_{table}_{column}"))


_CONTACT = (
    _text("organization_id"),
    _text("account_id"),
    _text("group_name"),
    _text("source"),
    _at("added_at"),
    _to("contact", "organization_id", "organization.id"),
    _to("contact", "account_id", "account.id"),
    sa.PrimaryKeyConstraint("organization_id", "account_id", name=conv("pk_contact")),
)
_EXPERIMENT = (
    _text("campaign_id"),
    _text("what_is_withheld"),
    _text("unit_kind"),
    sa.Column("holdout_percent", sa.Integer(), nullable=False),
    _text("method"),
    _text("salt"),
    _text("metric"),
    _text("currency"),
    _at("planned_end_at"),
    sa.Column("outcome_window_days", sa.Integer(), nullable=False),
    sa.Column("minimum_sample", sa.Integer(), nullable=False),
    sa.Column("expected_rel", sa.Float(), nullable=True),
    sa.Column("mde_rel", sa.Float(), nullable=True),
    sa.Column("power", sa.Float(), nullable=False),
    sa.Column("alpha", sa.Float(), nullable=False),
    _text("rule_version"),
    _at("fixed_at"),
    _text("fixed_by"),
    sa.CheckConstraint("unit_kind IN ('person', 'group')", name=conv("ck_experiment_unit_kind_known")),
    sa.CheckConstraint("method IN ('hash', 'shuffle')", name=conv("ck_experiment_method_known")),
    sa.CheckConstraint("metric IN ('money', 'buyers')", name=conv("ck_experiment_metric_known")),
    sa.CheckConstraint("holdout_percent BETWEEN 0 AND 90", name=conv("ck_experiment_holdout_percent_fits")),
    sa.CheckConstraint("outcome_window_days > 0", name=conv("ck_experiment_window_positive")),
    _to("experiment", "campaign_id", "campaign.id"),
    sa.PrimaryKeyConstraint("campaign_id", name=conv("pk_experiment")),
)
_CLUSTER = (
    _text("campaign_id"),
    _text("cluster"),
    _text("arm"),
    sa.Column("stratum", sa.Integer(), nullable=False),
    sa.Column("n_eligible", sa.Integer(), nullable=False),
    sa.Column("x_pre_minor", sa.BigInteger(), nullable=False),
    sa.CheckConstraint("arm IN ('treated', 'holdout')", name=conv("ck_experiment_cluster_arm_known")),
    sa.CheckConstraint("n_eligible > 0", name=conv("ck_experiment_cluster_cluster_not_empty")),
    _to("experiment_cluster", "campaign_id", "experiment.campaign_id"),
    sa.PrimaryKeyConstraint("campaign_id", "cluster", name=conv("pk_experiment_cluster")),
)
_ELIGIBLE: tuple[SchemaItem, ...] = (
    _text("campaign_id"),
    _text("account_id"),
    _text("cluster"),
    sa.Column("was_customer", sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(
        ["campaign_id", "cluster"],
        ["experiment_cluster.campaign_id", "experiment_cluster.cluster"],
        name=conv("fk_eligible_campaign_id"),
    ),
    _to("eligible", "account_id", "account.id"),
    sa.PrimaryKeyConstraint("campaign_id", "account_id", name=conv("pk_eligible")),
)
_EXPOSURE = (
    _text("campaign_id"),
    _text("account_id"),
    _text("kind"),
    _text("surface"),
    _text("rule_version"),
    _at("at"),
    sa.CheckConstraint("kind IN ('would_show', 'exposure')", name=conv("ck_exposure_kind_known")),
    _to("exposure", "campaign_id", "experiment.campaign_id"),
    _to("exposure", "account_id", "account.id"),
    sa.PrimaryKeyConstraint("campaign_id", "account_id", "kind", "surface", name=conv("pk_exposure")),
)
_SALE = (
    _text("id"),
    _text("organization_id"),
    _text("account_id"),
    sa.Column("sold_on", sa.Date(), nullable=False),
    sa.Column("amount_minor", sa.BigInteger(), nullable=False),
    _text("currency"),
    _text("reference"),
    _text("source"),
    _at("imported_at"),
    _to("sale", "organization_id", "organization.id"),
    _to("sale", "account_id", "account.id"),
    sa.PrimaryKeyConstraint("id", name=conv("pk_sale")),
    sa.UniqueConstraint("organization_id", "reference", name=conv("uq_sale_organization_id_reference")),
)
_RESULT = (
    _text("campaign_id"),
    _text("data_version"),
    _at("computed_at"),
    sa.Column("result", sa.JSON(), nullable=False),
    _to("lift_result", "campaign_id", "experiment.campaign_id"),
    sa.PrimaryKeyConstraint("campaign_id", name=conv("pk_lift_result")),
)
_TABLES = {
    "contact": _CONTACT,
    "experiment": _EXPERIMENT,
    "experiment_cluster": _CLUSTER,
    "eligible": _ELIGIBLE,
    "exposure": _EXPOSURE,
    "sale": _SALE,
    "lift_result": _RESULT,
}


def upgrade() -> None:
    op.add_column("campaign", sa.Column("ended_at", UTC_INSTANT, nullable=True))
    for name, columns in _TABLES.items():
        op.create_table(name, *columns)
    for name in ("contact", "eligible", "exposure", "sale"):
        op.create_index(conv(f"ix_{name}_account_id"), name, ["account_id"])
    op.create_index(conv("ix_eligible_campaign_id_cluster"), "eligible", ["campaign_id", "cluster"])
    op.create_index(conv("ix_sale_organization_id_sold_on"), "sale", ["organization_id", "sold_on"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in _APPEND_ONLY:
        for act in _ACTS:
            body = (
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
                if postgresql
                else f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            )
            op.execute(f"CREATE TRIGGER {_trigger(name, act)} BEFORE {act} ON {name} {body}")


def downgrade() -> None:
    # Dropping a table drops its triggers.
    for name in reversed(_TABLES):
        op.drop_table(name)
    op.drop_column("campaign", "ended_at")


def _trigger(table: str, act: str) -> str:
    return f"{table}_refuses_{act.lower()}"
