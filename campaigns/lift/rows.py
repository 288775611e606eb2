"""Tables of the lift floor. What was assigned, shown or sold is never changed: the database refuses it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from campaigns.foundation.schema import one_of, table
from campaigns.lift.rules import ARMS, METHODS, METRICS, SHOWN, UNIT_KINDS


class ExperimentRow(SQLModel, table=True):
    """What a campaign tests, fixed at launch, before anybody was shown anything."""

    __tablename__ = "experiment"
    __table_args__ = (
        one_of("unit_kind", UNIT_KINDS),
        one_of("method", METHODS),
        one_of("metric", METRICS),
        CheckConstraint("holdout_percent BETWEEN 0 AND 90", name="holdout_percent_fits"),
        CheckConstraint("outcome_window_days > 0", name="window_positive"),
    )
    campaign_id: str = Field(primary_key=True, foreign_key="campaign.id")
    what_is_withheld: str
    unit_kind: str
    holdout_percent: int
    method: str
    salt: str
    metric: str
    currency: str
    planned_end_at: datetime
    outcome_window_days: int
    minimum_sample: int
    expected_rel: float | None = None
    mde_rel: float | None = None
    power: float
    alpha: float
    rule_version: str
    fixed_at: datetime
    fixed_by: str


class ExperimentClusterRow(SQLModel, table=True):
    """People who are shown the same. `x_pre_minor` is what they spent before, `stratum` what was balanced."""

    __tablename__ = "experiment_cluster"
    __table_args__ = (
        one_of("arm", ARMS),
        CheckConstraint("n_eligible > 0", name="cluster_not_empty"),
    )
    campaign_id: str = Field(primary_key=True, foreign_key="experiment.campaign_id")
    cluster: str = Field(primary_key=True)
    arm: str
    stratum: int = 0
    n_eligible: int
    x_pre_minor: int = Field(sa_column=Column(BigInteger, nullable=False))


class EligibleRow(SQLModel, table=True):
    """A person in the experiment, fixed at launch. `was_customer` says whether they had paid before (R87)."""

    __tablename__ = "eligible"
    __table_args__ = (
        ForeignKeyConstraint(
            ["campaign_id", "cluster"], ["experiment_cluster.campaign_id", "experiment_cluster.cluster"]
        ),
        Index("ix_eligible_campaign_id_cluster", "campaign_id", "cluster"),
    )
    campaign_id: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True, foreign_key="account.id", index=True)
    cluster: str
    was_customer: bool = False


class ExposureRow(SQLModel, table=True):
    """`would_show` for both arms, written before the arm is looked up; `exposure` once it was really sent."""

    __tablename__ = "exposure"
    __table_args__ = (one_of("kind", SHOWN),)
    campaign_id: str = Field(primary_key=True, foreign_key="experiment.campaign_id")
    account_id: str = Field(primary_key=True, foreign_key="account.id", index=True)
    kind: str = Field(primary_key=True)
    surface: str = Field(primary_key=True)
    rule_version: str
    at: datetime


class SaleRow(SQLModel, table=True):
    """A purchase outside the deals, imported; it counts for both arms alike. A return is negative."""

    __tablename__ = "sale"
    __table_args__ = (
        UniqueConstraint("organization_id", "reference"),
        Index("ix_sale_organization_id_sold_on", "organization_id", "sold_on"),
    )
    id: str = Field(primary_key=True)
    organization_id: str = Field(foreign_key="organization.id")
    account_id: str = Field(foreign_key="account.id", index=True)
    sold_on: date
    amount_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str
    reference: str
    source: str = "import"
    imported_at: datetime


class LiftResultRow(SQLModel, table=True):
    """The newest result of a campaign and the state of the data it was computed from (R64)."""

    __tablename__ = "lift_result"
    campaign_id: str = Field(primary_key=True, foreign_key="experiment.campaign_id")
    data_version: str
    computed_at: datetime
    result: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))


experiments, experiment_clusters = table(ExperimentRow), table(ExperimentClusterRow)
eligibles, exposures = table(EligibleRow), table(ExposureRow)
sales, lift_results = table(SaleRow), table(LiftResultRow)
