"""R69, R77: the pure verdict: the matrix again, every boundary, and what no claim can win."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.checkins.rules import (
    CHECK_IN,
    FLAGS,
    MANY_VOUCHERS_A_DAY,
    MOST_WRONG_CODES,
    Attempt,
    Fence,
    Fix,
    Measured,
    aged,
    band_of,
    is_malformed,
    measure,
    position_of,
    speed_mps,
    verdict,
)
from campaigns.foundation.states import NoSuchMove
from tests.checkins.matrix import Case, read_matrix

NOW = datetime(2026, 11, 24, 20, tzinfo=UTC)
FENCE = Fence(150, 100, 120)
RIGHT = Attempt("ok", "right", "fresh", 0, Measured("inside"))
ALONE = [case for case in read_matrix() if case.source != "staff" and case.state != "malformed"]
CHALLENGE = {"same_nonce": "fresh", "none": "absent"}


def a_fix(
    distance: float | None = 0.0, accuracy: float = 20.0, age_s: float = 0.0, share: float = 0.95
) -> Fix:
    return Fix(distance, accuracy, share, NOW - timedelta(seconds=age_s), NOW)


def measured_of(case: Case) -> Measured:
    if case.distance_m is None or case.accuracy_m is None or case.age_s is None:
        return Measured()
    share = 0.68 if case.source == "owntracks" else 0.95
    found = measure(a_fix(case.distance_m, case.accuracy_m, case.age_s, share), FENCE)
    far = found.position == "outside" or (found.position == "unclear" and found.inside_percent == 0)
    return Measured() if case.source == "owntracks" and far else found


def attempt_of(case: Case, measured: Measured) -> Attempt:
    challenge = CHALLENGE.get(case.replay, case.replay)
    return Attempt("ok", case.code, challenge, case.wrong_before, measured, case.speed_mps)


@pytest.mark.parametrize("case", ALONE, ids=lambda case: f"{case.source}-{case.replay}-{case.state}")
def test_the_rule_answers_as_the_matrix_says(case: Case) -> None:
    found = verdict(attempt_of(case, measured_of(case)))
    assert (found.state, found.reason, found.flags) == (case.state, case.reason, case.flags)


@pytest.mark.parametrize("share", [0.68, 0.95])
@given(
    distance=st.floats(0, 20_000_000),
    accuracy=st.floats(0.1, 10_000),
    more=st.floats(0, 1_000_000),
    age_s=st.floats(-400, 400),
    besides=st.tuples(st.sampled_from(["right", "wrong", "absent"]), st.floats(0, 400)),
)
def test_a_larger_claimed_inaccuracy_never_gets_a_check_in_accepted(
    share: float, distance: float, accuracy: float, more: float, age_s: float, besides: tuple[str, float]
) -> None:
    """6.2: who is not let in stays out by claiming to know less."""

    code, speed = besides

    def decided(claimed: float) -> str:
        found = measure(a_fix(distance, claimed, age_s, share), FENCE)
        return verdict(replace(RIGHT, code=code, measured=found, speed_mps=speed)).state

    if decided(accuracy) != "accepted":
        assert decided(accuracy + more) != "accepted"


@given(
    st.lists(st.sampled_from([flag for flag in FLAGS if flag != "replay"])),
    st.integers(0, 30),
    st.booleans(),
    st.floats(0, 300),
)
def test_flags_alone_refuse_nothing(flags: list[str], vouchers: int, seen: bool, speed: float) -> None:
    """6.3: two flags or ten, staff see them and the position decides."""
    attempt = replace(
        RIGHT,
        measured=Measured("inside", flags=frozenset(flags)),
        vouchers_today=vouchers,
        jitter_seen=seen,
        speed_mps=speed,
    )
    found = verdict(attempt)
    assert (found.state, found.reason) == ("accepted", "ok")
    assert set(flags) <= found.flags <= set(FLAGS)


@pytest.mark.parametrize(
    ("distance", "accuracy", "age_s", "position"),
    [
        (150.0, 100.0, 120.0, "inside"),
        (150.0, 100.0, -120.0, "inside"),
        (150.001, 100.0, 0.0, "unclear"),
        (250.0, 100.0, 0.0, "unclear"),
        (250.001, 100.0, 0.0, "outside"),
        (0.0, 100.001, 0.0, "unclear"),
        (9_000_000.0, 100.001, 0.0, "unclear"),
        (0.0, 5.0, 120.001, "unclear"),
        (9_000_000.0, 5.0, -120.001, "unclear"),
        (None, 5.0, 0.0, "unclear"),
    ],
)
def test_inside_unclear_and_outside_meet_exactly_where_the_rule_says(
    distance: float | None, accuracy: float, age_s: float, position: str
) -> None:
    assert position_of(a_fix(distance, accuracy, age_s), FENCE) == position


def test_neither_position_nor_code_alone_suffices() -> None:
    """R77."""
    assert verdict(RIGHT).state == "accepted"
    assert verdict(replace(RIGHT, code="absent")).reason == "wrong_venue_code"
    assert verdict(replace(RIGHT, measured=Measured())).state == "needs_staff"


@pytest.mark.parametrize(
    "said",
    [
        "expired",
        "wrong_venue",
        "already_redeemed",
        "refunded",
        "canceled",
        "revoked",
        "frozen",
        "not_yet_valid",
    ],
)
def test_what_a_scan_would_refuse_is_refused_alone_too(said: str) -> None:
    found = verdict(replace(RIGHT, spending=said))
    assert (found.state, found.reason) == ("refused", said)


def test_after_the_promotional_value_only_what_was_paid_is_redeemed() -> None:
    """R66."""
    assert verdict(replace(RIGHT, spending="paid_value_only")).reason == "paid_value_only"


@pytest.mark.parametrize(
    ("wrong", "state"), [(MOST_WRONG_CODES - 1, "accepted"), (MOST_WRONG_CODES, "refused")]
)
def test_five_wrong_codes_leave_the_voucher_to_staff(wrong: int, state: str) -> None:
    """R77."""
    assert verdict(replace(RIGHT, wrong_codes=wrong)).state == state


def test_a_busy_voucher_collector_is_flagged_from_the_fifth_other_voucher_of_the_day() -> None:
    assert verdict(replace(RIGHT, vouchers_today=MANY_VOUCHERS_A_DAY - 1)).flags == frozenset()
    assert verdict(replace(RIGHT, vouchers_today=MANY_VOUCHERS_A_DAY)).flags == {"many_vouchers"}


@pytest.mark.parametrize("accuracy", [0.0, -1.0, float("nan"), float("inf")])
def test_an_accuracy_that_is_no_length_is_malformed(accuracy: float) -> None:
    assert is_malformed(accuracy, 0.0, 0.0)
    assert not is_malformed(0.1, 90.0, -180.0)


@pytest.mark.parametrize("place", [(90.1, 0.0), (0.0, 180.1), (float("nan"), 0.0)])
def test_a_place_that_is_not_on_earth_is_malformed(place: tuple[float, float]) -> None:
    assert is_malformed(5.0, *place)


def test_a_position_kept_from_a_device_grows_old() -> None:
    kept = Measured("inside", "25", "25", 99, frozenset({"weak_position"}))
    assert aged(kept, NOW - timedelta(seconds=120), NOW, FENCE) == kept
    old = aged(kept, NOW - timedelta(seconds=121), NOW, FENCE)
    assert (old.position, old.flags) == ("unclear", frozenset({"age"}))


@pytest.mark.parametrize(
    ("length", "band"),
    [
        (0, "25"),
        (25, "25"),
        (25.01, "50"),
        (100, "100"),
        (150, "150"),
        (300, "300"),
        (1000, "1000"),
        (1001, "more"),
    ],
)
def test_only_a_coarse_band_of_a_length_is_kept(length: float, band: str) -> None:
    """R77: never the figure itself."""
    assert band_of(length) == band


def test_speed_takes_the_nearest_edges_and_at_least_a_second() -> None:
    assert speed_mps(1000, 300, timedelta(seconds=7)) == 100
    assert speed_mps(1000, 300, timedelta()) == 700
    assert speed_mps(200, 300, timedelta(seconds=7)) == 0


def test_an_undecided_check_in_moves_only_as_the_table_says() -> None:
    CHECK_IN.check("needs_staff", "accepted")
    for final in ("refused", "conflict", "undone"):
        assert final in CHECK_IN.final
    with pytest.raises(NoSuchMove):
        CHECK_IN.check("refused", "accepted")
