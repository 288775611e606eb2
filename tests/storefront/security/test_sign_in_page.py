"""The sign-in page: sessions and cookies as a browser sees them (S3-S6, S11, S18)."""

import pytest
from sqlalchemy import func, select

from campaigns.people.rows import session
from storefront.security.browser import browser_policy
from tests.storefront.shop import Browser, Shop, shop_settings


async def sessions(shop: Shop) -> int:
    async with shop.store.read() as unit:
        return int(await unit.value(select(func.count()).select_from(session)))


async def test_signing_in_leads_on_and_the_page_knows_the_name(shop: Shop, visitor: Browser) -> None:
    await shop.member()
    answer = await visitor.sign_in("owner@fern.example", next="/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "You are signed in as A owner" in (await visitor.get("/sign-in")).text


@pytest.mark.parametrize(
    ("role", "leads_to"), [("owner", "/console"), ("manager", "/console"), ("staff", "/desk")]
)
async def test_signing_in_without_another_wish_leads_to_work(
    role: str, leads_to: str, shop: Shop, visitor: Browser
) -> None:
    await shop.member(role=role)
    assert 'name="next" value="/console"' in (await visitor.get("/sign-in")).text
    await visitor.sign_in(f"{role}@fern.example", next="/console")
    console = await visitor.get("/console")
    assert (console.headers.get("location") or "/console") == leads_to


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: Shop, visitor: Browser) -> None:
    """S6."""
    await shop.member()
    cookie = (await visitor.sign_in("owner@fern.example")).headers["set-cookie"].lower()
    assert all(part in cookie for part in ("session=", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_behind_tls_cookies_carry_the_host_prefix_and_are_secure(tmp_path: object, database: object) -> None:
    """S6."""
    del database
    policy = browser_policy(shop_settings(tmp_path, public_url="https://quorum.test"))  # type: ignore[arg-type]
    for cookie in (policy.set_session("t", max_age_s=9), policy.set_form("f"), policy.end_session()):
        header = cookie.to_header(header="")
        assert header.strip().startswith("__Host-")
        assert all(part in header for part in ("Secure", "HttpOnly", "Path=/"))


@pytest.mark.parametrize("path", ["/health/live", "/nothing-here", "/static/dist/none.css", "/api/none"])
async def test_looking_sets_no_cookie_and_writes_no_row(path: str, shop: Shop, visitor: Browser) -> None:
    """S6."""
    assert "set-cookie" not in (await visitor.get(path)).headers
    assert await sessions(shop) == 0


@pytest.mark.parametrize("email", ["owner@fern.example", "nobody@fern.example", "not an address", ""])
async def test_known_and_unknown_addresses_get_the_same_page(
    email: str, shop: Shop, visitor: Browser
) -> None:
    """S3."""
    await shop.member()
    answer = await visitor.sign_in(email, "a wrong password")
    assert answer.status_code == 401
    assert "This e-mail address and password do not belong together." in answer.text
    assert await sessions(shop) == 0


async def test_the_password_never_comes_back(shop: Shop, visitor: Browser) -> None:
    await shop.member()
    assert "a wrong password" not in (await visitor.sign_in("owner@fern.example", "a wrong password")).text


async def test_a_session_id_from_outside_is_never_adopted(shop: Shop, visitor: Browser) -> None:
    """S4."""
    await shop.member()
    visitor.client.cookies.set("session", "A" * 43, domain="quorum.test", path="/")
    await visitor.sign_in("owner@fern.example")
    assert visitor.client.cookies["session"] != "A" * 43


async def test_signing_out_ends_the_session_and_empties_the_browser(shop: Shop, visitor: Browser) -> None:
    """S4, U81."""
    await shop.member()
    await visitor.sign_in("owner@fern.example")
    answer = await visitor.submit("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "cache" in answer.headers["clear-site-data"]
    assert "session" not in visitor.client.cookies
    assert await sessions(shop) == 0


async def test_after_ten_tries_the_page_says_when_to_come_back(shop: Shop, visitor: Browser) -> None:
    """S18."""
    await shop.member()
    for _ in range(10):
        await visitor.sign_in("owner@fern.example", "a wrong password")
    answer = await visitor.sign_in("owner@fern.example")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


@pytest.mark.parametrize("next_path", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\tb"])
async def test_signing_in_leads_nowhere_else(next_path: str, shop: Shop, visitor: Browser) -> None:
    """S11."""
    await shop.member()
    answer = await visitor.sign_in("owner@fern.example", next=next_path)
    assert answer.headers["location"] == "/"


async def test_a_personal_page_is_stored_nowhere(visitor: Browser) -> None:
    """S9."""
    assert (await visitor.get("/sign-in")).headers["cache-control"] == "no-store"


async def test_a_token_on_a_page_address_signs_in_without_a_cookie(shop: Shop, visitor: Browser) -> None:
    """S17: one that is not good is a refusal, not a stranger."""
    answer = await visitor.get("/sign-in", authorization="Bearer qrm_none", accept="application/json")
    assert answer.status_code == 401
    assert answer.json()["code"] == "token_invalid"
    assert answer.headers["www-authenticate"] == "Bearer"
