"""Whom an order is credited to, what a channel is, and how a buyer may be called. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.sharing.link_rules import Followed, Joining, channel_of, referrer, short_name

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
JOINING = Joining("acc_buyer", NOON)
CLICK = Followed("clk_1", "lnk_1", "", NOON - timedelta(hours=1), "person", "acc_friend")
SECOND = timedelta(seconds=1)


def credited(*clicks: Followed, joining: Joining = JOINING) -> str | None:
    found = referrer(clicks, joining)
    return found.click_id if found else None


@pytest.mark.parametrize(
    ("before", "counts"),
    [
        (timedelta(hours=72) - SECOND, True),
        (timedelta(hours=72), True),
        (timedelta(hours=72) + SECOND, False),
        (timedelta(0), True),
        (-SECOND, False),
    ],
)
def test_a_link_counts_within_the_referral_hours_and_not_a_second_longer(
    before: timedelta, counts: bool
) -> None:
    """R84: 72 hours before joining, both ends included; a click after joining is none."""
    assert (credited(replace(CLICK, at=NOON - before)) is not None) is counts


def test_a_campaign_may_set_other_hours() -> None:
    """R84: `referral_hours` of the campaign."""
    assert credited(CLICK, joining=replace(JOINING, hours=1)) == "clk_1"
    assert credited(replace(CLICK, at=CLICK.at - SECOND), joining=replace(JOINING, hours=1)) is None


def test_the_last_link_followed_wins_in_whatever_order_they_are_told() -> None:
    """R84"""
    later = replace(CLICK, click_id="clk_2", link_id="lnk_2", at=NOON - timedelta(minutes=5))
    assert credited(CLICK, later) == credited(later, CLICK) == "clk_2"


def test_ones_own_link_is_passed_over_as_if_it_had_not_been_followed() -> None:
    """R84: whoever looks at their own link still came by the friend's."""
    own = replace(CLICK, click_id="clk_2", at=NOON, owner_id="acc_buyer")
    assert credited(own) is None
    assert credited(CLICK, own) == "clk_1"


def test_a_ring_an_insider_and_another_merchants_deal_bring_no_credit() -> None:
    """R84, R9: nor does the link before them step in, for it was not the last."""
    later = replace(CLICK, click_id="clk_2", at=NOON)
    assert credited(CLICK, replace(later, above=frozenset({"acc_buyer"}))) is None
    assert credited(CLICK, replace(later, insider=True)) is None
    assert credited(CLICK, replace(later, reaches=False)) == "clk_1"


@pytest.mark.parametrize("kind", ["program", "preview", "prefetch", "own"])
def test_only_people_bring_credit(kind: str) -> None:
    assert credited(replace(CLICK, kind=kind)) is None


@pytest.mark.parametrize("kind", ["person", "repeat", "unsure"])
def test_a_repeat_counts_once_as_a_click_and_still_leads_to_an_order(kind: str) -> None:
    assert credited(replace(CLICK, kind=kind)) == "clk_1"


def test_the_merchants_own_link_has_no_owner_and_is_credited() -> None:
    assert credited(replace(CLICK, owner_id=None)) == "clk_1"


@given(
    st.lists(
        st.builds(
            Followed,
            click_id=st.uuids().map(str),
            link_id=st.just("lnk"),
            channel=st.just(""),
            at=st.datetimes(datetime(2026, 11, 20), datetime(2026, 11, 25)).map(  # noqa: DTZ001
                lambda at: at.replace(tzinfo=UTC)
            ),
            kind=st.sampled_from(["person", "repeat", "program", "own"]),
            owner_id=st.sampled_from(["acc_buyer", "acc_friend", None]),
        ),
        max_size=6,
    )
)
def test_at_most_one_click_is_credited_and_never_ones_own(clicks: list[Followed]) -> None:
    """R84"""
    found = referrer(clicks, JOINING)
    assert found is None or (found in clicks and found.owner_id != "acc_buyer" and found.at <= NOON)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ada Byron", "Ada B."),
        ("  ada   king byron ", "ada B."),
        ("Ada", "Ada"),
        ("李小龍", "李*"),
        ("Émile Zola", "Émile Z."),
        ("", ""),
        ("123 456", ""),
        ("A\x00d\u202ea \ud800Byron", "Ada B."),
        ("<b>Ada</b> Byron", ""),
        ("A" * 50 + " B", "A" * 20 + " B."),
    ],
)
def test_a_buyer_is_called_by_first_name_and_initial_at_most(typed: str, shown: str) -> None:
    """U56"""
    assert short_name(typed) == shown


def test_a_channel_is_one_of_a_list_or_other() -> None:
    assert [channel_of(text) for text in ("", "bluesky", "<script>")] == ["", "bluesky", "other"]
