"""The tables of posts, and when each kind is still true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.sharing.posts.rules import (
    ANNOUNCED,
    CALL_TIMEOUT_S,
    FEED_ACCOUNT,
    LEASE_S,
    POST,
    TEMPLATE,
    Standing,
    expires_at,
    untrue_because,
    wait_s,
)
from tests.conftest import NOON

MOVES = {
    "draft": {"queued", "dropped"},
    "queued": {"sending", "dropped"},
    "sending": {"published", "queued", "failed"},
    "published": {"withdrawn"},
    "failed": {"queued"},
    "dropped": set(),
    "withdrawn": set(),
}
PHASES = ("scheduled", "open", "grace", "tipped", "sold_out", "settling", "settled", "failed", "canceled")


def test_a_post_moves_as_the_rule_book_says() -> None:
    assert {state: set(onward) for state, onward in POST.moves.items()} == MOVES
    assert POST.first == "draft"


def test_accounts_and_texts_have_their_ways() -> None:
    assert FEED_ACCOUNT.allows("lost", "connected")
    assert FEED_ACCOUNT.allows("disconnected", "connected")
    assert TEMPLATE.final == {"retired"}
    assert not TEMPLATE.allows("approved", "draft")


def test_a_lease_outlives_three_unanswered_calls() -> None:
    assert LEASE_S > 3 * CALL_TIMEOUT_S


def _standing(phase: str, **changes: object) -> Standing:
    state = "open" if phase in ("open", "grace", "sold_out") else phase
    more = {"missing": 3, "order_state": "authorized", "consents": True} | changes
    return Standing(state=state, phase=phase, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "phases"),
    [
        ("joined", {"open", "grace", "tipped", "sold_out", "settling", "settled"}),
        ("tipped", {"tipped", "settling", "settled"}),
        ("three_to_go", {"open"}),
        ("closing_soon", {"open", "tipped"}),
    ],
)
def test_each_kind_is_true_in_its_phases_only(kind: str, phases: set[str]) -> None:
    """R81: "tipped" never follows "failed" or "canceled", nor "closing soon" the close."""
    assert {phase for phase in PHASES if not untrue_because(kind, _standing(phase))} == phases


def test_sold_out_after_the_tip_is_still_a_tip() -> None:
    assert untrue_because("tipped", Standing("tipped", "sold_out")) == ""
    assert untrue_because("tipped", Standing("open", "sold_out")) == "deal_open"


@pytest.mark.parametrize(
    ("missing", "why"), [(4, "not_three_to_go"), (3, ""), (1, ""), (0, "not_three_to_go")]
)
def test_three_to_go_means_one_to_three(missing: int, why: str) -> None:
    assert untrue_because("three_to_go", _standing("open", missing=missing)) == why


@pytest.mark.parametrize("state", ["lapsed", "releasing", "released", "refunding", "refunded", "dropped", ""])
def test_a_join_that_is_over_is_not_announced(state: str) -> None:
    assert untrue_because("joined", _standing("open", order_state=state)) == "join_over"


def test_a_join_needs_consent_now() -> None:
    assert untrue_because("joined", _standing("open", consents=False)) == "no_consent"


@pytest.mark.parametrize("kind", [*ANNOUNCED, "custom"])
def test_nothing_is_said_of_a_deal_that_is_canceled_or_not_public(kind: str) -> None:
    for state in ("draft", "in_review", "canceled"):
        assert untrue_because(kind, Standing(state, state, 3, "captured", True)) == f"deal_{state}"


def test_announcements_grow_old_and_peoples_words_do_not() -> None:
    closes_at = NOON + timedelta(hours=9)
    assert expires_at("joined", NOON, closes_at) == NOON + timedelta(hours=4)
    assert expires_at("tipped", NOON, closes_at) == NOON + timedelta(hours=24)
    assert expires_at("closing_soon", NOON, closes_at) == closes_at
    assert expires_at("custom", NOON, closes_at) is None
    assert expires_at("reply", NOON, None) is None


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_s(failures) for failures in (1, 2, 3, 6, 60)] == [30, 60, 120, 900, 900]
