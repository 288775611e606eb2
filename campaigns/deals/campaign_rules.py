"""What a campaign may hold and when it may be changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.deals.typed import Reader
from campaigns.foundation.errors import Refusal

CHANNELS = ("mail", "bluesky", "mastodon", "webhook", "links", "venue")
# A deal in one of these brings nobody any more.
OVER = ("settling", "settled", "failed", "canceled")
_TAG = re.compile(r"\w{1,50}")
_BROKEN = re.compile(r"[^a-z0-9]+")


class CampaignNotDraft(Refusal):
    code = "campaign_not_draft"
    sentence = "This campaign is {state}. What it compares was fixed at its launch and stays as it is."


class CampaignNotRunning(Refusal):
    code = "campaign_not_running"
    sentence = "This campaign is {state}. Only a launched campaign can be ended."


class CampaignEnded(Refusal):
    code = "campaign_ended"
    sentence = "This campaign has ended. Its name and its words stay as they were."


class CampaignWithoutDeals(Refusal):
    code = "campaign_without_deals"
    sentence = "Put at least one deal into the campaign before you launch it."


class DealInCampaign(Refusal):
    code = "deal_in_campaign"
    sentence = "This deal belongs to a campaign already. A deal counts in one campaign only."


class DealIsOver(Refusal):
    code = "deal_is_over"
    sentence = "This deal is {state}. A campaign takes deals that people can still join."


class OtherCurrency(Refusal):
    code = "other_currency"
    sentence = "This campaign counts in {currency}. Its deals must be sold in the same currency."


@dataclass(frozen=True)
class Idea:
    """A campaign as somebody typed it. `tag` is a hashtag with or without its #."""

    name: str
    goal: str = ""
    tag: str = ""
    channels: Sequence[str] = ()


def parse_idea(idea: Idea) -> dict[str, object]:
    """The columns of a campaign. Raises InvalidFields with all that is wrong."""
    reader = Reader()
    tag = idea.tag.strip().removeprefix("#")
    if tag and not _TAG.fullmatch(tag):
        reader.refuse("tag", "bad_tag", "Write one word of letters and digits, such as noodleweek.")
    unknown = [channel for channel in idea.channels if channel not in CHANNELS]
    if unknown:
        reader.refuse("channels", "unknown_choice", f"Choose from {', '.join(CHANNELS)}.")
    columns: dict[str, object] = {
        "name": reader.text("name", idea.name, least=3, most=80),
        "goal": reader.text("goal", idea.goal, most=300),
        "tag": tag,
        "channels": [channel for channel in CHANNELS if channel in idea.channels],
    }
    reader.finish()
    return columns


def slug_of(name: str) -> str:
    """The last part of a campaign's address, from its name; `campaign` where nothing is left of it."""
    return _BROKEN.sub("-", name.lower()).strip("-")[:48].strip("-") or "campaign"
