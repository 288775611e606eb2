"""Errors: the one table, and what people and programs are told (S13, U21, U42)."""

import importlib
import pkgutil

import pytest
from litestar import post
from litestar.exceptions import HTTPException
from litestar.params import FromPath, JSONBody
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import campaigns
import storefront
from campaigns.foundation.errors import FieldError, InvalidFields, NotAllowed, NotFound, Refusal
from campaigns.orders.ports import NoticeForged, NoticeMalformed, ServerError
from campaigns.people.limits import TooManyTries
from campaigns.people.rules import SignInNeeded
from storefront.errors import STATUS, problem_of
from tests.storefront.shop import Browser, Shop

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SECRET_WORDS = "SELECT card FROM /etc/shadow hunter2"


def refusals() -> list[type[Refusal]]:
    """Every refusal of the product, with the modules that define them imported."""
    for package in (campaigns, storefront):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)
    found, left = [], [Refusal]
    while left:
        subclasses = left.pop().__subclasses__()
        found += [each for each in subclasses if each.__module__.split(".")[0] in ("campaigns", "storefront")]
        left += subclasses
    return found


def test_every_refusal_has_a_status_and_a_code_of_its_own() -> None:
    """S13."""
    codes = [refusal.code for refusal in refusals()]
    assert len(codes) > 20
    assert [refusal.__qualname__ for refusal in refusals() if refusal.code not in STATUS] == []
    assert sorted(codes) == sorted(set(codes))


def test_every_status_in_the_table_has_words() -> None:
    """Whatever the framework or the processor raises is said in a sentence of ours."""
    for status in (400, 401, 403, 404, 405, 406, 410, 413, 415, 429, 500, 503):
        problem = problem_of(HTTPException(SECRET_WORDS, status_code=status))
        assert problem.status == status
        assert problem.detail.endswith(".")
        assert SECRET_WORDS not in problem.detail


class LockNotAvailable(Exception):
    sqlstate = "55P03"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (
            OperationalError("UPDATE deal", {"email": "ada"}, Exception("database is locked")),
            503,
            "try_again",
        ),
        (DBAPIError("UPDATE deal", {}, LockNotAvailable()), 503, "try_again"),
        (DBAPIError("UPDATE deal", {}, Exception("anything else")), 500, "internal_error"),
        (PoolTimeout(), 503, "try_again"),
        (ServerError("api_error"), 503, "payment_unavailable"),
        (NoticeForged(), 401, "notice_forged"),
        (NoticeMalformed(), 400, "notice_malformed"),
        (ZeroDivisionError(SECRET_WORDS), 500, "internal_error"),
        (HTTPException(SECRET_WORDS, status_code=418), 500, "internal_error"),
    ],
)
def test_what_is_not_a_refusal_is_mapped_too_and_says_nothing_of_us(
    error: Exception, status: int, code: str
) -> None:
    """S13."""
    problem = problem_of(error)
    assert (problem.status, problem.code) == (status, code)
    assert (problem.retry_after_s is not None) is (status == 503)
    assert not any(word in problem.detail for word in ("SELECT", "UPDATE", "hunter2", "ada"))


class Typed:
    """A body with two fields, as the framework reads it."""

    name: str
    units: int


@post("/api/raises/{what:str}", exclude_from_csrf=True)
async def raises(what: FromPath[str]) -> None:
    errors: dict[str, Exception] = {
        "fields": InvalidFields(
            [FieldError("tiers.1.price", "too_low", "Must be lower than the tier before.")]
        ),
        "missing": NotFound(what="deal"),
        "forbidden": NotAllowed(act="refund this order", who_may="Ask an owner."),
        "stranger": SignInNeeded(act="refund this order"),
        "often": TooManyTries(wait="2 minutes", retry_after_s=90),
    }
    raise errors.get(what, RuntimeError(SECRET_WORDS))


@post("/api/typed/{number:int}", exclude_from_csrf=True)
async def typed(number: FromPath[int], data: JSONBody[dict[str, int]]) -> None:
    raise AssertionError(f"{number} {data}")


@pytest.fixture
def raising(shop: Shop) -> Shop:
    for handler in (raises, typed):
        shop.app.register(handler)
    return shop


@one_database
@pytest.mark.parametrize(
    ("what", "status", "code"),
    [
        ("fields", 422, "invalid_fields"),
        ("missing", 404, "not_found"),
        ("forbidden", 403, "not_allowed"),
        ("stranger", 401, "sign_in_needed"),
        ("often", 429, "too_many_tries"),
        ("anything", 500, "internal_error"),
    ],
)
async def test_a_program_gets_a_problem_with_a_code_and_a_reference(
    what: str, status: int, code: str, raising: Shop
) -> None:
    """S13."""
    answer = await raising.browser().client.post(f"/api/raises/{what}")
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert {"type", "title", "detail", "instance"} <= body.keys()
    assert body["instance"] == answer.headers["x-request-id"]
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    if what == "fields":
        wrong = {"field": "tiers.1.price", "code": "too_low", "detail": "Must be lower than the tier before."}
        assert body["errors"] == [wrong]
    if what == "often":
        assert answer.headers["retry-after"] == "90"


@one_database
@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b'{"units": "x"}', "application/json", 422, "invalid_fields"),
        (b"{", "application/json", 400, "bad_request"),
        (b"\xff", "application/json", 400, "bad_request"),
    ],
)
async def test_what_cannot_be_read_is_said_without_the_frameworks_words(
    content: bytes, media_type: str, status: int, code: str, raising: Shop
) -> None:
    """S13."""
    answer = await raising.browser().client.post(
        "/api/typed/1", content=content, headers={"content-type": media_type}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "msgspec" not in answer.text
    assert "Expected" not in answer.text


@one_database
@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("missing", 404, "There is no such deal here."),
        ("forbidden", 403, "Ask an owner."),
        ("often", 429, "Try again in 2 minutes."),
        ("anything", 500, "we are checking your payment"),
    ],
)
async def test_a_person_gets_a_page_and_htmx_a_message(
    what: str, status: int, words: str, raising: Shop
) -> None:
    """U21, U42."""
    from litestar import get

    @get("/raises/{what:str}", include_in_schema=False)
    async def raises_page(what: FromPath[str]) -> None:
        await raises.fn(what)

    raising.app.register(raises_page)
    visitor = raising.browser()
    page, message = (
        await visitor.get(f"/raises/{what}"),
        await visitor.get(f"/raises/{what}", hx_request="true"),
    )
    assert (page.status_code, message.status_code) == (status, status)
    assert words in page.text
    assert page.headers["x-request-id"] in page.text
    assert "<html" in page.text
    assert "<html" not in message.text
    assert 'hx-target="#toasts"' in message.text


@one_database
async def test_a_stranger_is_sent_to_sign_in_and_back(raising: Shop) -> None:
    """U36: never a redirect to htmx."""
    from litestar import get

    @get("/private", include_in_schema=False)
    async def private() -> None:
        raise SignInNeeded(act="see this")

    raising.app.register(private)
    visitor = raising.browser()
    plain, htmx = await visitor.get("/private"), await visitor.get("/private", hx_request="true")
    assert (plain.status_code, plain.headers["location"]) == (303, "/sign-in?next=/private")
    assert htmx.headers["hx-redirect"] == "/sign-in?next=/private"
    assert htmx.status_code == 204


@one_database
async def test_a_wrong_method_and_a_wrong_address_have_codes(visitor: Browser) -> None:
    found = [
        (await visitor.client.request(method, path)).json()["code"]
        for method, path in (("DELETE", "/health/live"), ("GET", "/api/nothing"))
    ]
    assert found == ["method_not_allowed", "not_found"]
