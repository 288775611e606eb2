"""What the live stream of a deal says, read from a real database."""

import pytest

from storefront.live.stream import DealMarks
from tests.storefront.shop import Browser, Shop
from tests.world import World


@pytest.fixture
def marks(shop: Shop) -> DealMarks:
    return DealMarks(shop.app.state["site"])


async def test_a_join_elsewhere_changes_the_mark_and_the_figures(world: World, marks: DealMarks) -> None:
    """U52, U15: every commitment is a new version, and the message is a complete state."""
    deal_id = await world.deal(slug="noodles", threshold=1)
    before, first = (await marks.look(["noodles", "nothing"])), await marks.render("noodles")

    await world.buy(deal_id, "ann@example.com")

    after, second = (await marks.look(["noodles"])), await marks.render("noodles")
    assert set(before) == {"noodles"}
    assert before["noodles"].version < after["noodles"].version
    assert first is not None
    assert second is not None
    assert (first.mark, second.mark) == (before["noodles"], after["noodles"])
    assert b'data-tipped="0"' in first.event
    assert b'data-tipped="1"' in second.event


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_nothing_in_a_message_is_about_its_viewer(world: World, marks: DealMarks) -> None:
    """U51, U56: no token, no form, no address, no name, no greeting."""
    await world.buy(await world.deal(slug="noodles"), "ann@example.com")

    message = await marks.render("noodles")

    assert message is not None
    for private in (b"_csrf", b"ann@", b"<form", b"<input", b"<select", b"You're in", b"You&#39;re in"):
        assert private not in message.event


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_closing_time_changes_the_mark_without_a_new_version(world: World, marks: DealMarks) -> None:
    """R12, U53: the phase changes by the clock alone."""
    await world.deal(slug="noodles")
    before = (await marks.look(["noodles"]))["noodles"]

    await world.advance(hours=2)

    after = (await marks.look(["noodles"]))["noodles"]
    assert before.version == after.version
    assert before != after


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_draft_has_no_stream(world: World, visitor: Browser) -> None:
    await world.deal(slug="draft", state="draft", published_at=None)

    assert (await visitor.get("/deals/draft/live")).status_code == 404
