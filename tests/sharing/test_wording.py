"""How texts may be written, what they read when filled, and how long they are to a reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.deals.rules import LANGUAGES
from campaigns.sharing.graphemes import graphemes, length, shortened
from campaigns.sharing.posts import figures
from campaigns.sharing.posts.defaults import DEFAULT_TEXTS
from campaigns.sharing.posts.figures import plain
from campaigns.sharing.posts.wording import PLACEHOLDERS, PostTooLong, faults_of, fill

FAMILY = "👨‍👩‍👧‍👦"
LINK = "https://quorum.example/s/abcdefghij/bluesky?p=abcdef"
VALUES = dict.fromkeys(PLACEHOLDERS, "seven") | {
    "link": LINK,
    "who_pays": "Ad by Lantern",
    "title": "Noodles",
}
GOOD = "{title} {who_pays} {link}"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("noodles", 7),
        ("成团啦", 3),
        (FAMILY, 1),
        ("🇨🇳🇺🇸", 2),
        ("👍🏽!", 2),
        ("❤️", 1),
        ("e\u0301", 1),
        ("성공", 2),
        ("\u1109\u1165\u11bc", 1),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", 1),
        ("a\r\nb", 3),
        ("", 0),
    ],
)
def test_a_reader_counts_graphemes(text: str, count: int) -> None:
    assert length(text) == count


@given(st.text(max_size=60), st.integers(0, 30))
def test_pieces_are_the_text_and_a_shortened_one_is_never_too_long(text: str, longest: int) -> None:
    assert "".join(graphemes(text)) == text
    assert length(shortened(text, longest)) <= max(longest, 0)


def test_a_cut_never_halves_a_family() -> None:
    assert shortened(FAMILY * 4, 3) == f"{FAMILY}{FAMILY}…"


@pytest.mark.parametrize(
    ("text", "kind", "codes"),
    [
        (GOOD, "tipped", set()),
        ("", "tipped", {"missing", "one_link", "who_pays"}),
        ("{title} {who_pays}", "tipped", {"one_link"}),
        (f"{GOOD} {{link}}", "tipped", {"one_link"}),
        ("{title} {link}", "tipped", {"who_pays"}),
        (f"{GOOD} {{who_pays}}", "tipped", {"who_pays"}),
        (f"{GOOD} {{secret}}", "tipped", {"unknown_placeholder"}),
        (f"{GOOD} {{title.__class__}}", "tipped", {"unknown_placeholder"}),
        (f"{GOOD} {{0}}", "tipped", {"unknown_placeholder"}),
        (f"{GOOD} {{title!r}}", "tipped", {"unknown_placeholder"}),
        (f"{GOOD} {{", "tipped", {"loose_brace"}),
        (f"{GOOD} {{joined}}", "tipped", {"instant_missing"}),
        (f"{GOOD} {{missing}} {{at}}", "tipped", set()),
        (f"{GOOD} {{buyer}}", "tipped", {"no_buyer"}),
        (f"{GOOD} {{buyer}}", "joined", set()),
        (f"{GOOD} https://evil.example", "tipped", {"typed_address"}),
        (f"{GOOD} #a #b #拼团", "tipped", set()),
        (f"{GOOD} #a #b #c #d", "tipped", {"too_many_tags"}),
        ("x" * 2001 + GOOD, "tipped", {"too_long"}),
        ("Thank you, see you on Friday.", "reply", set()),
        ("See {link} and {link}", "reply", {"one_link"}),
    ],
)
def test_what_a_text_must_and_must_not_have(text: str, kind: str, codes: set[str]) -> None:
    assert {fault.code for fault in faults_of(text, kind=kind)} == codes


def test_the_texts_to_begin_with_have_no_fault_and_fit_everywhere() -> None:
    for (kind, language), text in DEFAULT_TEXTS.items():
        assert language in LANGUAGES
        assert faults_of(text, kind=kind) == [], (kind, language)
        assert fill(text, VALUES | {"title": "n" * 200}, longest=300, network="bluesky").length <= 300


def test_every_language_of_an_offer_has_the_words_that_a_post_says_by_itself() -> None:
    assert set(figures.WHO_PAYS) == set(figures.SOMEBODY) == set(LANGUAGES)


def test_a_value_is_text_and_never_a_template() -> None:
    filled = fill(GOOD, VALUES | {"title": "{link} {who_pays} {0.__class__}"}, longest=300, network="bluesky")
    assert filled.text.count(LINK) == 1
    assert "{link} {who_pays} {0.__class__}" in filled.text


def test_names_give_way_and_links_figures_and_disclosures_do_not() -> None:
    """R63: what says who pays is never cut."""
    long = VALUES | {"title": FAMILY * 200, "joined": "1,234"}
    filled = fill("{title}: {joined} at {at}. {who_pays} {link}", long, longest=120, network="bluesky")
    assert filled.was_shortened
    assert filled.length <= 120
    assert all(part in filled.text for part in (LINK, "Ad by Lantern", "1,234 at seven."))
    assert "…" in filled.text


def test_bytes_count_too() -> None:
    """A family of four is one grapheme and 25 bytes; a network takes ten bytes a grapheme."""
    filled = fill(GOOD, VALUES | {"title": FAMILY * 200}, longest=300, network="bluesky")
    assert len(filled.text.encode()) <= 3000
    assert filled.length < 300


def test_what_people_approved_is_refused_rather_than_cut() -> None:
    with pytest.raises(PostTooLong, match="Bluesky takes 60"):
        fill("word " * 20 + GOOD, VALUES, longest=60, network="bluesky")


def test_tags_are_found_as_readers_see_them() -> None:
    filled = fill(f"#拼团 #noodles-tonight #24 a#b {GOOD}", VALUES, longest=300, network="bluesky")
    assert filled.tags == ("拼团", "noodles")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Noodles\n\nfor two", "Noodles for two"),
        ("\u202eevil\u202c", "evil"),
        ("@everyone", "＠everyone"),
        ("https://evil.example", "https:∕∕evil.example"),
    ],
)
def test_a_value_calls_nobody_and_leads_nowhere(typed: str, shown: str) -> None:
    assert plain(typed) == shown
