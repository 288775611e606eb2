"""Any story: people, clocks, notices, faults and kills in any order; I1-I16 hold at every step and at the end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import Awaitable
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import func, select

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.errors import Refusal
from campaigns.foundation.ids import new_id
from campaigns.foundation.store import open_store
from campaigns.orders.cancel import cancel
from campaigns.orders.leave import leave
from campaigns.orders.mend import try_another_card
from campaigns.orders.reconcile import reconcile_due
from campaigns.orders.refund import refund
from campaigns.orders.rows import orders
from campaigns.vouchers.redeem import Scan, redeem
from campaigns.vouchers.rows import redemptions, vouchers
from scheduler.due import do_what_is_due
from tests.conftest import NOON, without
from tests.databases import PostgresMissing, postgres_database, sqlite_database
from tests.faults.checks import check_after, check_now, drain
from tests.faults.killing import PLACES, Killed, killed_at
from tests.world import LINKS, World, a_world

BUYERS = st.sampled_from([f"{name}@example.com" for name in ("ann", "bo", "cy", "di", "ann+two")])
CARDS = st.sampled_from(
    [
        "pm_card_visa",
        "pm_card_visa",
        "pm_card_mastercard",
        "pm_card_expiredAtCapture",
        "pm_card_visa_chargeDeclined",
    ]
)
LADDER = [{"start": 1, "price_minor": 3800}, {"start": 3, "price_minor": 2900}]
FAULTS = st.sampled_from(
    ["drop", "error_after", "saved_error", "rate_limit", "key_in_use", "unavailable", "html"]
)
WHICH = st.integers(0, 30)


class AnyOrder(RuleBasedStateMachine):
    """`kind` picks the database. Each example has a database, a sandbox and a clock of its own."""

    kind = "sqlite"

    @initialize(ladder=st.booleans(), capacity=st.sampled_from([None, 3, 6]), threshold=st.integers(1, 4))
    def open_shop(self, ladder: bool, capacity: int | None, threshold: int) -> None:
        self._runner = asyncio.Runner()
        self._databases = ExitStack()
        folder = self._databases.enter_context(tempfile.TemporaryDirectory())
        opened = sqlite_database(Path(folder)) if self.kind == "sqlite" else postgres_database()
        url = self._databases.enter_context(opened).url
        self._stack = AsyncExitStack()
        self.orders: list[str] = []
        self.redeemed: list[str] = []
        self._runner.run(self._open(url, ladder, capacity, threshold))

    async def _open(self, url: str, ladder: bool, capacity: int | None, threshold: int) -> None:
        store = open_store(url)
        self._stack.push_async_callback(store.close)
        self.world: World = await self._stack.enter_async_context(a_world(store, ManualClock(NOON)))
        tiers = LADDER if ladder else [{"start": 1, "price_minor": 2500}]
        threshold = min(threshold, capacity or threshold)
        more = {"tiers": tiers, "capacity": capacity, "threshold": threshold, "freeze_hours": 0}
        self.deal_id = await self.world.deal(**more)

    def _do(self, act: Awaitable[Any]) -> Any:
        """One act; a refusal is an answer, a kill is the end of this process only. Then everything must hold."""

        async def carry() -> Any:
            answer = None
            with contextlib.suppress(Refusal, Killed):
                answer = await act
            await check_now(self.world)
            return answer

        return self._runner.run(carry())

    def _pick(self, which: int) -> str | None:
        return self.orders[which % len(self.orders)] if self.orders else None

    @rule(email=BUYERS, units=st.integers(1, 3))
    def join(self, email: str, units: int) -> None:
        order_id = self._do(self.world.join(self.deal_id, email, units))
        if order_id is not None:
            self.orders.append(order_id)

    @rule(email=BUYERS, units=st.integers(1, 2), card=CARDS)
    def join_and_pay(self, email: str, units: int, card: str) -> None:
        self.join(email, units)
        if self.orders:
            self.pay(len(self.orders) - 1, card)

    @rule(which=WHICH, card=CARDS)
    def pay(self, which: int, card: str) -> None:
        order_id = self._pick(which)
        if order_id is None:
            return

        async def act() -> None:
            order = await self.world.order(order_id)
            if order.session_id is None:
                await self.world.open_page(order_id)
            with contextlib.suppress(Exception):  # the page is closed, or the card says no: the buyer sees it
                await self.world.pay(order_id, card)

        self._do(act())

    @rule(which=WHICH)
    def leave(self, which: int) -> None:
        if order_id := self._pick(which):
            self._do(leave(order_id, store=self.world.store, clock=self.world.clock))

    @rule(which=WHICH, card=CARDS)
    def mend(self, which: int, card: str) -> None:
        if order_id := self._pick(which):
            world = self.world
            self._do(try_another_card(order_id, store=world.store, clock=world.clock, links=LINKS))
            self.pay(which, card)

    @rule(which=WHICH, units=st.integers(1, 3))
    def refund(self, which: int, units: int) -> None:
        if order_id := self._pick(which):
            world = self.world
            self._do(
                refund(
                    order_id, units, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys
                )
            )

    @rule(which=WHICH, twice=st.booleans())
    def redeem(self, which: int, twice: bool) -> None:
        async def act() -> None:
            issued = await self.world.rows(select(vouchers).order_by(vouchers.c.id))
            if not issued:
                return
            code, venue_id = await self.world.code_of(issued[which % len(issued)].id)
            for _ in range(1 + twice):
                world = self.world
                scan = Scan(code, venue_id, new_id("non"))
                answer = await redeem(
                    scan, actor=world.owner, store=world.store, clock=world.clock, keys=world.keys
                )
                if answer.answer.accepted:
                    self.redeemed.append(str(answer.voucher_id))

        self._do(act())

    @rule(seed=st.randoms(use_true_random=False), twice=st.booleans(), some=st.booleans())
    def notices_arrive(self, seed: Any, twice: bool, some: bool) -> None:
        """F11, F12: shuffled, repeated, or only some of them."""
        self._do(self.world.hear(shuffle=seed, repeat=twice, share=0.5 if some else 1.0))

    @rule(batch=st.integers(1, 8))
    def a_worker_works(self, batch: int) -> None:
        self._do(self.world.work(at_most=batch))

    @rule()
    def the_clock_rings(self) -> None:
        self._do(do_what_is_due(store=self.world.store, clock=self.world.clock))

    @rule(minutes=st.sampled_from([1, 2, 10, 35, 90, 130]))
    def time_passes(self, minutes: int) -> None:
        self._do(self.world.advance(minutes=minutes))

    @rule()
    def reconcile(self) -> None:
        self._do(reconcile_due(self.world.outside, older_than=timedelta(0)))

    @rule(kind=FAULTS, times=st.integers(1, 4))
    def the_processor_misbehaves(self, kind: str, times: int) -> None:
        self._do(self.world.sandbox.control.fault(kind, method="POST", path="/v1/.*", next_n=times))

    @rule(place=st.sampled_from(PLACES), hit=st.integers(1, 3), which=WHICH, what=st.integers(0, 4))
    def a_process_is_killed(self, place: str, hit: int, which: int, what: int) -> None:
        with killed_at(place, hit=hit):
            if what == 0:
                self.a_worker_works(8)
            elif what == 1:
                self._do(self.world.hear())
            elif what == 2:
                self.leave(which)
            elif what == 3:
                self.redeem(which, twice=False)
            else:
                self.the_clock_rings()

    @rule(sure=st.sampled_from([True] + [False] * 9))
    def the_merchant_cancels(self, sure: bool) -> None:
        if sure:
            world = self.world
            self._do(
                cancel(
                    self.deal_id,
                    "over",
                    actor=world.owner,
                    store=world.store,
                    clock=world.clock,
                    keys=world.keys,
                )
            )

    def teardown(self) -> None:
        if not hasattr(self, "_runner"):
            return
        try:
            self._runner.run(self._finish())
        finally:
            with contextlib.suppress(RuntimeError):
                self._runner.run(self._stack.aclose())
            self._runner.close()
            self._databases.close()

    async def _finish(self) -> None:
        """After the close and all its days everything is final, paid for exactly, and redeemed at most once."""
        world = self.world
        await drain(world)
        await world.advance(hours=4)
        await drain(world)
        await world.advance(days=8)
        await drain(world)
        await check_after(world)
        deal = await world.deal_row(self.deal_id)
        assert deal.state in ("settled", "failed", "canceled")
        assert len(self.redeemed) == len(set(self.redeemed))
        spent = await world.rows(select(func.count()).select_from(redemptions))
        assert spent[0][0] >= len(self.redeemed)
        open_states = ("pending", "authorized", "capturing", "releasing", "payment_problem", "refunding")
        assert await world.rows(select(orders).where(orders.c.state.in_(open_states))) == []


_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def machine(request: pytest.FixtureRequest) -> type[AnyOrder]:
    if request.param == "postgresql":
        try:
            with postgres_database():
                pass
        except PostgresMissing as reason:
            without(str(reason), "QUORUM_REQUIRE_POSTGRES")
    return type(f"AnyOrder{next(_numbers)}", (AnyOrder,), {"kind": request.param})


@pytest.mark.faults
def test_any_order_of_people_notices_faults_and_kills_keeps_the_invariants(machine: type[AnyOrder]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
