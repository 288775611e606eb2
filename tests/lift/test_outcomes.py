"""What counts as an outcome, for both arms alike, and what a campaign took on which day."""

from datetime import date, timedelta

from campaigns.deals.campaign_queries import campaign_by_id
from campaigns.foundation.money import Money
from campaigns.lift.funnel import funnel
from campaigns.lift.import_sales import SaleFile, import_sales
from campaigns.lift.outcomes import outcomes
from campaigns.lift.queries import health
from campaigns.lift.rules import HOLDOUT, TREATED, ClusterOutcome
from campaigns.lift.takings import day_sums
from tests.lift.scene import Scene

ZONE = "America/Los_Angeles"


async def _by_arm(scene: Scene, campaign_id: str) -> dict[str, tuple[int, int]]:
    """People who bought and what they paid, by arm."""
    async with scene.stage.store.read() as unit:
        found = await outcomes(unit, campaign_id)

    def sums(arm: str) -> tuple[int, int]:
        mine = [each for each in found if each.arm == arm]
        return sum(each.y for each in mine), sum(each.y_money_minor for each in mine)

    return {arm: sums(arm) for arm in (TREATED, HOLDOUT)}


async def test_before_launch_there_is_no_outcome(scene: Scene) -> None:
    campaign_id = await scene.campaign(await scene.stage.deal())
    async with scene.stage.store.read() as unit:
        assert await outcomes(unit, campaign_id) == []


async def test_purchases_of_both_arms_count_by_whichever_way_they_came(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    scene.stage.clock.advance(days=1)
    treated, held_out = await scene.arm(campaign_id, TREATED), await scene.arm(campaign_id, HOLDOUT)
    for account_id in (treated[0], treated[1], held_out[0]):
        await scene.buy(deal_id, await scene.email(account_id), 3800)
    await scene.buy(deal_id, "stranger@people.example", 9900)
    assert await _by_arm(scene, campaign_id) == {TREATED: (2, 7600), HOLDOUT: (1, 3800)}


async def test_what_went_back_does_not_count(scene: Scene) -> None:
    """A refund in part leaves the rest; refund of everything and a charge-back leave nothing."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    some, whole, back = (await scene.arm(campaign_id, TREATED))[:3]
    await scene.stage.refund(await scene.buy(deal_id, await scene.email(some)), 1000)
    await scene.stage.refund(await scene.buy(deal_id, await scene.email(whole)), 3800)
    await scene.buy(deal_id, await scene.email(back), state="charged_back")
    assert await _by_arm(scene, campaign_id) == {TREATED: (1, 2800), HOLDOUT: (0, 0)}


async def test_only_the_window_and_only_the_campaigns_deals_count(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50", outcome_window_days="10")
    other = await scene.stage.deal()
    one, two, three = (await scene.arm(campaign_id, TREATED))[:3]
    now = scene.stage.clock.at
    await scene.buy(deal_id, await scene.email(one), captured_at=now - timedelta(seconds=1))
    await scene.buy(other, await scene.email(two))
    await scene.buy(deal_id, await scene.email(three), captured_at=now + timedelta(days=10))
    assert await _by_arm(scene, campaign_id) == {TREATED: (0, 0), HOLDOUT: (0, 0)}
    await scene.buy(deal_id, await scene.email(three), captured_at=now + timedelta(days=10, seconds=-1))
    assert await _by_arm(scene, campaign_id) == {TREATED: (1, 3800), HOLDOUT: (0, 0)}


async def test_imported_sales_count_in_both_arms(scene: Scene) -> None:
    campaign_id, _ = await scene.launched(20, holdout_percent="50", outcome_window_days="10")
    treated, held_out = (await scene.arm(campaign_id, TREATED))[0], (await scene.arm(campaign_id, HOLDOUT))[0]
    scene.stage.clock.advance(days=20)
    rows = [
        f"2026-11-25,{await scene.email(treated)},10.00,USD,r1",
        f"2026-11-26,{await scene.email(treated)},-4,USD,r2",
        f"2026-12-04,{await scene.email(held_out)},7.50,USD,r3",
        f"2026-11-24,{await scene.email(held_out)},99,USD,the day of the launch is before it",
        f"2026-12-05,{await scene.email(held_out)},99,USD,after the window",
        f"2026-11-27,{await scene.email(held_out)},99,EUR,other money",
    ]
    text = "\n".join(("date,email,amount,currency,reference", *rows))
    done = await import_sales(SaleFile(text), scene.merchant_id, **scene.needs)
    assert (done.added, done.errors) == (6, ())
    assert await _by_arm(scene, campaign_id) == {TREATED: (1, 600), HOLDOUT: (1, 750)}


async def test_a_cluster_counts_its_people(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(24, groups=8)
    assignment = await scene.assignment(campaign_id)
    first = next(iter(assignment.values()))
    members = [account_id for account_id, place in assignment.items() if place == first]
    for account_id in members[:2]:
        await scene.buy(deal_id, await scene.email(account_id), 1000)
    async with scene.stage.store.read() as unit:
        found = {each.cluster: each for each in await outcomes(unit, campaign_id)}
    assert found[first[0]] == ClusterOutcome(first[0], first[1], 0, 3, 2, 2000, 0, 0)


async def test_people_of_the_holdout_who_came_by_a_treated_persons_link_or_a_post_are_counted(
    scene: Scene,
) -> None:
    """Contamination pulls the comparison towards nothing, so the report says how much there is."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    treated, held_out = await scene.arm(campaign_id, TREATED), await scene.arm(campaign_id, HOLDOUT)
    by_friend = await scene.buy(deal_id, await scene.email(held_out[0]))
    await scene.brought(by_friend, treated[0], deal_id)
    by_peer = await scene.buy(deal_id, await scene.email(held_out[1]))
    await scene.brought(by_peer, held_out[2], deal_id)
    of_treated = await scene.buy(deal_id, await scene.email(treated[1]))
    await scene.brought(of_treated, treated[2], deal_id)
    by_post = await scene.buy(deal_id, await scene.email(held_out[3]))
    await scene.brought(by_post, None, deal_id)
    async with scene.stage.store.read() as unit:
        assert (await health(unit, campaign_id)).contaminated == 2
        assert sum(each.contaminated for each in await outcomes(unit, campaign_id)) == 2


async def test_gross_collected_and_net_move_each_on_its_own_day(scene: Scene) -> None:
    """R85: committed on Tuesday, charged on Wednesday, refunded on Friday, let go on Saturday."""
    deal_id = await scene.stage.deal()
    campaign_id = await scene.campaign(deal_id)
    start = scene.stage.clock.at
    paid = await scene.stage.order(deal_id, "ada@people.example", "authorized", committed_at=start)
    left = await scene.stage.order(deal_id, "ben@people.example", "authorized", committed_at=start)
    scene.stage.clock.advance(days=1)
    await scene.stage.move(paid, "capturing", "captured", captured_at=scene.stage.clock.at, units_captured=1)
    scene.stage.clock.advance(days=2)
    await scene.stage.refund(paid, 1300)
    scene.stage.clock.advance(days=1)
    await scene.stage.move(left, "releasing", "released", reason="left")
    async with scene.stage.store.read() as unit:
        campaign = await campaign_by_id(unit, campaign_id)
        assert campaign is not None
        days = await day_sums(unit, campaign, ZONE)
        (deal,) = (await funnel(unit, campaign_id)).deals
    moved = {
        day.on.day: (day.sums.gross, day.sums.collected, day.sums.returned, day.sums.dropped) for day in days
    }
    none = Money(0, "USD")
    assert moved == {
        24: (Money(7600, "USD"), none, none, none),
        25: (none, Money(3800, "USD"), none, none),
        27: (none, none, Money(1300, "USD"), none),
        28: (none, none, none, Money(3800, "USD")),
    }
    assert (deal.gross, deal.collected, deal.net) == (
        Money(7600, "USD"),
        Money(3800, "USD"),
        Money(2500, "USD"),
    )
    assert (deal.joined, deal.buyers, deal.earlier_customers) == (2, 1, 0)


async def test_a_charge_back_takes_what_was_not_refunded_yet(scene: Scene) -> None:
    """R85: on the day of the charge-back; the net of the order is then nothing."""
    deal_id = await scene.stage.deal()
    campaign_id = await scene.campaign(deal_id)
    order_id = await scene.buy(deal_id, "ada@people.example")
    await scene.stage.refund(order_id, 800)
    scene.stage.clock.advance(days=5)
    await scene.stage.move(order_id, "disputed", "charged_back")
    async with scene.stage.store.read() as unit:
        campaign = await campaign_by_id(unit, campaign_id)
        assert campaign is not None
        days = await day_sums(unit, campaign, ZONE)
        (deal,) = (await funnel(unit, campaign_id)).deals
    assert deal.net == Money(0, "USD")
    assert [(day.on, day.sums.returned.amount_minor) for day in days] == [
        (date(2026, 11, 24), 800),
        (date(2026, 11, 29), 3000),
    ]


async def test_buyers_who_were_customers_before_are_told_apart(scene: Scene) -> None:
    """R87: by an earlier order here, or by an imported sale of an earlier day."""
    earlier = await scene.stage.deal()
    await scene.buy(earlier, "ada@people.example")
    await scene.contact("ben@people.example")
    scene.stage.clock.advance(days=2)
    text = "date,email,amount,currency,reference\n2026-11-24,ben@people.example,10,USD,r1\n"
    await import_sales(SaleFile(text), scene.merchant_id, **scene.needs)
    deal_id = await scene.stage.deal()
    campaign_id = await scene.campaign(deal_id)
    for name in ("ada", "ben", "cleo"):
        await scene.buy(deal_id, f"{name}@people.example")
    scene.stage.clock.advance(days=1)
    await scene.buy(earlier, "cleo@people.example")
    async with scene.stage.store.read() as unit:
        (deal,) = (await funnel(unit, campaign_id)).deals
    assert (deal.buyers, deal.earlier_customers) == (3, 2)


async def test_the_funnel_counts_people_once_and_leaves_the_merchants_own_out(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    letters = await scene.stage.post()
    ada = await scene.buy(deal_id, "ada@people.example")
    await scene.buy(deal_id, "ada@people.example")
    own = await scene.buy(deal_id, "owner@lantern.example", counts=False)
    await scene.stage.order(deal_id, "ben@people.example", "authorized", committed_at=scene.stage.clock.at)
    for order_id in (ada, own):
        await scene.came(await scene.stage.voucher(order_id, state="issued"))
    async with scene.stage.store.read() as unit:
        found = await funnel(unit, campaign_id)
    assert (found.exposed, found.joined, found.captured) == (len(letters), 2, 1)
    assert (found.visited, found.checked_in, found.redeemed) == (0, 1, 0)
    assert [count for _, count in found.steps] == [10, 0, 2, 1, 1, 0]
