"""R69, R77: every row of the matrix, played through the real operations on both databases."""

from datetime import timedelta
from typing import Any

from campaigns.checkins.challenge import issue_challenge
from campaigns.checkins.check_in import check_in
from campaigns.checkins.locate import locate
from campaigns.checkins.ports import NotAPosition, PresenceClaim
from campaigns.checkins.rows import check_ins
from campaigns.checkins.rules import CHALLENGE_LIFE
from campaigns.foundation.ids import new_id
from tests.checkins.matrix import Case, read_matrix
from tests.checkins.scene import BROWSER_SHARE, PLACE, Scene, north_of

CASES = read_matrix()
GAP = timedelta(seconds=600)
RADIUS_M = 150


def test_the_matrix_covers_every_side_of_a_check_in() -> None:
    assert len(CASES) >= 120
    assert {case.source for case in CASES} == {"browser", "owntracks", "venue_code", "staff"}
    assert {case.state for case in CASES} == {"accepted", "needs_staff", "refused", "malformed"}
    assert {case.code for case in CASES} == {"right", "wrong", "absent"}
    assert {case.replay for case in CASES} == {"fresh", "same_nonce", "used", "expired", "foreign", "none"}


async def test_every_case_gets_the_documented_verdict_and_reason(scene: Scene) -> None:
    wrong = []
    for number, case in enumerate(CASES):
        found = await play(scene, case, f"person{number}@example.com")
        if found != (case.state, case.reason, case.flags):
            wrong.append((number + 2, case, found))
    assert wrong == []


async def play(scene: Scene, case: Case, email: str) -> tuple[str, str, frozenset[str]]:
    """What a person of their own is answered."""
    voucher_id = await scene.voucher(email)
    if case.speed_mps:
        await come_from_afar(scene, case, email)
    for _ in range(case.wrong_before):
        await scene.arrive(
            voucher_id, code=wrong_code(await scene.till()), claim=scene.claim(accuracy_m=12.5)
        )
    if case.source == "staff":
        return await by_staff(scene, case, voucher_id)
    try:
        return await alone(scene, case, voucher_id, scene.accounts[email])
    except NotAPosition:
        return "malformed", "", frozenset()


async def come_from_afar(scene: Scene, case: Case, email: str) -> None:
    """Ten minutes ago the person was served so far away that coming here takes that speed."""
    far = await scene.venue(metres_north=case.speed_mps * GAP.total_seconds() + 2 * RADIUS_M)
    assert (await scene.scan(await scene.voucher(email), far)).answer.accepted
    scene.clock.at += GAP


async def by_staff(scene: Scene, case: Case, voucher_id: str) -> tuple[str, str, frozenset[str]]:
    nonce = new_id("non")
    answer = await scene.scan(voucher_id, nonce=nonce)
    if case.replay == "same_nonce":
        assert await scene.scan(voucher_id, nonce=nonce) == answer
    row = (await kept(scene, voucher_id))[-1]
    assert row.source == "staff"
    assert (row.reason, row.state == "accepted") == (answer.answer.code, answer.answer.accepted)
    return row.state, row.reason, frozenset(row.flags)


async def alone(
    scene: Scene, case: Case, voucher_id: str, account_id: str
) -> tuple[str, str, frozenset[str]]:
    claim = claim_of(scene, case)
    if case.source == "owntracks":
        assert claim is not None
        await locate(account_id, claim, store=scene.store, clock=scene.clock)
        claim = None
    challenge = await challenge_of(scene, case, voucher_id)
    before = len(await kept(scene, voucher_id))
    code = {"right": await scene.till(), "wrong": wrong_code(await scene.till()), "absent": ""}[case.code]
    arrival = await scene.arrival(voucher_id, challenge=challenge, code=code, claim=claim)
    found = await check_in(arrival, **scene.around)
    if case.replay == "same_nonce":
        assert await check_in(arrival, **scene.around) == found
    rows = await kept(scene, voucher_id)
    assert len(rows) == before + 1
    return found.state, found.reason, frozenset(found.flags)


def claim_of(scene: Scene, case: Case) -> PresenceClaim | None:
    if case.accuracy_m is None or case.distance_m is None or case.age_s is None:
        return None
    share = BROWSER_SHARE if case.source == "browser" else 0.68
    at = scene.clock.at - timedelta(seconds=case.age_s)
    return PresenceClaim(*north_of(PLACE, case.distance_m), case.accuracy_m, at, share)


async def challenge_of(scene: Scene, case: Case, voucher_id: str) -> str:
    around: dict[str, Any] = {"store": scene.store, "clock": scene.clock}
    if case.replay == "none":
        return ""
    if case.replay == "foreign":
        other = await scene.voucher("somebody@example.com")
        return (await issue_challenge(other, scene.venue_id, **around)).id
    made = (await issue_challenge(voucher_id, scene.venue_id, **around)).id
    if case.replay == "used":
        await scene.arrive(voucher_id, challenge=made, code="", claim=scene.claim(accuracy_m=12.5))
    if case.replay == "expired":
        scene.clock.at -= CHALLENGE_LIFE
        made = (await issue_challenge(voucher_id, scene.venue_id, **around)).id
        scene.clock.at += CHALLENGE_LIFE
    return made


def wrong_code(digits: str) -> str:
    """Never the code of this minute; of the one before by a chance of one in a million a test does not take."""
    return f"{(int(digits) + 271_828) % 1_000_000:06}"


async def kept(scene: Scene, voucher_id: str) -> list[Any]:
    return await scene.kept(check_ins.c.voucher_id == voucher_id)
