"""Addresses, roles and lifetimes, without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.foundation.errors import NotAllowed
from campaigns.foundation.ids import AccountId, OrganizationId
from campaigns.people.rules import (
    ACTS,
    ANONYMOUS,
    LIFETIMES,
    Actor,
    InvalidEmail,
    SignInNeeded,
    may,
    normalize_email,
    require,
    session_kind,
    written_email,
)

FERN, MOSS = OrganizationId("org_fern"), OrganizationId("org_moss")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def someone(role: str, organization_id: OrganizationId = FERN, scopes: frozenset[str] | None = None) -> Actor:
    return Actor(AccountId("acc_1"), "Olive", {organization_id: role}, role == "operator", scopes)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+fern@fern.example", "ada+fern@fern.example"),
        ("ADA@bücher.example", "ada@bücher.example"),
    ],
)
def test_an_address_has_one_spelling_however_it_is_typed(typed: str, key: str) -> None:
    """R3."""
    assert normalize_email(typed) == key


def test_mail_keeps_the_spelling_of_the_part_before_the_at_sign() -> None:
    assert written_email("Ada.Byron@EXAMPLE.com") == "Ada.Byron@example.com"


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@", "@example.com", "ada@localhost", "a b@example.com", "ada@[127.0.0.1]", "a@b@c.de"],
)
def test_what_is_not_an_address_is_refused(typed: str) -> None:
    with pytest.raises(InvalidEmail):
        normalize_email(typed)


# One letter per role that may: owner, manager, staff, marketer (K), operator (P).
MATRIX = {
    "write_deal": "OM",
    "submit_deal": "OM",
    "review_deal": "P",
    "cancel_deal": "OMP",
    "waive": "OM",
    "see_orders": "OMP",
    "refund": "OMP",
    "redeem": "OMS",
    "see_console": "OMSK",
    "place_venue": "OM",
    "show_venue_code": "OMS",
    "see_check_ins": "OMK",
    "write_check_in_offer": "OM",
    "connect_feed": "OM",
    "see_feeds": "OMK",
    "approve_template": "OM",
    "publish": "OMK",
    "invite_advocate": "OMK",
    "see_links": "OMK",
    "write_campaign": "OMK",
    "import_contacts": "OMK",
    "see_reports": "OMK",
    "answer_mentions": "OMK",
    "create_token": "OP",
    "enrol": "OP",
    "found_organization": "P",
    "see_operator": "P",
}
LETTERS = {"O": "owner", "M": "manager", "S": "staff", "K": "marketer", "P": "operator"}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("letter", LETTERS)
def test_a_role_may_do_what_the_table_says_and_nothing_else(act: str, letter: str) -> None:
    """S14, S15."""
    assert may(someone(LETTERS[letter]), act, FERN) is (letter in MATRIX[act])


@pytest.mark.parametrize("act", [act for act in ACTS if "P" not in MATRIX[act]])
def test_an_owner_is_a_stranger_at_another_merchant(act: str) -> None:
    """S15."""
    assert not may(someone("owner", FERN), act, MOSS)
    with pytest.raises(NotAllowed):
        require(someone("owner", FERN), act, MOSS)


@pytest.mark.parametrize("act", ACTS)
def test_nobody_may_do_anything_before_signing_in(act: str) -> None:
    assert not may(ANONYMOUS, act, FERN)
    with pytest.raises(SignInNeeded):
        require(ANONYMOUS, act, FERN)


def test_a_token_does_no_more_than_its_scopes() -> None:
    """S17."""
    scanner = someone("owner", scopes=frozenset({"redeem"}))
    assert may(scanner, "redeem", FERN)
    assert not may(scanner, "refund", FERN)


def test_a_refusal_says_who_may() -> None:
    """U21."""
    with pytest.raises(NotAllowed) as refused:
        require(someone("staff"), "refund", FERN)
    assert str(refused.value) == (
        "Your sign-in does not let you refund this order. Ask an owner, a manager or a platform operator."
    )


def test_an_act_that_is_not_in_the_table_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        may(someone("owner"), "fly", FERN)


@pytest.mark.parametrize(
    ("kind", "sliding", "absolute"),
    [
        ("buyer", timedelta(days=30), timedelta(days=90)),
        ("staff", timedelta(hours=12), timedelta(hours=24)),
        ("operator", timedelta(hours=8), timedelta(hours=8)),
    ],
)
def test_a_sign_in_slides_but_never_past_its_end(kind: str, sliding: timedelta, absolute: timedelta) -> None:
    """S5."""
    lifetime = LIFETIMES[kind]
    assert lifetime.expires_at(NOW, NOW) == NOW + sliding
    assert lifetime.expires_at(NOW, NOW + absolute) == NOW + absolute


def test_the_strictest_role_decides_how_long_a_sign_in_lasts() -> None:
    """S5."""
    assert session_kind({}) == "buyer"
    assert session_kind({FERN: "staff"}) == "staff"
    assert session_kind({FERN: "owner", MOSS: "operator"}) == "operator"
