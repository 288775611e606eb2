"""Webhooks: whom we believe, and what we keep of them (F14, S26). No network: bytes and a header."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from pydantic import SecretStr

from campaigns.foundation.settings import Settings
from campaigns.orders.ports import NoticeForged, NoticeMalformed
from integrations.payments.stripe.client import webhook_secrets
from integrations.payments.stripe.processor import StripeProcessor

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORMER, CURRENT = "whsec_former", "whsec_current"


def an_event(**fields: object) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "api_version": "2026-10-28.endive",
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
        **fields,
    }


def a_processor(home: Path, secrets: str = CURRENT) -> StripeProcessor:
    key, secret = SecretStr("sk_test_sandbox_1"), SecretStr(secrets)
    return StripeProcessor(Settings(home=home, stripe_api_key=key, stripe_webhook_secret=secret))


def signed(text: str, secret: str = CURRENT, *, at: datetime = NOW) -> str:
    header: str = stripe.WebhookSignature.generate_signature_header(text, secret, int(at.timestamp()))
    return header


def test_a_signed_notice_says_what_to_read_again(tmp_path: Path) -> None:
    text = json.dumps(an_event())
    notice = a_processor(tmp_path).read_notice(text.encode(), signed(text), now=NOW)
    assert (notice.source, notice.external_id, notice.type) == ("stripe", "evt_1", "payment_intent.succeeded")
    assert (notice.object_id, notice.api_version) == ("pi_1", "2026-10-28.endive")
    assert notice.body == an_event()


def test_a_notice_about_something_without_an_id_is_read_all_the_same(tmp_path: Path) -> None:
    text = json.dumps(an_event(type="balance.available", data={"object": {"object": "balance"}}))
    assert a_processor(tmp_path).read_notice(text.encode(), signed(text), now=NOW).object_id == ""


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_stamp_within_five_minutes_either_way_is_fresh(seconds: int, tmp_path: Path) -> None:
    text = json.dumps(an_event())
    header = signed(text, at=NOW + timedelta(seconds=seconds))
    assert a_processor(tmp_path).read_notice(text.encode(), header, now=NOW).external_id == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301, 3_600])
def test_a_stamp_that_is_old_or_from_the_future_is_refused(seconds: int, tmp_path: Path) -> None:
    text = json.dumps(an_event())
    header = signed(text, at=NOW + timedelta(seconds=seconds))
    with pytest.raises(NoticeForged):
        a_processor(tmp_path).read_notice(text.encode(), header, now=NOW)


def test_a_first_stamp_that_is_fresh_does_not_cover_for_the_signed_one(tmp_path: Path) -> None:
    """The stamp that is compared with the clock is the stamp that was signed."""
    text = json.dumps(an_event())
    old = signed(text, at=NOW - timedelta(hours=1))
    for header in (f"t={int(NOW.timestamp())},{old}", f"{old},t={int(NOW.timestamp())}"):
        with pytest.raises(NoticeForged):
            a_processor(tmp_path).read_notice(text.encode(), header, now=NOW)


@pytest.mark.parametrize("secrets", [f"{CURRENT},{FORMER}", f"{FORMER}, {CURRENT} ,"])
@pytest.mark.parametrize("secret", [CURRENT, FORMER])
def test_both_secrets_are_good_while_one_replaces_the_other(
    secret: str, secrets: str, tmp_path: Path
) -> None:
    text = json.dumps(an_event())
    notice = a_processor(tmp_path, secrets).read_notice(text.encode(), signed(text, secret), now=NOW)
    assert notice.external_id == "evt_1"


def test_a_header_with_two_signatures_is_good_when_one_of_them_is(tmp_path: Path) -> None:
    text = json.dumps(an_event())
    other = signed(text, "whsec_unknown").partition(",")[2]
    assert (
        a_processor(tmp_path).read_notice(text.encode(), f"{signed(text)},{other}", now=NOW).object_id
        == "pi_1"
    )


def test_a_retired_secret_is_refused(tmp_path: Path) -> None:
    text = json.dumps(an_event())
    with pytest.raises(NoticeForged):
        a_processor(tmp_path).read_notice(text.encode(), signed(text, FORMER), now=NOW)


def test_a_body_that_was_parsed_and_written_again_is_refused(tmp_path: Path) -> None:
    text = json.dumps(an_event())
    again = json.dumps(json.loads(text), separators=(",", ":"))
    with pytest.raises(NoticeForged):
        a_processor(tmp_path).read_notice(again.encode(), signed(text), now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=1",
        "nonsense",
        "t=x,v1=00",
        "v1=00",
        "t=1,v0=00",
        "t=1,v1=ключ",
        f"t={'9' * 40},v1=00",
        "t,v1",
        ",,,",
    ],
)
def test_a_header_that_proves_nothing_is_refused(header: str, tmp_path: Path) -> None:
    with pytest.raises(NoticeForged):
        a_processor(tmp_path).read_notice(json.dumps(an_event()).encode(), header, now=NOW)


def test_without_a_secret_nothing_is_believed(tmp_path: Path) -> None:
    """An installation that talks to Stripe and has no secret would otherwise believe an empty one."""
    settings = Settings(
        home=tmp_path, stripe_api_key=SecretStr("sk_test_1"), stripe_webhook_secret=SecretStr(" , ")
    )
    text = json.dumps(an_event())
    assert webhook_secrets(settings) == ()
    with pytest.raises(NoticeForged):
        StripeProcessor(settings).read_notice(text.encode(), signed(text, " "), now=NOW)


def test_the_sandbox_shares_a_secret_that_follows_from_the_installation(tmp_path: Path) -> None:
    secrets = [webhook_secrets(Settings(home=tmp_path, secret=SecretStr(word * 40))) for word in "aab"]
    assert secrets[0] == secrets[1] != secrets[2]
    text = json.dumps(an_event())
    processor = StripeProcessor(Settings(home=tmp_path, secret=SecretStr("a" * 40)))
    assert processor.read_notice(text.encode(), signed(text, secrets[0][0]), now=NOW).object_id == "pi_1"


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({"object": "v2.core.event", "id": "evt_1"}),
        json.dumps(an_event(id="")),
        json.dumps(an_event(id=7)),
        json.dumps(an_event(type=None)),
        json.dumps(an_event(data=None)),
        json.dumps(an_event(data={"object": "pi_1"})),
        json.dumps(an_event(data={"object": {"id": 7}})),
    ],
)
def test_signed_nonsense_is_not_a_notice(text: str, tmp_path: Path) -> None:
    with pytest.raises(NoticeMalformed):
        a_processor(tmp_path).read_notice(text.encode(), signed(text), now=NOW)


def test_bytes_that_are_no_text_are_not_a_notice(tmp_path: Path) -> None:
    with pytest.raises(NoticeMalformed):
        a_processor(tmp_path).read_notice(b"\xff\xfe{}", "t=1,v1=00", now=NOW)
