"""The noodle shop's campaign: contacts, a launch with a holdout, and who bought because of it or anyway."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from sqlalchemy import select

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.deals.campaign_rules import Idea
from campaigns.deals.group_deals import add_deal
from campaigns.deals.write_campaign import create_campaign
from campaigns.foundation.ids import CampaignId, DealId
from campaigns.lift.design import Design
from campaigns.lift.import_sales import SaleFile, import_sales
from campaigns.lift.launch import launch
from campaigns.lift.rows import eligibles, experiment_clusters
from campaigns.people.rows import account
from storefront.cli.demo_stage import Stage
from storefront.cli.fortnight.cast import Circle, circles, contacts_csv, sales_csv

MERCHANT, DEAL = "lantern-street-noodles", "dumpling-evening"
OWNER, MARKETER, STAFF = "owner@lantern.example", "marketer@lantern.example", "counter@lantern.example"


@dataclass
class Lure:
    """One run of the campaign. `waiting` holds who has not bought yet, by arm, in the order in which they will."""

    random: Random
    people: tuple[Circle, ...] = ()
    campaign_id: str = ""
    waiting: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, seed: int) -> Lure:
        random = Random(f"lure:{seed}")  # noqa: S311 - a story, not a secret
        return cls(random, circles(random))

    async def bring_contacts(self, stage: Stage) -> None:
        """The contacts, and what the till took from them before."""
        today = stage.clock.at.date() - timedelta(days=1)
        file = ContactFile(contacts_csv(self.people, today, self.random))
        merchant = await stage.organization(MERCHANT)
        actor = await stage.actor(MARKETER)
        keys = stage.money.keys
        await import_contacts(file, merchant.id, actor=actor, store=stage.store, clock=stage.clock, keys=keys)
        await self._till(stage, (60, 2), "autumn")

    async def launch(self, stage: Stage) -> None:
        """Withhold the letter from two in five circles, for the twelve days that count."""
        actor = await stage.actor(MARKETER)
        idea = Idea(
            "Dumpling week",
            "Fill the counter on weekday evenings with people who have not been here this autumn.",
            "dumplingweek",
            ("mail", "links", "venue"),
        )
        campaign_id = await written(stage, idea, MERCHANT, MARKETER, DEAL)
        design = Design(
            holdout_percent="40", outcome_window_days="12", minimum_sample="40", expected_percent="50"
        )
        await launch(
            campaign_id, design, actor=actor, store=stage.store, clock=stage.clock, keys=stage.money.keys
        )
        self.campaign_id = campaign_id
        await self._draw(stage)

    async def count_till(self, stage: Stage) -> None:
        """The till's sales of the days that count, of everybody alike."""
        await self._till(stage, (11, 1), "november")

    async def _till(self, stage: Stage, ago: tuple[int, int], till: str) -> None:
        first, last = (stage.clock.at.date() - timedelta(days=days) for days in ago)
        file = SaleFile(sales_csv(self.people, (first, last), till, self.random))
        merchant = await stage.organization(MERCHANT)
        actor = await stage.actor(MARKETER)
        await import_sales(
            file, merchant.id, actor=actor, store=stage.store, clock=stage.clock, keys=stage.money.keys
        )

    async def _draw(self, stage: Stage) -> None:
        statement = (
            select(account.c.email, experiment_clusters.c.arm)
            .join(eligibles, eligibles.c.account_id == account.c.id)
            .join(
                experiment_clusters,
                (experiment_clusters.c.cluster == eligibles.c.cluster)
                & (experiment_clusters.c.campaign_id == eligibles.c.campaign_id),
            )
            .where(eligibles.c.campaign_id == self.campaign_id)
            .order_by(account.c.email)
        )
        async with stage.store.read() as unit:
            rows = await unit.all(statement)
        for row in rows:
            self.waiting.setdefault(row.arm, []).append(row.email)
        for each in self.waiting.values():
            self.random.shuffle(each)


async def written(stage: Stage, idea: Idea, merchant: str, by: str, *slugs: str) -> CampaignId:
    """A draft campaign with these deals."""
    actor = await stage.actor(by)
    owner = await stage.organization(merchant)
    keys = stage.money.keys
    campaign_id = await create_campaign(
        idea, owner.id, actor=actor, store=stage.store, clock=stage.clock, keys=keys
    )
    for slug in slugs:
        deal_id = DealId(await stage.deal_id(slug))
        await add_deal(campaign_id, deal_id, actor=actor, store=stage.store, clock=stage.clock, keys=keys)
    return campaign_id
