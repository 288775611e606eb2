"""Share addresses: everything escaped, each with its own short link, and a reward always said."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from campaigns.sharing.link_rules import CHANNELS
from storefront.share_intents import INTENTS, Intent, Shared, intent_address, shared_text

TITLE = 'Soup & "noodles" + 50% 拉面 <b>'
OWN = Shared(
    "https://q.example/s/abc",
    TITLE,
    shared_text(TITLE, "Wen's", "a bowl"),
    "https://q.example/c.png?v=1",
    True,
)
PUBLIC = Shared(
    "https://q.example/deals/soup", TITLE, shared_text(TITLE, "Wen's"), "https://q.example/c.png?v=1"
)


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.channel)
def test_every_intent_carries_its_own_link_and_survives_escaping(intent: Intent) -> None:
    """U63: spaces as %20, nothing broken by quotes, plus signs or Chinese."""
    address = intent_address(intent, OWN)
    assert "+" not in address
    assert " " not in address
    said = [value for values in parse_qs(urlsplit(address).query).values() for value in values]
    assert any(f"https://q.example/s/abc/{intent.channel}" in value for value in said)
    assert intent.channel in CHANNELS
    if "text" in intent.parameters.values() or "said" in intent.parameters.values():
        assert any(value.startswith(TITLE) for value in said)


@pytest.mark.parametrize("intent", INTENTS, ids=lambda intent: intent.channel)
def test_the_public_panel_passes_on_the_deals_own_address(intent: Intent) -> None:
    address = parse_qs(urlsplit(intent_address(intent, PUBLIC)).query)
    assert any("https://q.example/deals/soup" in value for values in address.values() for value in values)


def test_a_reward_is_part_of_what_is_said_and_an_empty_one_is_not() -> None:
    """R63"""
    assert shared_text("Soup", "Wen's", "a bowl") == "Soup at Wen's. I get a bowl if you join."
    assert shared_text("Soup", "Wen's") == "Soup at Wen's."
    assert "I get a bowl if you join." in OWN.said("x")


def test_each_network_is_in_the_table_once_with_the_day_it_was_tried() -> None:
    """Nobody has pressed them yet; whoever does writes the day into the table."""
    assert len({intent.channel for intent in INTENTS}) == len(INTENTS)
    assert {intent.channel for intent in INTENTS} >= {
        "weibo", "x", "facebook", "whatsapp", "line", "telegram", "bluesky", "mail",
    }  # fmt: skip
    assert all(intent.tried_on is None for intent in INTENTS)
