"""What a network shows beside a link: the tags of the deal's page and the picture they name (U62)."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from campaigns.sharing.card import CardWords, draw_card
from tests.storefront.shop import Browser
from tests.world import World

WORDS = CardWords("Portland", "Noodle dinner", "$38", "3 more people", "17 joined", (0.85, 0.0), False)


def tag(page: str, name: str) -> str:
    found = re.search(rf'<meta (?:property|name)="{re.escape(name)}" content="([^"]*)"', page)
    assert found, name
    return found.group(1)


async def test_the_tags_name_an_absolute_picture_of_this_version(world: World, visitor: Browser) -> None:
    deal_id = await world.deal(slug="noodles")
    page = (await visitor.get("/deals/noodles")).text
    version = (await world.deal_row(deal_id)).version
    image = tag(page, "og:image")
    assert image.startswith("http")
    assert image.endswith(f"/deals/noodles/card.png?v={version}")
    assert (tag(page, "og:image:width"), tag(page, "og:image:height")) == ("1200", "630")
    assert tag(page, "og:title") in tag(page, "og:image:alt")
    assert tag(page, "twitter:card") == "summary_large_image"
    await world.buy(deal_id, "ann@example.com")
    assert tag((await visitor.get("/deals/noodles")).text, "og:image") != image


async def test_the_picture_has_the_size_that_networks_ask_for(world: World, visitor: Browser) -> None:
    await world.deal(slug="noodles")
    answer = await visitor.get("/deals/noodles/card.png?v=1")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert len(answer.content) < 100_000
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 630)


async def test_a_draft_has_no_picture(world: World, visitor: Browser) -> None:
    await world.deal(slug="secret", state="draft", published_at=None)
    assert (await visitor.get("/deals/secret/card.png")).status_code == 404


@pytest.mark.parametrize(
    "title", ["", "x" * 400, "手工拉面双人晚餐", "\u202e🍜\x00", "a " * 200, "Été à la carte — 2€"]
)
def test_any_title_makes_a_picture(title: str) -> None:
    words = CardWords(title, title, title, title, title, (0.0, 0.01, 1.0, 7.0), True)
    assert Image.open(io.BytesIO(draw_card(words))).size == (1200, 630)


def test_the_same_words_make_the_same_picture_and_others_another() -> None:
    later = CardWords("Portland", "Noodle dinner", "$38", "2 more people", "18 joined", (0.9, 0.0), False)
    assert draw_card(WORDS) == draw_card(WORDS)
    assert draw_card(WORDS) != draw_card(later)
