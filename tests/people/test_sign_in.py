"""Passwords and sessions (S1-S5)."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import func, select, update

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import InvalidFields
from campaigns.foundation.ids import AccountId
from campaigns.foundation.store import Store
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.limits import TooManyTries
from campaigns.people.passwords import check_new_password, check_password, hash_password
from campaigns.people.rows import account, session
from campaigns.people.rules import LIFETIMES
from campaigns.people.sessions import (
    SignedIn,
    SignInAgain,
    digest,
    find_session,
    open_session,
    require_fresh,
    sign_out,
    sign_out_everywhere,
)
from campaigns.people.sign_in import PasswordChange, SignInRefused, SignInTry, change_password, sign_in
from campaigns.people.sweep import forget_expired
from tests.people.merchants import KEYS, PASSWORD, a_member, a_merchant

OWNER = "owner@fern.example"


async def signed_in(store: Store, clock: ManualClock, earlier: str | None = None) -> SignedIn:
    tried = SignInTry(OWNER, PASSWORD, "192.0.2.7", earlier)
    return await sign_in(tried, store=store, clock=clock)


@pytest.fixture
async def owner(store: Store, clock: ManualClock) -> AccountId:
    fern = await a_merchant(store=store, clock=clock)
    return await a_member(fern, store=store, clock=clock, password=PASSWORD)


async def sessions(store: Store) -> int:
    async with store.read() as unit:
        return int(await unit.value(select(func.count()).select_from(session)))


async def test_a_password_is_kept_as_argon2id_of_the_agreed_strength() -> None:
    """S1."""
    found = extract_parameters(await hash_password(PASSWORD))
    assert (found.type.name, found.memory_cost >= 19 * 1024, found.time_cost, found.parallelism) == (
        "ID",
        True,
        2,
        1,
    )


async def test_a_weaker_hash_is_replaced_when_its_owner_signs_in(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S1."""
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    async with store.begin() as unit:
        await unit.run(update(account).where(account.c.id == owner).values(password_hash=weak))
    await signed_in(store, clock)
    async with store.read() as unit:
        kept = await unit.value(select(account.c.password_hash).where(account.c.id == owner))
    assert extract_parameters(kept).time_cost == 2
    await signed_in(store, clock)


@pytest.mark.parametrize(
    "password", ["elevenchars", "x" * 129, "password1234", "aaaaaaaaaaaaaa", "ababcababcababc"]
)
def test_a_short_long_or_guessable_password_is_refused(password: str) -> None:
    """S2."""
    with pytest.raises(InvalidFields):
        check_new_password(password)


@pytest.mark.parametrize("password", ["twelve chars", "x y z " * 20, "пароль из слов"])
def test_a_password_needs_no_digits_and_no_signs(password: str) -> None:
    """S2."""
    check_new_password(password)


@pytest.mark.parametrize("email", [OWNER, "nobody@fern.example", "buyer@fern.example", "not an address"])
async def test_wrong_password_and_unknown_address_look_the_same(
    email: str, owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S3."""
    fern = await a_merchant(store=store, clock=clock)
    await enrol(Enrolment(fern, "buyer@fern.example", "staff"), store=store, clock=clock, keys=KEYS)
    with pytest.raises(SignInRefused) as refused:
        await sign_in(SignInTry(email, "a wrong password"), store=store, clock=clock)
    assert str(refused.value) == SignInRefused.sentence
    assert await sessions(store) == 0


async def test_an_account_that_does_not_exist_costs_a_hash_too() -> None:
    """S3: the work is the same, whatever the machine's load makes of it."""
    from campaigns.people import passwords

    assert extract_parameters(passwords._NOBODY) == extract_parameters(await hash_password(PASSWORD))
    assert not (await check_password(None, PASSWORD)).right


async def test_a_session_is_kept_as_a_digest_of_256_random_bits(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4."""
    first, second = await signed_in(store, clock), await signed_in(store, clock)
    assert first.token != second.token
    assert len(first.token) >= 43
    async with store.read() as unit:
        kept = {row.id_hash for row in await unit.all(select(session))}
    assert kept == {digest(first.token), digest(second.token)}


async def test_an_id_we_did_not_make_is_never_adopted(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4: session fixation."""
    planted = "A" * 43
    assert await find_session(planted, store=store, clock=clock) is None
    opened = await signed_in(store, clock, earlier=planted)
    assert opened.token != planted
    assert await find_session(planted, store=store, clock=clock) is None


async def test_signing_in_again_ends_the_session_the_browser_had(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4."""
    first = await signed_in(store, clock)
    second = await signed_in(store, clock, earlier=first.token)
    assert await find_session(first.token, store=store, clock=clock) is None
    assert await find_session(second.token, store=store, clock=clock) is not None


async def test_signing_out_ends_this_session_and_everywhere_ends_all(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4."""
    opened = [await signed_in(store, clock) for _ in range(3)]
    await sign_out(opened[0].token, store=store)
    await sign_out(opened[0].token, store=store)
    assert await sessions(store) == 2
    assert await sign_out_everywhere(owner, store=store) == 2
    assert await find_session(opened[2].token, store=store, clock=clock) is None


async def test_a_new_role_ends_the_sessions_of_the_old_one(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4: a privilege change needs a new id."""
    opened = await signed_in(store, clock)
    fern = await a_merchant(store=store, clock=clock)
    await enrol(Enrolment(fern, OWNER, "staff"), store=store, clock=clock, keys=KEYS)
    assert await find_session(opened.token, store=store, clock=clock) is None


async def test_a_new_password_ends_every_session_but_opens_one_here(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S4."""
    elsewhere = await signed_in(store, clock)
    change = PasswordChange(owner, PASSWORD, "a different long one")
    here = await change_password(change, store=store, clock=clock)
    assert await find_session(elsewhere.token, store=store, clock=clock) is None
    assert await find_session(here.token, store=store, clock=clock) is not None
    with pytest.raises(SignInRefused):
        await signed_in(store, clock)
    with pytest.raises(InvalidFields) as refused:
        await change_password(change, store=store, clock=clock)
    assert [error.field for error in refused.value.errors] == ["current"]


@pytest.mark.parametrize("kind", LIFETIMES)
async def test_an_unused_session_ends_when_its_time_is_over(
    kind: str, owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S5: the boundary instant itself is too late."""
    async with store.begin() as unit:
        opened = await open_session(unit, owner, kind, clock.at)
    clock.at += LIFETIMES[kind].sliding
    assert await find_session(opened.token, store=store, clock=clock) is None
    clock.at -= timedelta(microseconds=1)
    assert await find_session(opened.token, store=store, clock=clock) is not None


async def test_a_session_in_use_goes_on_until_its_absolute_end(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S5: staff, 12 hours since the last use, 24 in all."""
    opened = await signed_in(store, clock)
    assert opened.session.kind == "staff"
    for _ in range(2):
        clock.advance(hours=11)
        assert await find_session(opened.token, store=store, clock=clock) is not None
    clock.advance(hours=2)
    assert await find_session(opened.token, store=store, clock=clock) is None
    assert await forget_expired(store=store, clock=clock) >= 1
    assert await sessions(store) == 0


async def test_reading_pages_does_not_write(owner: AccountId, store: Store, clock: ManualClock) -> None:
    opened = await signed_in(store, clock)
    clock.advance(minutes=4)
    found = await find_session(opened.token, store=store, clock=clock)
    assert found == opened.session


async def test_money_asks_for_a_sign_in_of_the_last_ten_minutes(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S5."""
    opened = await signed_in(store, clock)
    require_fresh(opened.session, clock.advance(minutes=10), act="refund this order")
    with pytest.raises(SignInAgain):
        require_fresh(opened.session, clock.advance(seconds=1), act="refund this order")
    with pytest.raises(SignInAgain):
        require_fresh(None, clock.at, act="refund this order")


async def test_guessing_stops_after_ten_tries_even_with_the_right_password(
    owner: AccountId, store: Store, clock: ManualClock
) -> None:
    """S18."""
    for _ in range(10):
        with pytest.raises(SignInRefused):
            await sign_in(SignInTry(OWNER, "a wrong password"), store=store, clock=clock)
    with pytest.raises(TooManyTries) as refused:
        await signed_in(store, clock)
    assert 0 < int(str(refused.value.details["retry_after_s"])) <= 900
    clock.advance(minutes=15)
    await signed_in(store, clock)
