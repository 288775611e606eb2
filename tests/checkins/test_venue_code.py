"""The venue code: six digits of the minute, the one before accepted too, never stored (R77)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from campaigns.checkins.venue_code import VenueCode, code_at, judge, show_code
from campaigns.deals.keep_venue import rotate_code
from campaigns.foundation.errors import NotAllowed, NotFound
from campaigns.foundation.ids import OrganizationId, VenueId
from campaigns.foundation.keys import Keys
from campaigns.people.rows import audit
from campaigns.people.rules import ANONYMOUS, Actor, SignInNeeded
from tests.checkins.scene import Scene
from tests.world import KEYS

MINUTE = datetime(2026, 11, 24, 20, 7, tzinfo=UTC)


class Venue:
    """What a code is made from."""

    def __init__(self, venue_id: str = "ven_1", code_version: int = 1) -> None:
        self.id, self.code_version = venue_id, code_version


PIER = Venue()


def digits(at: datetime, venue: Venue = PIER, keys: Keys = KEYS) -> str:
    return code_at(keys, venue, at).digits


def test_a_code_is_six_digits_shown_to_the_end_of_its_minute() -> None:
    code = code_at(KEYS, PIER, MINUTE + timedelta(seconds=42))
    assert code == VenueCode(digits(MINUTE), MINUTE + timedelta(minutes=1))
    assert (len(code.digits), code.digits.isascii(), code.digits.isdigit()) == (6, True, True)


@pytest.mark.parametrize(
    ("later_s", "judged"),
    [(-1, "wrong"), (0, "right"), (59.9, "right"), (60, "right"), (119.9, "right"), (120, "wrong")],
)
def test_a_code_is_right_in_its_minute_and_the_next(later_s: float, judged: str) -> None:
    assert judge(KEYS, PIER, digits(MINUTE), MINUTE + timedelta(seconds=later_s)) == judged


@pytest.mark.parametrize(
    ("typed", "judged"),
    [("", "absent"), (" - ", "absent"), ("12345", "wrong"), ("x" * 500, "wrong"), ("１２３４５６", "wrong")],
)
def test_what_is_typed_is_judged_whatever_it_is(typed: str, judged: str) -> None:
    assert judge(KEYS, PIER, typed, MINUTE) == judged


def test_spaces_and_dashes_do_not_matter() -> None:
    code = digits(MINUTE)
    assert judge(KEYS, PIER, f" {code[:3]}-{code[3:]} ", MINUTE) == "right"


def test_codes_differ_by_venue_version_minute_and_secret() -> None:
    others = {
        digits(MINUTE),
        digits(MINUTE, Venue("ven_2")),
        digits(MINUTE, Venue(code_version=2)),
        digits(MINUTE + timedelta(minutes=1)),
        digits(MINUTE, keys=Keys(("another secret of forty characters or so",))),
    }
    assert len(others) == 5


def test_a_code_made_with_an_earlier_secret_is_still_right() -> None:
    """S35: two processes may start with the new secret a moment apart."""
    rotated = replace(KEYS, secrets=("a newer secret of forty characters or so", *KEYS.secrets))
    assert judge(rotated, PIER, digits(MINUTE), MINUTE) == "right"


async def test_rotating_makes_every_code_shown_before_wrong(scene: Scene) -> None:
    code, voucher_id = await scene.till(), await scene.voucher("ann@example.com")
    assert await rotate_code(VenueId(scene.venue_id), actor=scene.owner, **scene.around) == 2
    assert (await scene.arrive(voucher_id, code=code)).reason == "wrong_venue_code"
    assert (await scene.arrive(voucher_id)).accepted
    acts = await scene.world.rows(select(audit.c.subject).where(audit.c.act == "rotate_code"))
    assert [row.subject for row in acts] == [f"venue:{scene.venue_id}"]


async def test_staff_see_the_code_and_nobody_else_does(scene: Scene) -> None:
    staff = Actor(scene.owner.account_id, "Staff", {OrganizationId(scene.world.merchant_id): "staff"})
    assert (await show_code(scene.venue_id, actor=staff, **scene.around)).digits == await scene.till()
    with pytest.raises(SignInNeeded):
        await show_code(scene.venue_id, actor=ANONYMOUS, **scene.around)
    with pytest.raises(NotAllowed):
        await show_code(scene.venue_id, actor=Actor(scene.owner.account_id), **scene.around)
    with pytest.raises(NotFound):
        await show_code("ven_none", actor=staff, **scene.around)
    with pytest.raises(NotAllowed):
        await rotate_code(VenueId(scene.venue_id), actor=staff, **scene.around)
