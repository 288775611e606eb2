"""One click ends a merchant's mail, and only that merchant's."""

import pytest

from campaigns.contacts.unsubscribe import subscription, unsubscribe
from campaigns.foundation.errors import NotFound
from campaigns.foundation.facts import history
from campaigns.people.consent import Consent, stands
from tests.lift.scene import Scene
from tests.reactions.stage import LINKS


def _signed(organization_id: str, account_id: str) -> str:
    return LINKS.unsubscribe(organization_id, account_id).rpartition("/")[2]


async def test_one_click_withdraws_and_a_second_changes_nothing(scene: Scene) -> None:
    """RFC 8058: the POST alone is enough."""
    ada = await scene.contact("ada@people.example")
    signed = _signed(scene.merchant_id, ada)
    for _ in range(2):
        done = await unsubscribe(signed, store=scene.stage.store, clock=scene.stage.clock, links=LINKS)
        assert (done.merchant_name, done.agrees) == ("Lantern Noodles", False)
    async with scene.stage.store.read() as unit:
        names = [recorded.fact.name for recorded in await history(unit, f"account:{ada}")]
        assert names == ["consent_given", "consent_withdrawn"]
        assert not await stands(unit, Consent(ada, "news", scene.merchant_id))


async def test_the_page_says_whose_news_it_is_without_ending_it(scene: Scene) -> None:
    """Programs that follow every link of a mail end nothing: only the POST does."""
    ada = await scene.contact("ada@people.example")
    async with scene.stage.store.read() as unit:
        found = await subscription(unit, _signed(scene.merchant_id, ada), LINKS)
    assert (found.merchant_name, found.agrees) == ("Lantern Noodles", True)


async def test_the_news_of_others_goes_on(scene: Scene) -> None:
    ada = await scene.contact("ada@people.example")
    other = await scene.stage.found("merchant", "Other", "owner", "owner@other.example")
    await unsubscribe(_signed(other, ada), store=scene.stage.store, clock=scene.stage.clock, links=LINKS)
    async with scene.stage.store.read() as unit:
        assert await stands(unit, Consent(ada, "news", scene.merchant_id))


@pytest.mark.parametrize("signed", ["", "org:acc", "org:acc.forged", "x.y.z", "\u00e9"])
async def test_an_address_we_never_signed_leads_nowhere(scene: Scene, signed: str) -> None:
    with pytest.raises(NotFound):
        await unsubscribe(signed, store=scene.stage.store, clock=scene.stage.clock, links=LINKS)


async def test_a_link_signed_for_something_else_ends_nothing(scene: Scene) -> None:
    ada = await scene.contact("ada@people.example")
    foreign = LINKS.keys.sign(f"{scene.merchant_id}:{ada}", "order")
    with pytest.raises(NotFound):
        await unsubscribe(foreign, store=scene.stage.store, clock=scene.stage.clock, links=LINKS)
