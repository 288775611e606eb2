"""Copies of deals: never older than they say, made once for all who wait, bounded (P2)."""

import asyncio
from datetime import timedelta

import pytest

from storefront.api.copies import MOST_BYTES, OLDEST_S, Copies, Copy
from tests.storefront.api.programs import Office


class Oven:
    """Makes copies and counts them. `go` lets a slow one finish."""

    def __init__(self, body: bytes = b"deal", good_for_s: float = OLDEST_S) -> None:
        self.made = 0
        self.go = asyncio.Event()
        self.body, self.good_for_s = body, good_for_s

    async def __call__(self) -> Copy:
        self.made += 1
        await self.go.wait()
        return Copy(self.body, self.good_for_s)


async def test_a_copy_is_shown_until_it_is_old() -> None:
    at = [0.0]
    copies, oven = Copies(lambda: at[0]), Oven()
    oven.go.set()
    for instant in (0.0, 0.1, 0.249):
        at[0] = instant
        assert await copies.get("noodles", oven) == b"deal"
    assert oven.made == 1
    at[0] = 0.25
    await copies.get("noodles", oven)
    assert oven.made == 2


async def test_a_copy_ends_with_a_deadline_that_comes_first() -> None:
    at = [0.0]
    copies, oven = Copies(lambda: at[0]), Oven(good_for_s=0.1)
    oven.go.set()
    await copies.get("noodles", oven)
    at[0] = 0.1
    await copies.get("noodles", oven)
    assert oven.made == 2


async def test_many_who_wait_cost_one_copy_and_one_who_leaves_takes_nothing_from_them() -> None:
    copies, oven = Copies(), Oven()
    waiting = [asyncio.create_task(copies.get("noodles", oven)) for _ in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    oven.go.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert answers[1:] == [b"deal"] * 19
    assert oven.made == 1


async def test_what_goes_wrong_is_told_to_all_and_forgotten() -> None:
    copies, turns = Copies(), iter((LookupError("gone"), None))

    async def make() -> Copy:
        if wrong := next(turns):
            raise wrong
        return Copy(b"back")

    with pytest.raises(LookupError):
        await copies.get("noodles", make)
    assert await copies.get("noodles", make) == b"back"


async def test_the_copies_stay_within_their_bytes() -> None:
    copies = Copies(lambda: 0.0)
    large = Oven(b"x" * (MOST_BYTES // 4))
    large.go.set()
    for name in ("first", "second", "third", "fourth"):
        await copies.get(name, large)
    await copies.get("first", large)  # asked for lately, so it stays
    await copies.get("fifth", large)
    assert large.made == 5
    await copies.get("first", large)
    assert large.made == 5
    await copies.get("second", large)
    assert large.made == 6


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_token_always_reads_the_present(office: Office) -> None:
    owner = await office.program("owner")
    deal_id = await office.world.deal(
        slug="noodles", threshold=2, closes_at=office.world.clock.at + timedelta(hours=2)
    )
    assert (await office.anybody.get("/deals/noodles")).json()["count"] == 0
    await office.world.buy(deal_id, "ada@example.com")
    assert (await owner.get("/deals/noodles")).json()["count"] == 1
