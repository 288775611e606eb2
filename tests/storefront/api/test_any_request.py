"""Whatever is sent to the API, the answer is one of ours: requests made up from the document itself (S13, S16, S19)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from campaigns.foundation.store import Store
from storefront.errors import STATUS
from tests.shop import Shop, running_shop
from tests.storefront.api.programs import Office, Program

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_EACH = settings(
    max_examples=4,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Asking:
    """`names` are values that lead somewhere, by the name of their parameter."""

    address: str
    document: dict[str, Any]
    tokens: dict[str, str]
    names: dict[str, str]
    met: Counter[int] = field(default_factory=Counter)

    def everything(self) -> list[str]:
        """Ask every operation as everybody, and say what came back that should not have."""
        schema = schemathesis.openapi.from_dict(self.document)
        found: list[str] = []
        made: Any
        for made in schema.get_all_operations():
            operation = made.ok()
            for who, token in self.tokens.items():
                for mode in schemathesis.GenerationMode:
                    found += self._ask(operation, f"{who}, {mode.value}", token, mode)
        return found

    def _ask(self, operation: Any, who: str, token: str, mode: Any) -> list[str]:
        found: list[str] = []
        turns = iter(range(1_000_000))

        @_EACH
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            if next(turns) % 2:
                self._lead_somewhere(case)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            answer = case.call(base_url=self.address, headers=headers)
            self.met[answer.status_code] += 1
            found.extend(f"{operation.label} as {who}: {why}" for why in misfits(case, answer, mode))

        with contextlib.suppress(Unsatisfiable):  # an operation that takes nothing cannot be asked wrongly
            one()
        return found

    def _lead_somewhere(self, case: Any) -> None:
        """Made-up names reach nothing: put in some that do."""
        if case.path_parameters:
            case.path_parameters = _known(case.path_parameters, self.names)
        if isinstance(case.body, dict):
            case.body = _known(case.body, self.names)


def _known(given_values: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {name: names.get(name, value) for name, value in given_values.items()}


def misfits(case: Any, answer: Any, mode: Any) -> Iterator[str]:
    """What is wrong with an answer: undocumented, or a refusal without a code of the table and a sentence."""
    try:
        case.validate_response(answer, checks=_CHECKS)
    except (AssertionError, ExceptionGroup) as failure:
        yield f"{failure}"[:600]
    if answer.status_code < 400:
        return
    body = answer.json()
    if STATUS.get(body.get("code")) != answer.status_code:
        yield f"{answer.status_code} with {body}"
    elif not body["detail"].endswith("."):
        yield f"no sentence: {body['detail']!r}"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_any_request_gets_an_answer_that_is_written_down(store: Store, tmp_path: Path) -> None:
    """Anonymous, a merchant's owner and an operator; well-formed requests and broken ones."""
    async with running_shop(store, tmp_path) as shop:
        asking = await prepare(shop)
        assert await asyncio.to_thread(asking.everything) == []
        assert {200, 201, 400, 401, 403, 404, 409, 422} <= asking.met.keys(), asking.met
        assert asking.met.total() > 300


async def prepare(shop: Shop) -> Asking:
    """A deal somebody bought, and tokens for a merchant and an operator."""
    world = shop.world
    office = Office(world, shop.app, Program(shop.app), [])
    deal_id = await world.deal(slug="noodles", threshold=1)
    bought = await world.buy(deal_id, "ada@example.com")
    owner, operator = await office.program("owner"), await office.program("operator")
    key = world.links.order(bought).rpartition("/")[2]
    voucher = (await office.anybody.client.get(f"/orders/{key}", headers={"host": "127.0.0.1"})).json()[
        "vouchers"
    ][0]
    async with httpx.AsyncClient(trust_env=False) as client:
        document = (await client.get(f"{shop.address}/schema/openapi.json")).json()
    tokens = {
        "anybody": "",
        "owner": owner.client.headers["authorization"].removeprefix("Bearer "),
        "operator": operator.client.headers["authorization"].removeprefix("Bearer "),
    }
    names = {
        "deal": "noodles",
        "order": key,
        "voucher": voucher["key"],
        "organization": office.merchant_id,
        "email": "bo@example.com",
        "role": "staff",
        "zone": "UTC",
        "name": "Moss",
        "slug": "moss",
        "address": "1 Moss Lane",
    }
    for program in (owner, operator, office.anybody):
        await program.client.aclose()
    return Asking(shop.address, document, tokens, names)
