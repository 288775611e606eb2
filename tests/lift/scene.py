"""A merchant with contacts, a deal and a marketer; orders are written as rows, campaigns through the operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from campaigns.checkins.evidence import attempt_row
from campaigns.checkins.rows import check_ins
from campaigns.contacts.rows import contacts
from campaigns.deals.campaign_rules import Idea
from campaigns.deals.group_deals import add_deal
from campaigns.deals.rows import deal_venues, venues
from campaigns.deals.write_campaign import create_campaign
from campaigns.foundation.ids import CampaignId, DealId, OrganizationId, new_id
from campaigns.lift.design import Design
from campaigns.lift.launch import Launched, launch
from campaigns.lift.rows import eligibles, experiment_clusters
from campaigns.orders.rows import orders
from campaigns.people.consent import Consent, give, withdraw
from campaigns.people.identify import identify
from campaigns.people.rows import account, membership
from campaigns.people.rules import Actor
from campaigns.sharing.give_link import merchant_link, new_link
from campaigns.sharing.rows import clicks, referrals, share_links
from campaigns.vouchers.rows import vouchers
from tests.reactions.stage import KEYS, Stage

PAID = {"state": "captured", "units_captured": 1}


@dataclass
class Scene:
    """`stage` writes rows and carries mail out; `marketer` may do what marketers may."""

    stage: Stage
    marketer: Actor = field(default_factory=Actor)

    @property
    def merchant_id(self) -> OrganizationId:
        return OrganizationId(self.stage.merchant_id)

    @property
    def needs(self) -> dict[str, Any]:
        """What every operation needs."""
        return {"actor": self.marketer, "store": self.stage.store, "clock": self.stage.clock, "keys": KEYS}

    async def contact(self, email: str, group: str = "", *, consent: bool = True) -> str:
        now = self.stage.clock.at
        async with self.stage.store.begin() as unit:
            account_id = await identify(unit, email, now)
            known = {"organization_id": self.merchant_id, "account_id": account_id, "group_name": group}
            await unit.run(contacts.insert().values(**known, source="import", added_at=now))
            if consent:
                about = Consent(account_id, "news", self.merchant_id)
                await give(unit, about, source="import", now=now)
        return account_id

    async def contacts(self, count: int, *, groups: int = 0) -> list[str]:
        """Many people, each alone or dealt out over so many groups."""
        return [
            await self.contact(f"p{number}@people.example", f"g{number % groups}" if groups else "")
            for number in range(count)
        ]

    async def withdraw(self, account_id: str) -> None:
        async with self.stage.store.begin() as unit:
            about = Consent(account_id, "news", self.merchant_id)
            assert await withdraw(unit, about, now=self.stage.clock.at)

    async def campaign(self, *deal_ids: str, channels: Sequence[str] = ("mail",)) -> CampaignId:
        idea = Idea("Noodle week", "Fill the tables on weekdays", "#noodles", channels)
        campaign_id = await create_campaign(idea, self.merchant_id, **self.needs)
        for deal_id in deal_ids:
            await add_deal(campaign_id, DealId(deal_id), **self.needs)
        return campaign_id

    async def launch(self, campaign_id: CampaignId, **design: str) -> Launched:
        return await launch(campaign_id, Design(**{"minimum_sample": "8"} | design), **self.needs)

    async def launched(self, people: int = 20, *, groups: int = 0, **design: str) -> tuple[CampaignId, str]:
        """A launched campaign with one deal and an audience of so many."""
        await self.contacts(people, groups=groups)
        deal_id = await self.stage.deal()
        campaign_id = await self.campaign(deal_id)
        await self.launch(campaign_id, **design)
        return campaign_id, deal_id

    async def buy(self, deal_id: str, email: str, minor: int = 3800, **changes: Any) -> str:
        """An order charged now."""
        now = self.stage.clock.at
        row: dict[str, Any] = (
            PAID | {"captured_at": now, "committed_at": now, "unit_price_minor": minor} | changes
        )
        return await self.stage.order(deal_id, email, **row)

    async def came(self, voucher_id: str) -> None:
        """The holder of a voucher was accepted at the venue of its deal."""
        voucher = await self.stage.row(vouchers, voucher_id)
        order = await self.stage.row(orders, voucher.order_id)
        its = select(venues).join(deal_venues, deal_venues.c.venue_id == venues.c.id)
        (venue,) = await self.rows(its.where(deal_venues.c.deal_id == voucher.deal_id))
        accepted = {"source": "staff", "nonce": new_id("non"), "state": "accepted"}
        row = attempt_row(venue, voucher, order.buyer_id, self.stage.clock.at, **accepted)
        async with self.stage.store.begin() as unit:
            await unit.run(check_ins.insert().values(row))

    async def brought(self, order_id: str, owner_id: str | None, deal_id: str) -> None:
        """An order came by somebody's link, or by the merchant's own."""
        now, click_id = self.stage.clock.at, new_id("clk")
        async with self.stage.store.begin() as unit:
            if owner_id is None:
                link_id = (await merchant_link(unit, deal_id, now)).id
            else:
                await new_link(unit, deal_id, {"owner_kind": "buyer", "account_id": owner_id}, now)
                mine = (share_links.c.deal_id == deal_id, share_links.c.account_id == owner_id)
                link_id = str(await unit.value(select(share_links.c.id).where(*mine)))
            click = {"id": click_id, "link_id": link_id, "channel": "", "at": now}
            await unit.run(clicks.insert().values(**click, kind="person", qr=False))
            referral = {"order_id": order_id, "link_id": link_id, "click_id": click_id, "channel": ""}
            await unit.run(referrals.insert().values(**referral, credited_at=now))

    async def assignment(self, campaign_id: str) -> Mapping[str, tuple[str, str]]:
        """Cluster and arm by account."""
        statement = (
            select(eligibles.c.account_id, eligibles.c.cluster, experiment_clusters.c.arm)
            .join(
                experiment_clusters,
                (experiment_clusters.c.campaign_id == eligibles.c.campaign_id)
                & (experiment_clusters.c.cluster == eligibles.c.cluster),
            )
            .where(eligibles.c.campaign_id == campaign_id)
        )
        return {row.account_id: (row.cluster, row.arm) for row in await self.rows(statement)}

    async def arm(self, campaign_id: str, arm: str) -> list[str]:
        return sorted(
            each for each, (_, found) in (await self.assignment(campaign_id)).items() if found == arm
        )

    async def email(self, account_id: str) -> str:
        return str((await self.stage.row(account, account_id)).email)

    async def order_row(self, order_id: str) -> Any:
        return await self.stage.row(orders, order_id)

    async def rows(self, statement: Any) -> list[Any]:
        async with self.stage.store.read() as unit:
            return list(await unit.all(statement))


async def a_scene(stage: Stage) -> Scene:
    now = stage.clock.at
    async with stage.store.begin() as unit:
        account_id = await identify(unit, "marketer@lantern.example", now)
        role = {"organization_id": stage.merchant_id, "account_id": account_id, "role": "marketer"}
        await unit.run(membership.insert().values(**role, created_at=now))
    roles: Any = {stage.merchant_id: "marketer"}
    return Scene(stage, Actor(account_id=account_id, name="Mara", roles=roles))
