"""Campaigns are written by marketers, hold deals of one merchant and one currency, and each deal in one of them."""

import pytest
from sqlalchemy import select

from campaigns.deals.campaign_queries import (
    campaign_by_id,
    campaign_of_deal,
    console_campaigns,
    groupable_deals,
)
from campaigns.deals.campaign_rules import (
    CampaignEnded,
    CampaignNotDraft,
    DealInCampaign,
    DealIsOver,
    Idea,
    OtherCurrency,
)
from campaigns.deals.group_deals import add_deal, remove_deal
from campaigns.deals.write_campaign import create_campaign, rewrite_campaign
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.facts import history
from campaigns.foundation.ids import CampaignId, DealId
from campaigns.lift.end import end_campaign
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from tests.lift.scene import Scene


async def test_a_campaign_is_written_with_its_words_and_channels(scene: Scene) -> None:
    deal_id = await scene.stage.deal()
    campaign_id = await scene.campaign(deal_id, channels=("links", "mail"))
    async with scene.stage.store.read() as unit:
        found = await campaign_by_id(unit, campaign_id)
        assert found is not None
        assert (found.name, found.tag, found.channels) == ("Noodle week", "noodles", ("mail", "links"))
        assert (found.slug, found.state, found.currency) == ("noodle-week", "draft", "USD")
        assert [deal.id for deal in found.deals] == [deal_id]
        assert await campaign_of_deal(unit, deal_id) == found
        assert await console_campaigns(unit, scene.merchant_id) == [found]


async def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_stored(scene: Scene) -> None:
    idea = Idea("x", "g" * 301, "#two words", ("mail", "pigeon"))
    with pytest.raises(InvalidFields) as refused:
        await create_campaign(idea, scene.merchant_id, **scene.needs)
    assert {error.field for error in refused.value.errors} == {"name", "goal", "tag", "channels"}
    async with scene.stage.store.read() as unit:
        assert await console_campaigns(unit, scene.merchant_id) == []


async def test_two_campaigns_of_one_name_get_different_addresses(scene: Scene) -> None:
    await scene.campaign()
    await scene.campaign()
    async with scene.stage.store.read() as unit:
        first, second = await console_campaigns(unit, scene.merchant_id)
    assert first.name == second.name
    assert first.slug != second.slug


async def test_a_deal_is_in_one_campaign_at_most(scene: Scene) -> None:
    deal_id = DealId(await scene.stage.deal())
    first, second = await scene.campaign(deal_id), await scene.campaign()
    await add_deal(first, deal_id, **scene.needs)
    with pytest.raises(DealInCampaign):
        await add_deal(second, deal_id, **scene.needs)
    await remove_deal(first, deal_id, **scene.needs)
    await add_deal(second, deal_id, **scene.needs)


async def test_a_campaign_takes_no_deal_of_others_none_that_is_over_and_none_in_other_money(
    scene: Scene,
) -> None:
    campaign_id = await scene.campaign(await scene.stage.deal())
    euros, over = await scene.stage.deal(currency="EUR"), await scene.stage.deal(state="settled")
    with pytest.raises(OtherCurrency, match="USD"):
        await add_deal(campaign_id, DealId(euros), **scene.needs)
    with pytest.raises(DealIsOver):
        await add_deal(campaign_id, DealId(over), **scene.needs)
    mine = scene.stage.merchant_id
    scene.stage.merchant_id = await scene.stage.found("merchant", "Other", "owner", "other@other.example")
    foreign = await scene.stage.deal()
    scene.stage.merchant_id = mine
    with pytest.raises(NotFound):
        await add_deal(campaign_id, DealId(foreign), **scene.needs)


async def test_only_deals_that_are_free_and_not_over_are_offered(scene: Scene) -> None:
    free, taken = await scene.stage.deal(), await scene.stage.deal()
    await scene.stage.deal(state="canceled")
    await scene.campaign(taken)
    async with scene.stage.store.read() as unit:
        assert [deal.id for deal in await groupable_deals(unit, scene.merchant_id)] == [free]


async def test_strangers_and_staff_may_not_write_campaigns(scene: Scene) -> None:
    campaign_id = await scene.campaign()
    staff = Actor(account_id=scene.marketer.account_id, roles={scene.merchant_id: "staff"})
    with pytest.raises(NotAllowed):
        await rewrite_campaign(campaign_id, Idea("Other"), **scene.needs | {"actor": staff})
    with pytest.raises(NotFound):
        await rewrite_campaign(CampaignId("cmp_unknown"), Idea("Other"), **scene.needs)


async def test_deals_stay_after_launch_and_words_after_the_end(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched()
    with pytest.raises(CampaignNotDraft):
        await remove_deal(campaign_id, DealId(deal_id), **scene.needs)
    await rewrite_campaign(campaign_id, Idea("Noodle month"), **scene.needs)
    await end_campaign(campaign_id, **scene.needs)
    with pytest.raises(CampaignEnded):
        await rewrite_campaign(campaign_id, Idea("Noodle year"), **scene.needs)


async def test_what_was_done_to_a_campaign_is_in_the_facts_and_in_the_audit_trail(scene: Scene) -> None:
    """S33: who created, grouped, launched and ended it."""
    campaign_id, _ = await scene.launched()
    await end_campaign(campaign_id, **scene.needs)
    async with scene.stage.store.read() as unit:
        names = [recorded.fact.name for recorded in await history(unit, f"campaign:{campaign_id}")]
    assert names == ["campaign_draft", "campaign_add_deal", "campaign_launched", "campaign_ended"]
    noted = await scene.rows(
        select(audit).where(audit.c.subject == f"campaign:{campaign_id}").order_by(audit.c.id)
    )
    assert [row.act for row in noted] == ["create_campaign", "add_deal", "launch_campaign", "end_campaign"]
    assert {row.actor for row in noted} == {scene.marketer.label}
