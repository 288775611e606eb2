"""Words out of HTML, whatever a server sends."""

from __future__ import annotations

import pytest

from integrations.mentions.html_text import plain_of

A_POST = (
    '<p>Loved it &amp; <span class="h-card"><a href="https://m.example/@lantern" class="u-url mention">'
    "@<span>lantern</span></a></span><br>See <a href='https://shop.example/s/abc?a=1&amp;b=2' rel=\"nofollow\">"
    '<span class="invisible">https://</span>shop.example</a></p><p>3 &lt; 4 '
    '<a href="https://m.example/tags/noodles" class="mention hashtag">#noodles</a></p>'
)


def test_a_post_reads_as_people_saw_it() -> None:
    plain = plain_of(A_POST)
    assert plain.text == "Loved it & @lantern\nSee https://shop.example\n\n3 < 4 #noodles"
    assert plain.links == ("https://shop.example/s/abc?a=1&b=2",)


def test_nothing_of_the_markup_survives() -> None:
    plain = plain_of("<p>a<script>alert(1)</script><style>b{}</style><!-- c --><IMG SRC=x onerror=y>d</p>")
    assert plain.text == "ad"
    assert plain_of('<a href="javascript:alert(1)">x</a>').links == ()


@pytest.mark.parametrize(
    "piece", ["<!--", "<a ", "<![", "<", "<a x='", '<a b="', "</a ", "<a a-", "&", "</", "<script>"]
)
def test_no_text_stops_or_delays_whoever_reads_it(piece: str) -> None:
    """A million characters of it: what takes time by the square of the length would still be reading tomorrow."""
    assert len(plain_of(piece * (1_000_000 // len(piece))).text) <= 50_000
