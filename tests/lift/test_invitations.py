"""Invitations: one per treated person, true when sent, and the exposure with the hand-over."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.foundation.failpoints import arm, disarm
from campaigns.lift.end import end_campaign
from campaigns.lift.queries import health
from campaigns.lift.rows import exposures
from campaigns.lift.rules import HOLDOUT, TREATED
from campaigns.people.ports import MailDelayed
from campaigns.reactions.deliver import deliver
from tests.lift.scene import Scene
from tests.reactions.stage import LINKS


async def _exposed(scene: Scene) -> list[str]:
    statement = select(exposures.c.account_id).where(exposures.c.kind == "exposure")
    return sorted(row.account_id for row in await scene.rows(statement))


async def _addresses(scene: Scene, campaign_id: str, which: str) -> list[str]:
    return sorted([await scene.email(each) for each in await scene.arm(campaign_id, which)])


async def test_only_the_treated_get_mail_each_once_and_their_exposure_is_logged(scene: Scene) -> None:
    """R80: one letter per person; the holdout gets none and is exposed to none."""
    campaign_id, _ = await scene.launched(20, holdout_percent="50")
    letters = await scene.stage.post()
    assert sorted(letter.to for letter in letters) == await _addresses(scene, campaign_id, TREATED)
    assert await _exposed(scene) == await scene.arm(campaign_id, TREATED)
    assert await scene.stage.post() == []
    async with scene.stage.store.read() as unit:
        assert (await health(unit, campaign_id)).exposed == 10


async def test_the_letter_says_what_it_is_about_where_the_money_is_and_how_to_end_it(scene: Scene) -> None:
    """U3, U9; RFC 8058."""
    await scene.launched(8)
    letter = (await scene.stage.post())[0]
    said = "\n".join(letter.paragraphs)
    assert letter.subject.startswith("Lantern Noodles: Noodle dinner")
    assert "It costs $38." in said
    assert "It is on if 20 people are reached by" in said
    assert "charged only if the deal is on" in said
    assert said.endswith("You get this because you agreed to news from Lantern Noodles.")
    assert letter.action is not None
    assert re.fullmatch(r"https://quorum\.example/s/[a-z2-7]{10}/mail", letter.action[1])
    assert letter.unsubscribe is not None
    assert LINKS.subscription(letter.unsubscribe.rpartition("/")[2]) is not None


async def test_a_campaign_of_several_deals_names_them_all(scene: Scene) -> None:
    await scene.contacts(8)
    now = scene.stage.clock.at
    later = await scene.stage.deal(
        closes_at=now + timedelta(days=9), tiers=[{"start": 1, "price_minor": 500}]
    )
    first = await scene.stage.deal()
    await scene.launch(await scene.campaign(later, first))
    letter = (await scene.stage.post())[0]
    assert sum("There is also" in paragraph for paragraph in letter.paragraphs) == 1
    assert "It costs $38." in letter.paragraphs


async def test_consent_withdrawn_before_sending_drops_the_letter_and_logs_no_exposure(scene: Scene) -> None:
    """R81: asked again at the moment of sending."""
    campaign_id, _ = await scene.launched(10)
    gone = (await scene.arm(campaign_id, TREATED))[0]
    await scene.withdraw(gone)
    letters = await scene.stage.post()
    assert len(letters) == 7
    assert gone not in await _exposed(scene)
    assert {row.state for row in await scene.stage.outbox("mail")} == {"done"}


async def test_who_has_joined_already_is_not_invited(scene: Scene) -> None:
    campaign_id, deal_id = await scene.launched(10)
    joined = (await scene.arm(campaign_id, TREATED))[0]
    await scene.buy(deal_id, await scene.email(joined))
    assert len(await scene.stage.post()) == 7
    assert joined not in await _exposed(scene)


@pytest.mark.parametrize("change", ["failed", "sold out", "closed", "ended"])
async def test_nobody_is_invited_to_what_cannot_be_joined(scene: Scene, change: str) -> None:
    """R81: a deal that failed, is sold out or has closed, or a campaign that was ended."""
    await scene.contacts(8)
    sold_out = {"capacity": 5, "units_taken": 5} if change == "sold out" else {}
    deal_id = await scene.stage.deal(**sold_out)
    campaign_id = await scene.campaign(deal_id)
    await scene.launch(campaign_id)
    if change == "failed":
        await scene.stage.move_deal(deal_id, "failed")
    elif change == "closed":
        scene.stage.clock.advance(days=5)
    elif change == "ended":
        await end_campaign(campaign_id, **scene.needs)
    letters = await scene.stage.mail()
    assert letters == []
    assert await _exposed(scene) == []


async def test_invitations_wait_until_the_first_deal_opens(scene: Scene) -> None:
    await scene.contacts(8)
    opens_at = scene.stage.clock.at + timedelta(hours=5)
    deal_id = await scene.stage.deal(state="scheduled", opens_at=opens_at)
    await scene.launch(await scene.campaign(deal_id))
    assert await scene.stage.post() == []
    scene.stage.clock.advance(hours=5)
    assert len(await scene.stage.post()) == 6


async def test_a_letter_that_was_delayed_exposes_when_it_is_taken(scene: Scene) -> None:
    await scene.launched(8, holdout_percent="50")
    scene.stage.mailer.faults = [MailDelayed("busy")]
    assert len(await scene.stage.post()) == 3
    assert len(await _exposed(scene)) == 3
    scene.stage.clock.advance(hours=3)
    assert len(await scene.stage.post()) == 1
    assert len(await _exposed(scene)) == 4


async def test_a_worker_that_died_after_the_hand_over_exposes_once(scene: Scene) -> None:
    """X44: the letter goes again under its key, and the exposure is one row."""
    await scene.launched(8, holdout_percent="50")
    effect, *_ = await scene.stage.take("mail")

    async def die() -> None:
        raise RuntimeError("died")

    arm("deliver.sent", die)
    with pytest.raises(RuntimeError, match="died"):
        await scene.stage.deliver(effect)
    disarm()
    assert await _exposed(scene) == []
    await scene.stage.deliver(effect)
    await scene.stage.deliver(effect)
    assert await _exposed(scene) == [effect.params["to"]]
    assert len(set(scene.stage.mailer.attempts)) == 1


async def test_a_forged_invitation_to_the_holdout_is_not_sent(scene: Scene) -> None:
    """Whatever is owed, the arm is asked again when it is sent."""
    campaign_id, _ = await scene.launched(10)
    held_out = (await scene.arm(campaign_id, HOLDOUT))[0]
    effect, *_ = await scene.stage.take("mail")
    forged = type(effect)(**{**effect.__dict__, "params": {**effect.params, "to": held_out}})
    await deliver(
        forged, store=scene.stage.store, clock=scene.stage.clock, links=LINKS, mailer=scene.stage.mailer
    )
    assert scene.stage.mailer.letters == []
    assert await _exposed(scene) == []
