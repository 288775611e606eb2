"""Results are computed when their data changed, kept with their age, and never from too few."""

import asyncio
import json

from campaigns.lift.measure import measure, measure_due
from campaigns.lift.queries import StoredResult, latest_result
from campaigns.lift.rules import HOLDOUT, TREATED
from tests.lift.scene import Scene


async def _measure(scene: Scene) -> int:
    return await measure_due(store=scene.stage.store, clock=scene.stage.clock)


async def _result(scene: Scene, campaign_id: str) -> StoredResult:
    async with scene.stage.store.read() as unit:
        found = await latest_result(unit, campaign_id)
    assert found is not None
    return found


async def _sell(scene: Scene, campaign_id: str, deal_id: str, treated: int, held_out: int) -> None:
    arms = await scene.arm(campaign_id, TREATED), await scene.arm(campaign_id, HOLDOUT)
    for account_id in (*arms[0][:treated], *arms[1][:held_out]):
        await scene.buy(deal_id, await scene.email(account_id))


async def test_a_campaign_that_was_not_launched_has_no_result(scene: Scene) -> None:
    campaign_id = await scene.campaign(await scene.stage.deal())
    assert not await measure(campaign_id, store=scene.stage.store, clock=scene.stage.clock)
    assert await _measure(scene) == 0


async def test_a_result_is_computed_once_per_state_of_the_data_and_says_when(scene: Scene) -> None:
    """R64: a cached figure carries its age."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    assert await _measure(scene) == 1
    first = await _result(scene, campaign_id)
    assert first.computed_at == scene.stage.clock.at
    scene.stage.clock.advance(minutes=5)
    assert await _measure(scene) == 0
    assert await _result(scene, campaign_id) == first
    await _sell(scene, campaign_id, deal_id, 1, 0)
    assert await _measure(scene) == 1
    second = await _result(scene, campaign_id)
    assert second.data_version != first.data_version
    assert second.result["data_version"] == second.data_version
    assert second.computed_at == scene.stage.clock.at


async def test_below_the_sample_fixed_before_launch_there_is_no_number(scene: Scene) -> None:
    """R86: "not enough people yet", with how many are missing, and no lift to be found anywhere in it."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50", minimum_sample="50")
    await _sell(scene, campaign_id, deal_id, 9, 4)
    scene.stage.clock.advance(days=31)
    await _measure(scene)
    result = (await _result(scene, campaign_id)).result
    assert result["lift"] is result["second_opinion"] is None
    assert result["verdict"]["code"] == "cannot_tell_yet"
    assert result["verdict"]["more_groups"] >= 30


async def test_at_the_sample_fixed_before_launch_there_is_one(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50", minimum_sample="20")
    await _sell(scene, campaign_id, deal_id, 9, 4)
    scene.stage.clock.advance(days=31)
    await _measure(scene)
    result = (await _result(scene, campaign_id)).result
    assert result["lift"]["relative"]["value"] > 0


async def test_a_campaign_without_a_holdout_is_described_and_claims_nothing(scene: Scene) -> None:
    """Credit and counts are description; without a comparison there is no lift."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="0")
    await scene.buy(deal_id, await scene.email((await scene.arm(campaign_id, TREATED))[0]))
    await _measure(scene)
    result = (await _result(scene, campaign_id)).result
    assert result["lift"] is None
    assert result["verdict"]["code"] == "description"


async def test_a_campaign_that_addresses_nobody_can_be_measured_too(scene: Scene) -> None:
    campaign_id = await scene.campaign(await scene.stage.deal(), channels=("links",))
    await scene.launch(campaign_id, holdout_percent="0")
    await _measure(scene)
    assert (await _result(scene, campaign_id)).result["verdict"]["code"] == "description"


async def test_the_same_data_give_the_same_bytes_whoever_computes(scene: Scene) -> None:
    """Two processes may measure at once; the draws follow from what was fixed at launch."""
    campaign_id, deal_id = await scene.launched(20, holdout_percent="50")
    await _sell(scene, campaign_id, deal_id, 6, 3)
    await asyncio.gather(_measure(scene), _measure(scene))
    first = await _result(scene, campaign_id)
    await _sell(scene, campaign_id, deal_id, 7, 3)
    await _measure(scene)
    assert (await _result(scene, campaign_id)).data_version != first.data_version
    json.dumps(first.result, allow_nan=False)
