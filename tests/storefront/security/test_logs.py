"""Logs keep no secret and nothing about a person (S40)."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from litestar import get
from sqlalchemy.exc import StatementError

from campaigns.foundation.keys import Keys
from campaigns.foundation.links import Links
from campaigns.foundation.logs import Scrubber, configure_logs, is_card_number
from tests.storefront.shop import Shop

KEYS = Keys(("a secret of forty characters for the tests",))
SCRUB = Scrubber(KEYS.derived("logs"))
CARD = "4242 4242 4242 4242"
SIGNED = Links("https://quorum.test", KEYS).order("ord_abcdefghijklmnopqrstuvwxyz")


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line logged during the test, by us and by the libraries."""
    written: list[str] = []
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configure_logs("debug", KEYS, write=written.append)
    yield written
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("mail to ada.byron+x@example.com failed", "ada.byron"),
        ("call +49 30 901820 now", "901820"),
        (f"paid with {CARD}", "4242"),
        ("paid with 4242-4242-4242-4242.", "4242"),
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh"),
        ("key sk_live_51abcdefghij", "51abc"),
        ("secret whsec_0123456789abcdef", "0123"),
        ("token qrm_abcdefghijklmnop", "abcdefgh"),
        (f"opened {SIGNED}", SIGNED.rsplit(".", 1)[1]),
        ("GET /back?session_id=cs_test_1&x=2 done", "cs_test"),
        ("voucher ABCD-EFGH-2345-MNOP redeemed", "EFGH"),
        ("INSERT failed\n[parameters: ('ada', 'hash')]", "hash"),
    ],
)
def test_whatever_opens_something_or_names_somebody_is_taken_out(text: str, hidden: str) -> None:
    assert hidden in text
    assert hidden not in SCRUB.text(text)


@pytest.mark.parametrize(
    "text", ["order ord_abcdefghij took 12.5 ms", "2026-11-24T12:00:00Z", "id 1234567890123"]
)
def test_what_helps_to_find_a_fault_stays(text: str) -> None:
    assert SCRUB.text(text) == text


def test_the_same_person_gets_the_same_mark_but_only_from_us() -> None:
    stranger = Scrubber(Keys(("another secret of forty characters here",)).derived("logs"))
    assert SCRUB.text("Ada@example.com") == SCRUB.text("ada@EXAMPLE.com")
    assert SCRUB.text("ada@example.com") != stranger.text("ada@example.com")


@pytest.mark.parametrize(
    "name",
    ["authorization", "Cookie", "set-cookie", "password", "_csrf", "stripe_signature", "api_key", "token"],
)
def test_a_secret_is_removed_by_its_name_however_deep(name: str) -> None:
    event = SCRUB(None, "info", {"headers": [{name: "hunter2"}], "n": 1})
    assert event == {"headers": [{name: "[removed]"}], "n": 1}


def test_a_card_number_passes_luhn_and_a_counter_does_not() -> None:
    assert is_card_number("4000 0025 0000 3155")
    assert not is_card_number("4000 0025 0000 3156")


async def test_a_whole_visit_leaves_no_trace_of_the_person(shop: Shop, lines: list[str]) -> None:
    """Sign-in, tokens, forms, a broken page and a library's own words: all of it through the one scrubber."""

    error = StatementError("for ada@marked.example", "INSERT", {"password": "marked-password"}, Exception())

    @get("/breaks", include_in_schema=False)
    async def breaks() -> None:
        raise error

    shop.app.register(breaks)
    await shop.member()
    visitor = shop.browser()
    await visitor.sign_in("owner@fern.example", "marked-password")
    await visitor.sign_in("owner@fern.example")
    cookie = visitor.client.cookies["session"]
    await visitor.get(f"/orders/{SIGNED.rsplit('/', 1)[1]}?note=marked-note")
    await visitor.get("/api/x", authorization="Bearer qrm_markedtoken1234")
    await visitor.get("/breaks")
    logging.getLogger("uvicorn.error").warning("client %s sent %s", "ada@marked.example", CARD)
    logging.getLogger("httpx").info("GET %s", SIGNED)
    written = "\n".join(lines)
    hidden = (cookie, "marked", "owner@fern", "correct horse", CARD, SIGNED.rsplit(".", 1)[1], "hunter2")
    assert [word for word in hidden if word in written] == []
    assert '"route": "/breaks"' in written
    assert '"request_failed"' in written


async def test_every_line_is_json_and_a_request_can_be_followed(shop: Shop, lines: list[str]) -> None:
    answer = await shop.browser().get("/health/live")
    entries = [json.loads(line) for line in lines]
    mine = [entry for entry in entries if entry.get("request_id") == answer.headers["x-request-id"]]
    assert mine
    assert {"method": "GET", "route": "/health/live", "status": 200}.items() <= mine[-1].items()
