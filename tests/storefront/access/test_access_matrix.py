"""Every route, for everybody, against one table; a route that is not in the table fails (S15, S42)."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from campaigns.foundation.clock import ManualClock
from campaigns.foundation.store import Store
from tests.storefront.access.crowd import Crowd, a_crowd
from tests.storefront.access.matrix import MATRIX, WHO

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def crowd(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Crowd]:
    async with a_crowd(store, clock, tmp_path) as opened:
        yield opened


def routes_of(crowd: Crowd) -> set[str]:
    """Every method and path there is, without those the framework answers by itself."""
    return {
        f"{method} {route.path}"
        for route in crowd.office.app.routes
        for method in getattr(route, "methods", ())
        if method not in ("HEAD", "OPTIONS")
    }


def letter_of(answer: httpx.Response) -> str:
    """What an answer amounts to, in the letters of the table."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return "S"
    # 503 is the live stream of a storefront that is going down.
    return {401: "S", 403: "N", 404: "0", 500: "!"}.get(answer.status_code, "Y")


@one_database
async def test_every_route_is_in_the_matrix_and_nothing_else_is(crowd: Crowd) -> None:
    assert routes_of(crowd) == set(MATRIX)


@one_database
async def test_everybody_is_let_in_where_the_matrix_says_and_nowhere_else(crowd: Crowd) -> None:
    wrong = []
    for route, expected in MATRIX.items():
        found = "".join([letter_of(await crowd.ask(who, route)) for who in WHO])
        if found != expected:
            wrong.append(f"{route}: {found}, not {expected}")
    assert wrong == []
