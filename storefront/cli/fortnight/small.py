"""The pottery studio's small campaign: too few circles to tell what it brought, and the report says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.deals.campaign_rules import Idea
from campaigns.lift.design import Design
from campaigns.lift.launch import launch
from storefront.cli.demo_people import BUYERS
from storefront.cli.demo_play import Moment
from storefront.cli.demo_stage import Stage
from storefront.cli.fortnight import counter, talk
from storefront.cli.fortnight.counter import Spot
from storefront.cli.fortnight.lure import written

MERCHANT, DEAL, OWNER = "kiln-and-clay", "first-bowl-on-the-wheel", "owner@kiln.example"
STUDIO = Spot(DEAL, "studio@kiln.example", 38.7189, -9.1312)
_HOUR = timedelta(hours=1)
# The deal opens two days before now, and is published two hours earlier.
_OPENED = timedelta(days=2)


def moments(now: datetime) -> Iterator[Moment]:
    opened = now - _OPENED
    yield Moment(opened - 1.5 * _HOUR, _begin)
    yield Moment(opened - _HOUR, _launch)
    yield Moment(now - 20 * _HOUR, lambda stage: counter.come(stage, STUDIO, 0))


async def _begin(stage: Stage) -> None:
    await counter.place(stage, STUDIO, OWNER)
    await talk.open_wall(stage, MERCHANT, OWNER, ("en",))


async def _launch(stage: Stage) -> None:
    """Invite for one day, with a quarter of a dozen circles held out."""
    actor, organization = await stage.actor(OWNER), await stage.organization(MERCHANT)
    agreed_on = stage.clock.at.date() - timedelta(days=40)
    rows = [
        f"{email},Evening class {place // 3 + 1},sign-up sheet,{agreed_on}"
        for place, email in enumerate(BUYERS)
    ]
    file = ContactFile("\n".join(["email,group,consent_source,consent_on", *rows]) + "\n")
    keys = stage.money.keys
    await import_contacts(file, organization.id, actor=actor, store=stage.store, clock=stage.clock, keys=keys)
    idea = Idea("First bowls", "Fill two Saturday classes.", "firstbowl", ("mail", "links"))
    campaign_id = await written(stage, idea, MERCHANT, OWNER, DEAL)
    design = Design(holdout_percent="25", outcome_window_days="1", minimum_sample="40", metric="buyers")
    await launch(campaign_id, design, actor=actor, store=stage.store, clock=stage.clock, keys=keys)
