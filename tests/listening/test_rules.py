"""What ties a mention to a deal, its language, how it sounds, and whose it is: tables of examples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.listening.english import english_score
from campaigns.listening.languages import language_of
from campaigns.listening.routing import RULES, STORM, WITHIN, Signals, team_for
from campaigns.listening.rules import (
    MENTION,
    SENTIMENTS,
    TEAMS,
    Clues,
    Known,
    Target,
    match,
)
from campaigns.listening.sentiment import sentiment_of

LINK, POST = "http://127.0.0.1:8000/s/abc", "at://us/1"
KNOWN = Known(
    links={LINK: Target("deal_link")},
    posts={POST: Target("deal_post", post_id="post_1")},
    tags={"拼团": Target(campaign_id="camp_1")},
    keywords={"noodle dinner": Target("deal_word"), "lantern street": Target()},
)


@pytest.mark.parametrize(
    ("clues", "by", "deal"),
    [
        (Clues("x", POST, (LINK.upper(),), ("拼团",)), "link", "deal_link"),
        (Clues("x", POST, ("http://elsewhere/",), ("拼团",)), "reply", "deal_post"),
        (Clues("Noodle dinner", "at://else/1", (), ("#拼团",)), "tag", None),
        (Clues("at Lantern Street: NOODLE DINNER", addressed=True), "keyword", "deal_word"),
        (Clues("hello", addressed=True), "handle", None),
        (Clues("hello", "at://else/1", ("http://x/",), ("other",)), None, None),
    ],
)
def test_the_order_is_link_reply_tag_keyword_handle(clues: Clues, by: str | None, deal: str | None) -> None:
    found = match(clues, KNOWN)
    assert (found.by if found else None, found.target.deal_id if found else None) == (by, deal)


def test_mentions_move_as_the_rule_book_says() -> None:
    """Rule book, Mention."""
    assert {state: set(onward) for state, onward in MENTION.moves.items()} == {
        "new": {"matched", "dismissed", "removed"},
        "matched": {"answered", "dismissed", "removed"},
        "answered": {"removed"},
        "dismissed": {"matched", "removed"},
        "removed": set(),
    }


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("ラーメン、おいしい", None, "ja"),
        ("最高です", None, "ja"),
        ("我の拼团", None, "zh"),
        ("맛있어요 진짜", None, "ko"),
        ("成团啦 🎉 join the group buy", None, "en"),
        ("成团啦，今晚一起去吃面 yes", None, "zh"),
        ("還有嗎？", "en", "zh"),
        ("@lantern.test #拼团 https://example.com/面 see you there", None, "en"),
        ("Sehr lecker, gerne wieder", "de-DE", "de"),
        ("Sehr lecker", "zh", "en"),
        ("🎉🎉👨‍👩‍👧‍👦", "en", "unknown"),
        ("", None, "unknown"),
        ("12345 !!!", None, "unknown"),
        ("Отлично", "ru", "ru"),
        ("Отлично", None, "unknown"),
    ],
)
def test_the_script_tells_the_language(text: str, declared: str | None, language: str) -> None:
    assert language_of(text, declared) == language


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Absolutely loved it, great noodles", "positive"),
        ("Awful service, terrible soup", "negative"),
        ("The doors open at seven", "neutral"),
        ("ok", "unsure"),
        ("好吃，强烈推荐", "positive"),
        ("不好吃", "negative"),
        ("没有失望", "positive"),
        ("太差了，要投诉", "negative"),
        ("好吃但是太慢", "unsure"),
        ("今天去了", "neutral"),
        ("🎉", "positive"),
        ("😡😡", "negative"),
        ("🎉😡", "unsure"),
        ("ラーメンを食べました", "unsure"),
        ("ラーメン😋", "positive"),
        ("", "neutral"),
    ],
)
def test_the_hint_knows_english_chinese_and_emoji_and_says_when_it_does_not(
    text: str, sentiment: str
) -> None:
    assert sentiment_of(text, language_of(text), english_score) == sentiment


@given(st.text(max_size=300))
def test_any_text_gets_a_known_word_for_each_hint(text: str) -> None:
    language = language_of(text)
    sentiment = sentiment_of(text, language, lambda _: 0.0)
    routed = team_for(Signals(text, "reply", sentiment))
    assert sentiment in SENTIMENTS
    assert routed.team in TEAMS
    assert routed.reason.endswith(".")


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("Two of us got food poisoning there", "pr"),
        ("I am a journalist and would like a refund", "pr"),
        ("我们食物中毒了", "pr"),
        ("I want a refund", "service"),
        ("They refused my voucher", "service"),
        ("I can’t redeem it", "service"),
        ("核销不了怎么办", "service"),
        ("How much is it?", "sales"),
        ("What is the price?", "sales"),
        ("还有吗", "sales"),
        ("在哪吗？", "sales"),
        ("Great price", "marketing"),
        ("The portion was fine", "product"),
        ("营业时间太短", "product"),
        ("Love this place", "marketing"),
        ("成团啦 🎉", "marketing"),
        ("prescription", "marketing"),
        ("", "marketing"),
    ],
)
def test_the_first_rule_that_fits_names_the_team(text: str, team: str) -> None:
    sentiment = sentiment_of(text, language_of(text), english_score)
    assert team_for(Signals(text, "reply", sentiment)).team == team


def test_everybody_is_told_which_word_decided() -> None:
    assert team_for(Signals("I want a REFUND now", "reply", "unsure")).reason == (
        "It says “refund”: an order or a voucher that went wrong."
    )
    assert team_for(Signals("", "repost", "neutral")).reason == "Somebody passed our post on."


@pytest.mark.parametrize(("negative", "team"), [(STORM - 1, "marketing"), (STORM, "pr"), (STORM + 1, "pr")])
def test_five_negative_mentions_of_a_deal_in_an_hour_go_to_pr(negative: int, team: str) -> None:
    assert team_for(Signals("Meh", "reply", "negative", negative)).team == team


def test_the_rules_stand_in_the_order_of_urgency_and_each_team_has_its_time() -> None:
    assert [rule.team for rule in RULES] == ["pr", "service", "sales", "product"]
    assert set(WITHIN) == set(TEAMS)
