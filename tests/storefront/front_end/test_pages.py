"""The deal page, the board and the live message, rendered from views alone."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from markupsafe import Markup

from campaigns.deals.views import DealView
from storefront import words
from storefront.assets import environment
from storefront.qr import qr
from storefront.share_intents import Shared, shared_text
from tests.storefront.front_end.builders import NOW, a_card, a_deal_view

PHASES = ("scheduled", "open", "grace", "tipped", "sold_out", "settling", "settled", "failed", "canceled")
PUBLIC: dict[str, Any] = {"user": None, "csrf": None, "sandbox": True, "path": "/deals/noodles"}
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202e \U0001f35c" + "x" * 120


def of_deal(deal: DealView) -> dict[str, Any]:
    return {
        **PUBLIC,
        "deal": deal,
        "now": NOW,
        "feed": [NOW - timedelta(minutes=4)],
        "actions": {},
        "share_url": "https://quorum.example/deals/noodles",
        "shared": Shared(
            "https://quorum.example/deals/noodles",
            deal.title,
            shared_text(deal.title, deal.merchant_name),
            f"https://quorum.example/deals/noodles/card.png?v={deal.version}",
        ),
        "reward": "",
        "description_html": Markup("<p>Two bowls.</p>"),
    }


def render(template: str, context: dict[str, Any]) -> str:
    return environment().get_template(template).render(context)


def product_in(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found.group(1))


@pytest.mark.parametrize("phase", PHASES)
def test_the_deal_page_renders_in_every_phase(phase: str) -> None:
    """U13"""
    deal = a_deal_view(phase)
    page = render("deal/page.html", of_deal(deal))
    assert page.count("<h1>") == 1
    assert str(Markup.escape(words.headline(deal))) in page
    assert ('id="quantity"' in page) == (phase in ("open", "tipped"))


def test_the_public_page_holds_no_token_and_joins_by_get() -> None:
    """U37"""
    page = render("deal/page.html", of_deal(a_deal_view()))
    assert "_csrf" not in page
    assert 'method="post"' not in page
    assert '<form class="buy-form" method="get" action="/deals/noodles-open/join">' in page


def test_the_live_message_never_touches_the_form() -> None:
    """U41, U52: unnamed partials only, with the label inside the button but not the button."""
    message = render("deal/_live.html", of_deal(a_deal_view()))
    assert re.findall(r'hx-target="(#[a-z-]+)"', message) == [
        "#live",
        "#money",
        "#feed",
        "#dock-figures",
        "#cta",
    ]
    assert "<form" not in message
    assert "<select" not in message
    assert re.sub(r"<hx-partial.*?</hx-partial>", "", message, flags=re.DOTALL).strip() == ""


def test_every_target_of_the_live_message_is_on_the_page() -> None:
    context = of_deal(a_deal_view("tipped", 23))
    page, message = render("deal/page.html", context), render("deal/_live.html", context)
    for target in re.findall(r'hx-target="#([a-z-]+)"', message):
        assert page.count(f'id="{target}"') == 1, target


def test_the_tip_is_told_by_the_state_and_not_by_an_event() -> None:
    """U15"""
    assert 'data-tipped="0"' in render("deal/_live.html", of_deal(a_deal_view()))
    assert 'data-tipped="1"' in render("deal/_live.html", of_deal(a_deal_view("tipped", 20)))


def test_machines_read_the_price_people_see() -> None:
    """U61"""
    page = render("deal/page.html", of_deal(a_deal_view("tipped", 43)))
    offer = product_in(page)["offers"]
    assert (offer["@type"], offer["price"], offer["priceCurrency"]) == ("Offer", "34.00", "USD")
    assert '<span class="price-now num">$34</span>' in page


def test_a_hostile_title_harms_neither_page_nor_card() -> None:
    """U59, U88"""
    page = render("deal/page.html", of_deal(a_deal_view(title=HOSTILE, summary=HOSTILE)))
    board = render("board/index.html", {**PUBLIC, "cards": [a_card(title=HOSTILE)], "show": "all"})
    assert product_in(page)["name"] == HOSTILE
    for text in (page, board):
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_without_scripts_there_is_a_dated_end_a_refresh_link_and_the_time_of_the_figures() -> None:
    """U55, U67"""
    page = render("deal/page.html", of_deal(a_deal_view()))
    assert "Figures of Tue 24 Nov, 12:00 (Portland)" in page
    assert '<a href="/deals/noodles-open">Refresh</a>' in page
    assert '<time datetime="2026-11-28T02:00:00Z">Fri 27 Nov, 18:00 (Portland)</time>' in page


def test_steps_are_spoken_and_not_only_outlined() -> None:
    """U75"""
    page = render("deal/page.html", of_deal(a_deal_view("tipped", 43)))
    spoken = re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL)
    assert spoken.count("Reached: </span>") == 2
    assert spoken.count("Next: </span>") == 1
    assert spoken.count(", the price now</span>") == 1


@pytest.mark.parametrize("show", ["all", "almost-on", "ending-soon", "on", "upcoming", "past"])
def test_every_view_of_the_board_has_its_own_empty_state(show: str) -> None:
    """U20"""
    page = render("board/index.html", {**PUBLIC, "path": "/", "cards": [], "show": show})
    assert page.count('class="empty"') == 1
    views = page.split('<nav class="filters"', 1)[1].split("</nav>", 1)[0]
    assert views.count('aria-current="page"') == 1


@pytest.mark.parametrize("phase", PHASES)
def test_the_board_shows_a_deal_of_every_phase(phase: str) -> None:
    page = render("board/index.html", {**PUBLIC, "path": "/", "cards": [a_card(phase)], "show": "all"})
    assert f'href="/deals/noodles-{phase}"' in page


def test_a_qr_code_has_four_modules_of_margin() -> None:
    """U77"""
    drawn = qr("token")
    size = int(re.findall(r'viewBox="0 0 (\d+)', drawn)[0])
    corners = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h", drawn)]
    assert min(x for x, _ in corners) == min(y for _, y in corners) == 4
    assert max(y for _, y in corners) == size - 5
