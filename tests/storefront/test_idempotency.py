"""`Idempotency-Key` over HTTP (S27)."""

import asyncio

import pytest
from litestar import Response, post

from campaigns.foundation.errors import NotFound
from storefront.idempotency import JsonAnswer, answer_once
from storefront.security.csrf import EXEMPT
from storefront.site import AnyRequest
from tests.storefront.shop import Browser, Shop


class Counted:
    """Counts how often the work was done, and waits or fails when told to."""

    def __init__(self) -> None:
        self.times = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.failure: Exception | None = None

    async def work(self) -> JsonAnswer:
        self.times += 1
        self.begun.set()
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return JsonAnswer({"times": self.times}, 201)


@pytest.fixture
def counted(shop: Shop) -> Counted:
    work = Counted()

    @post("/api/counted", opt={EXEMPT: True})
    async def handler(request: AnyRequest) -> Response[str]:
        return await answer_once(request, work.work)

    shop.app.register(handler)
    return work


async def ask(visitor: Browser, body: str = "{}", key: str | None = "k1") -> tuple[int, object]:
    headers = {"idempotency-key": key} if key is not None else {}
    answer = await visitor.client.post("/api/counted", content=body, headers=headers)
    return answer.status_code, answer.json().get("code", answer.json())


async def test_a_repeat_is_answered_as_the_first_and_done_once(counted: Counted, visitor: Browser) -> None:
    first = await ask(visitor)
    assert await ask(visitor) == first == (201, {"times": 1})
    again = await visitor.client.post("/api/counted", content="{}", headers={"idempotency-key": "k1"})
    assert again.headers["idempotent-replayed"] == "true"
    assert counted.times == 1


async def test_without_a_key_every_request_counts(counted: Counted, visitor: Browser) -> None:
    assert [await ask(visitor, key=None) for _ in range(2)] == [(201, {"times": 1}), (201, {"times": 2})]


async def test_another_body_under_the_same_key_is_refused(counted: Counted, visitor: Browser) -> None:
    await ask(visitor)
    assert await ask(visitor, '{"other": 1}') == (422, "idempotency_key_reused")
    assert counted.times == 1


async def test_while_the_first_runs_the_second_is_told_to_wait(counted: Counted, visitor: Browser) -> None:
    counted.gate.clear()
    first = asyncio.create_task(ask(visitor))
    await counted.begun.wait()
    assert await ask(visitor) == (409, "idempotency_key_in_use")
    counted.gate.set()
    assert await first == (201, {"times": 1})


async def test_a_refusal_is_an_answer_and_is_kept(counted: Counted, visitor: Browser) -> None:
    counted.failure = NotFound(what="deal")
    assert [await ask(visitor) for _ in range(2)] == [(404, "not_found")] * 2
    assert counted.times == 1


async def test_what_broke_off_may_be_asked_again_under_its_key(counted: Counted, visitor: Browser) -> None:
    counted.failure = RuntimeError("the process stumbled")
    assert await ask(visitor) == (500, "internal_error")
    counted.failure = None
    assert await ask(visitor) == (201, {"times": 2})


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_key_that_cannot_be_kept_is_refused(key: str, counted: Counted, visitor: Browser) -> None:
    assert (await ask(visitor, key=key))[0] == 422
    assert counted.times == 0
