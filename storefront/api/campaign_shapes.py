"""Campaigns, their launch and their reports as programs read and write them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from campaigns.deals.campaign_queries import CampaignView


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A draft. Its deals must be of one currency, not over, and in no other campaign."""

    name: Annotated[str, msgspec.Meta(max_length=200, examples=["Noodle week"])]
    goal: Annotated[str, msgspec.Meta(max_length=400, examples=["Fill the slow Tuesdays."])] = ""
    tag: Annotated[str, msgspec.Meta(max_length=60, examples=["noodleweek"])] = ""
    channels: Annotated[
        list[str],
        msgspec.Meta(
            max_length=10, description="mail, bluesky, mastodon, webhook, links, venue", examples=[["mail"]]
        ),
    ] = msgspec.field(default_factory=list)
    deal_ids: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=80)]], msgspec.Meta(max_length=50, examples=[[]])
    ] = msgspec.field(default_factory=list)
    organization_id: Annotated[str, msgspec.Meta(max_length=80)] = ""


class CampaignDesign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is tested, fixed at launch. `expected_percent` is the lift hoped for."""

    holdout_percent: Annotated[int, msgspec.Meta(description="0 to 90.", examples=[20])] = 20
    unit_kind: Annotated[str, msgspec.Meta(max_length=20, description="group or person")] = "group"
    metric: Annotated[str, msgspec.Meta(max_length=20, description="money or buyers")] = "money"
    outcome_window_days: Annotated[int, msgspec.Meta(description="1 to 180.", examples=[30])] = 30
    minimum_sample: Annotated[int, msgspec.Meta(description="Groups of both arms.", examples=[40])] = 40
    expected_percent: Annotated[int | None, msgspec.Meta(examples=[25])] = None
    what_is_withheld: Annotated[str, msgspec.Meta(max_length=200)] = "the invitation by mail"


class CampaignDeal(msgspec.Struct, frozen=True):
    id: str
    slug: str
    title: str
    state: str
    currency: str


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    slug: str
    name: str
    goal: str
    tag: str
    channels: list[str]
    referral_hours: int
    state: Annotated[str, msgspec.Meta(description="draft, launched or ended")]
    created_at: datetime
    launched_at: datetime | None
    ended_at: datetime | None
    deals: list[CampaignDeal]


class Campaigns(msgspec.Struct, frozen=True):
    campaigns: list[Campaign]


class Launched(msgspec.Struct, frozen=True, kw_only=True):
    """What was fixed. `mde_rel` is the smallest relative lift it can show; null where it can show none."""

    people: int
    treated_clusters: int
    holdout_clusters: int
    invited: int
    mde_rel: float | None


class CampaignReport(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON twin of the report page; `docs/measurement.md` says what each figure is.

    Figures of one to nine people are null, or together in the row `other`. `lift` is null before the first comparison.
    """

    schema: Annotated[str, msgspec.Meta(examples=["quorum.campaign_report/1"])]
    campaign: dict[str, Any]
    read_at: str
    currency: str
    metric: str
    credit_rule: dict[str, Any]
    totals_minor: dict[str, int]
    attributed_minor: int | None
    tables: dict[str, list[dict[str, Any]]]
    lift: dict[str, Any] | None


def campaign_of(view: CampaignView) -> Campaign:
    return msgspec.convert(view, Campaign, from_attributes=True)
