"""Limits on trying, stored answers and API tokens on both databases (S17, S18, S27)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import InvalidFields, NotAllowed, NotFound
from campaigns.foundation.ids import OrganizationId
from campaigns.foundation.store import Store, open_store
from campaigns.people.answers import (
    AnswerKey,
    IdempotencyKeyInUse,
    IdempotencyKeyReused,
    StoredAnswer,
    begin_answer,
    drop_answer,
    fingerprint,
    keep_answer,
)
from campaigns.people.authenticate import TokenInvalid, authenticate
from campaigns.people.create_token import CreatedToken, NewToken, create_token, revoke_token
from campaigns.people.enrol import Enrolment, enrol
from campaigns.people.limits import Limit, TooManyTries, count_try, network
from campaigns.people.queries import tokens_of
from campaigns.people.rows import api_token, stored_answer, tries
from campaigns.people.sweep import forget_expired
from tests.databases import Database
from tests.people.merchants import KEYS, a_member, a_merchant, an_actor

LIMIT = Limit("look_up", 10, timedelta(minutes=1))


@pytest.fixture
async def second_store(database: Database, store: Store) -> AsyncIterator[Store]:
    """Connections of another process to the same database."""
    opened = open_store(database.url)
    yield opened
    await opened.close()


async def test_two_processes_never_exceed_a_limit_together(
    store: Store, second_store: Store, clock: ManualClock
) -> None:
    """S18: sixteen tries, limit ten, exactly ten pass."""
    stores = [store, second_store] * 8
    tried = (count_try(LIMIT, "192.0.2.0/24", store=each, clock=clock) for each in stores)
    outcomes = await asyncio.gather(*tried, return_exceptions=True)
    assert [outcome for outcome in outcomes if not isinstance(outcome, TooManyTries | None)] == []
    assert sum(outcome is None for outcome in outcomes) == 10
    assert sum(isinstance(outcome, TooManyTries) for outcome in outcomes) == 6


async def test_a_new_window_begins_from_nothing_and_others_are_not_counted(
    store: Store, clock: ManualClock
) -> None:
    """S18: the tenth passes, the eleventh does not."""
    for _ in range(10):
        await count_try(LIMIT, "ada", store=store, clock=clock)
    await count_try(LIMIT, "bob", store=store, clock=clock)
    with pytest.raises(TooManyTries) as refused:
        await count_try(LIMIT, "ada", store=store, clock=clock)
    assert refused.value.details == {"wait": "a minute", "retry_after_s": 60}
    clock.advance(minutes=1)
    await count_try(LIMIT, "ada", store=store, clock=clock)


async def test_counted_tries_name_nobody_and_are_forgotten(store: Store, clock: ManualClock) -> None:
    await count_try(LIMIT, "ada@example.com", store=store, clock=clock)
    async with store.read() as unit:
        assert "ada" not in str(await unit.value(select(tries.c.key)))
    clock.advance(days=2)
    assert await forget_expired(store=store, clock=clock) == 1


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("", "unknown"),
    ],
)
def test_an_address_counts_with_its_block(address: str, block: str) -> None:
    """S18."""
    assert network(address) == block


ASKED = AnswerKey("join:acc_1", "key-1", fingerprint("POST", "/join", "{}"))
ANSWER = StoredAnswer(201, '{"id":"ord_1"}')


async def begun(asked: AnswerKey, store: Store, clock: ManualClock) -> StoredAnswer | None:
    async with store.begin() as unit:
        return await begin_answer(unit, asked, clock.at)


async def test_a_repeat_gets_the_first_answer_for_a_day_at_least(store: Store, clock: ManualClock) -> None:
    """S27."""
    assert await begun(ASKED, store, clock) is None
    async with store.begin() as unit:
        await keep_answer(unit, ASKED, ANSWER)
    clock.advance(hours=24)
    await forget_expired(store=store, clock=clock)
    assert await begun(ASKED, store, clock) == ANSWER
    clock.advance(hours=25)
    await forget_expired(store=store, clock=clock)
    async with store.read() as unit:
        assert await unit.value(select(func.count()).select_from(stored_answer)) == 0


async def test_the_same_key_for_something_else_is_refused(store: Store, clock: ManualClock) -> None:
    """S27."""
    await begun(ASKED, store, clock)
    with pytest.raises(IdempotencyKeyReused):
        await begun(AnswerKey(ASKED.scope, ASKED.key, fingerprint("other")), store, clock)
    assert await begun(AnswerKey("join:acc_2", ASKED.key, ASKED.fingerprint), store, clock) is None


async def test_while_the_first_runs_the_second_waits(store: Store, clock: ManualClock) -> None:
    """S27: and one whose process died is taken over by exactly one."""
    await begun(ASKED, store, clock)
    with pytest.raises(IdempotencyKeyInUse):
        await begun(ASKED, store, clock)
    clock.advance(seconds=61)
    taken = await asyncio.gather(*(begun(ASKED, store, clock) for _ in range(3)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in taken) == ["IdempotencyKeyInUse"] * 2 + ["NoneType"]


async def test_a_request_that_broke_off_may_be_asked_again(store: Store, clock: ManualClock) -> None:
    await begun(ASKED, store, clock)
    async with store.begin() as unit:
        await drop_answer(unit, ASKED)
    assert await begun(ASKED, store, clock) is None


def test_parts_of_a_fingerprint_do_not_run_together() -> None:
    assert fingerprint("ab", "c") != fingerprint("a", "bc")


@pytest.fixture
async def fern(store: Store, clock: ManualClock) -> OrganizationId:
    return await a_merchant(store=store, clock=clock)


async def a_token(
    fern: OrganizationId, *scopes: str, role: str = "owner", store: Store, clock: ManualClock
) -> CreatedToken:
    actor = await an_actor(await a_member(fern, role, store=store, clock=clock), store=store)
    return await create_token(
        NewToken(fern, "Till", scopes), actor=actor, store=store, clock=clock, keys=KEYS
    )


async def test_a_scanner_can_only_redeem_and_only_for_its_merchant(
    fern: OrganizationId, store: Store, clock: ManualClock
) -> None:
    """S17."""
    moss = await a_merchant("moss", store=store, clock=clock)
    await a_member(moss, "owner", store=store, clock=clock)
    made = await a_token(fern, "redeem", store=store, clock=clock)
    actor = await authenticate(made.token, store=store, clock=clock)
    assert (dict(actor.roles), actor.scopes) == ({fern: "owner"}, frozenset({"redeem"}))


async def test_a_token_is_kept_as_a_digest_and_shown_by_its_beginning(
    fern: OrganizationId, store: Store, clock: ManualClock
) -> None:
    """S17."""
    made = await a_token(fern, "redeem", store=store, clock=clock)
    async with store.read() as unit:
        row = (await unit.all(select(api_token)))[0]
        shown = await tokens_of(unit, fern)
    assert made.token not in str(row)
    assert [(view.prefix, view.scopes) for view in shown] == [(made.token[:12], ("redeem",))]


async def test_a_token_ends_by_its_date_or_when_it_is_revoked(
    fern: OrganizationId, store: Store, clock: ManualClock
) -> None:
    """S17."""
    made = await a_token(fern, "redeem", store=store, clock=clock)
    clock.advance(days=90)
    with pytest.raises(TokenInvalid):
        await authenticate(made.token, store=store, clock=clock)
    again = await a_token(fern, "redeem", store=store, clock=clock)
    owner = await an_actor(await a_member(fern, store=store, clock=clock), store=store)
    for _ in range(2):
        await revoke_token(again.id, fern, actor=owner, store=store, clock=clock, keys=KEYS)
    with pytest.raises(TokenInvalid):
        await authenticate(again.token, store=store, clock=clock)
    with pytest.raises(NotFound):
        await revoke_token("tok_none", fern, actor=owner, store=store, clock=clock, keys=KEYS)


async def test_a_token_loses_what_its_account_loses(
    fern: OrganizationId, store: Store, clock: ManualClock
) -> None:
    made = await a_token(fern, "refund", store=store, clock=clock)
    await enrol(Enrolment(fern, "owner@fern.example", "staff"), store=store, clock=clock, keys=KEYS)
    assert (await authenticate(made.token, store=store, clock=clock)).roles == {fern: "staff"}


@pytest.mark.parametrize("token", ["", "qrm_", "qrm_ÿ", "\udcff", "x" * 5000])
async def test_what_is_no_token_opens_nothing(token: str, store: Store, clock: ManualClock) -> None:
    with pytest.raises(TokenInvalid):
        await authenticate(token, store=store, clock=clock)


@pytest.mark.parametrize("scopes", [(), ("fly",), ("review_deal",), ("create_token",)])
async def test_nobody_gives_away_what_they_may_not_do(
    scopes: tuple[str, ...], fern: OrganizationId, store: Store, clock: ManualClock
) -> None:
    """S17."""
    with pytest.raises(InvalidFields):
        await a_token(fern, *scopes, store=store, clock=clock)
    with pytest.raises(NotAllowed):
        await a_token(fern, "redeem", role="staff", store=store, clock=clock)
