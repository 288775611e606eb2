"""Launching fixes everything that is compared, before anybody is shown anything."""

from collections import Counter

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import DBAPIError

from campaigns.contacts.import_contacts import ContactFile, import_contacts
from campaigns.deals.campaign_rules import CampaignNotDraft, CampaignWithoutDeals, Idea
from campaigns.deals.write_campaign import rewrite_campaign
from campaigns.foundation.errors import InvalidFields
from campaigns.foundation.failpoints import arm, disarm
from campaigns.lift.import_sales import SaleFile, import_sales
from campaigns.lift.launch import preview
from campaigns.lift.measure import measure_due
from campaigns.lift.queries import experiment_of, health
from campaigns.lift.rows import eligibles, experiment_clusters, experiments, exposures
from campaigns.lift.rules import HOLDOUT, TREATED
from campaigns.people.rows import membership
from tests.lift.scene import Scene


async def test_nothing_is_launched_without_deals_that_can_be_joined(scene: Scene) -> None:
    campaign_id = await scene.campaign()
    with pytest.raises(CampaignWithoutDeals):
        await scene.launch(campaign_id)


async def test_a_design_with_mistakes_is_refused_whole(scene: Scene) -> None:
    campaign_id = await scene.campaign(await scene.stage.deal())
    with pytest.raises(InvalidFields) as refused:
        await scene.launch(campaign_id, holdout_percent="95", metric="fame", minimum_sample="3")
    assert {error.field for error in refused.value.errors} == {"holdout_percent", "metric", "minimum_sample"}
    assert await scene.rows(select(experiments)) == []


async def test_a_holdout_needs_mail_and_people(scene: Scene) -> None:
    alone = await scene.campaign(await scene.stage.deal())
    with pytest.raises(InvalidFields):
        await scene.launch(alone)
    links_only = await scene.campaign(await scene.stage.deal(), channels=("links",))
    await scene.contacts(10)
    with pytest.raises(InvalidFields):
        await scene.launch(links_only)
    assert (await scene.launch(links_only, holdout_percent="0")).invited == 0


async def test_would_show_is_logged_for_both_arms_and_no_exposure_yet(scene: Scene) -> None:
    campaign_id, _ = await scene.launched(20)
    async with scene.stage.store.read() as unit:
        found = await health(unit, campaign_id)
    assert found.would_show == found.eligible == found.consenting == (16, 4)
    assert found.exposed == 0


async def test_the_arms_have_fixed_sizes_and_only_the_treated_are_owed_an_invitation(scene: Scene) -> None:
    campaign_id, _ = await scene.launched(20, holdout_percent="50")
    owed = [row.params["to"] for row in await scene.stage.outbox("mail")]
    assert sorted(owed) == await scene.arm(campaign_id, TREATED)
    assert len(owed) == 10


async def test_the_audience_is_who_consented_and_is_not_staff(scene: Scene) -> None:
    """R81: consent decides; the merchant's and the platform's people are in no arm."""
    await scene.contacts(9)
    await scene.contact("silent@people.example", consent=False)
    gone = await scene.contact("gone@people.example")
    await scene.withdraw(gone)
    staff = await scene.contact("staff@people.example")
    async with scene.stage.store.begin() as unit:
        role = {"organization_id": scene.merchant_id, "account_id": staff, "role": "staff"}
        await unit.run(membership.insert().values(**role, created_at=scene.stage.clock.at))
    campaign_id = await scene.campaign(await scene.stage.deal())
    assert (await scene.launch(campaign_id)).people == 9


async def test_a_group_stands_together_and_a_person_alone(scene: Scene) -> None:
    campaign_id, _ = await scene.launched(30, groups=10)
    clusters = dict((await scene.assignment(campaign_id)).values())
    assert len(clusters) == 10
    sizes = await scene.rows(select(experiment_clusters.c.n_eligible))
    assert [row.n_eligible for row in sizes] == [3] * 10
    other = await scene.campaign(await scene.stage.deal())
    await scene.launch(other, unit_kind="person")
    assert len({cluster for cluster, _ in (await scene.assignment(other)).values()}) == 30


async def test_whoever_came_by_a_friends_link_shares_the_friends_cluster(scene: Scene) -> None:
    await scene.contacts(10)
    ada, ben = (
        await scene.contact("ada@people.example", "ada"),
        await scene.contact("ben@people.example", "ben"),
    )
    cleo = await scene.contact("cleo@people.example", "cleo")
    deal_id = await scene.stage.deal()
    for email, inviter in (("ben@people.example", ada), ("cleo@people.example", ben)):
        await scene.brought(await scene.buy(deal_id, email), inviter, deal_id)
    campaign_id = await scene.campaign(deal_id)
    await scene.launch(campaign_id)
    assignment = await scene.assignment(campaign_id)
    assert assignment[ada] == assignment[ben] == assignment[cleo]
    assert len(set(assignment.values())) == 11


async def test_assignment_never_changes_after_launch(scene: Scene) -> None:
    """Another launch, new contacts, another name, group or referral, imports and replays: every arm stays."""
    campaign_id, deal_id = await scene.launched(30, groups=15)
    before = await scene.assignment(campaign_id)
    with pytest.raises(CampaignNotDraft):
        await scene.launch(campaign_id, holdout_percent="90")
    await scene.contact("late@people.example", "g1")
    await rewrite_campaign(campaign_id, Idea("Another name", channels=("links",)), **scene.needs)
    await scene.withdraw(next(iter(before)))
    text = "email,group,consent_source,consent_on\np0@people.example,g9,shop,2026-01-02\n"
    sold = "date,email,amount,currency,reference\n2026-11-20,p0@people.example,900,USD,r1\n"
    for _ in range(2):
        await import_contacts(ContactFile(text), scene.merchant_id, **scene.needs)
        await import_sales(SaleFile(sold), scene.merchant_id, **scene.needs)
    order_id = await scene.buy(deal_id, "p1@people.example")
    await scene.brought(order_id, next(iter(before)), deal_id)
    await scene.stage.post()
    await measure_due(store=scene.stage.store, clock=scene.stage.clock)
    assert await scene.assignment(campaign_id) == before
    owed = [row.params["to"] for row in await scene.stage.outbox("mail")]
    assert sorted(owed) == await scene.arm(campaign_id, TREATED)


@pytest.mark.parametrize("table", [experiments, experiment_clusters, eligibles, exposures], ids=str)
async def test_the_database_refuses_to_change_what_was_fixed(scene: Scene, table: Table) -> None:
    await scene.launched()
    for statement in (table.update().values(campaign_id="x"), table.delete()):
        with pytest.raises(DBAPIError, match="append-only"):
            async with scene.stage.store.begin() as unit:
                await unit.run(statement)


async def test_a_launch_that_died_half_way_left_nothing(scene: Scene) -> None:
    await scene.contacts(12)
    campaign_id = await scene.campaign(await scene.stage.deal())

    async def die() -> None:
        raise RuntimeError("died")

    arm("launch.before_arms", die)
    with pytest.raises(RuntimeError, match="died"):
        await scene.launch(campaign_id)
    assert await scene.rows(select(exposures)) == await scene.rows(select(experiments)) == []
    disarm()
    assert (await scene.launch(campaign_id)).people == 12


async def test_earlier_sales_are_balanced_between_the_arms(scene: Scene) -> None:
    """Under 200 clusters: a shuffle of fixed sizes inside strata of earlier sales."""
    await scene.contacts(40)
    earlier = await scene.stage.deal()
    for number in range(20):
        await scene.buy(earlier, f"p{number}@people.example", 1000 * (number + 1))
    scene.stage.clock.advance(days=1)
    campaign_id = await scene.campaign(await scene.stage.deal())
    await scene.launch(campaign_id, holdout_percent="50")
    rows = await scene.rows(select(experiment_clusters))
    by_stratum = Counter((row.stratum, row.arm) for row in rows)
    assert by_stratum == {(stratum, a): 5 for stratum in range(4) for a in (TREATED, HOLDOUT)}
    assert sum(row.x_pre_minor for row in rows) == 1000 * sum(range(1, 21))
    customers = select(func.count()).select_from(eligibles).where(eligibles.c.was_customer)
    assert (await scene.rows(customers))[0][0] == 20


async def test_the_design_is_stored_as_it_was_typed(scene: Scene) -> None:
    campaign_id, _ = await scene.launched(outcome_window_days="14", expected_percent="25", metric="buyers")
    async with scene.stage.store.read() as unit:
        found = await experiment_of(unit, campaign_id)
    assert found is not None
    assert (found.holdout_percent, found.method, found.metric, found.expected_rel) == (
        20,
        "shuffle",
        "buyers",
        0.25,
    )
    assert (found.planned_end_at - found.fixed_at).days == found.outcome_window_days == 14
    assert found.currency == "USD"
    assert found.mde_rel is not None
    assert found.mde_rel > 0.25


async def test_before_launch_the_page_learns_what_this_audience_can_show(scene: Scene) -> None:
    await scene.contacts(30)
    campaign_id = await scene.campaign(await scene.stage.deal())
    async with scene.stage.store.read() as unit:
        now = scene.stage.clock.at
        half = await preview(unit, campaign_id, now, holdout_percent=50, by_group=True)
        few = await preview(unit, campaign_id, now, holdout_percent=10, by_group=True)
        none = await preview(unit, campaign_id, now, holdout_percent=0, by_group=True)
    assert (half.people, half.clusters, half.method, half.power.assumed) == (30, 30, "shuffle", True)
    assert half.power.mde_rel is not None
    assert few.power.mde_rel is None  # three clusters in an arm show nothing at all
    assert none.power.mde_rel is None
