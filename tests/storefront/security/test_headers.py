"""Headers, hosts, redirects and sizes of every answer (S9, S11, S12, S19, U57)."""

from pathlib import Path

import pytest
from litestar.handlers import HTTPRouteHandler

from storefront.security.browser import browser_policy
from storefront.security.headers import content_security_policy, security_headers
from storefront.security.redirects import inside
from storefront.security.sizes import FORM_BYTES
from tests.storefront.shop import Browser, Shop, shop_settings

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ALWAYS = (
    "content-security-policy",
    "cross-origin-opener-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-request-id",
)


@one_database
async def test_every_route_and_every_error_carries_the_headers(shop: Shop, visitor: Browser) -> None:
    """S9: all routes, each by a method it takes and by one it does not."""
    paths = {route.path for route in shop.app.routes} | {"/nothing-here", "/api/nothing-here"}
    for path in sorted(paths):
        filled = path.replace("{", "").replace("}", "").replace(":", "-")
        for method in ("GET", "POST", "DELETE"):
            answer = await visitor.client.request(method, filled)
            assert [name for name in ALWAYS if name not in answer.headers] == [], (method, path)


@one_database
async def test_nothing_in_the_policy_lets_a_script_in(visitor: Browser) -> None:
    """U57."""
    policy = (await visitor.get("/sign-in")).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy


def test_forms_lead_to_the_payment_page_in_use_and_nowhere_else(tmp_path: Path) -> None:
    """S9."""
    real = shop_settings(tmp_path, STRIPE_API_KEY="rk_live_x", stripe_webhook_secret="whsec_x")
    sandbox = shop_settings(tmp_path, stripe_api_base="http://127.0.0.1:9000/sandbox/stripe")
    own = shop_settings(tmp_path)
    expected = {
        "form-action 'self' https://checkout.stripe.com": real,
        "form-action 'self' http://127.0.0.1:9000": sandbox,
        "form-action 'self'": own,
    }
    for directive, settings in expected.items():
        policy = content_security_policy(browser_policy(settings), frozenset())
        assert policy.split("; ")[-1] == directive


def test_only_the_scan_page_gets_the_camera_and_wasm(tmp_path: Path) -> None:
    """U57."""
    policy = browser_policy(shop_settings(tmp_path))
    plain, scans = dict(security_headers(policy, {})), dict(security_headers(policy, {"scans": True}))
    assert b"'wasm-unsafe-eval'" in scans[b"content-security-policy"]
    assert b"camera=(self)" in scans[b"permissions-policy"]
    assert b"wasm" not in plain[b"content-security-policy"]
    assert b"camera=()" in plain[b"permissions-policy"]


def test_order_and_voucher_pages_tell_nobody_their_address(tmp_path: Path) -> None:
    """S9."""
    policy = browser_policy(shop_settings(tmp_path))
    assert dict(security_headers(policy, {"no_referrer": True}))[b"referrer-policy"] == b"no-referrer"


def test_only_behind_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    """S9, S44."""
    plain = browser_policy(shop_settings(tmp_path))
    secure = browser_policy(shop_settings(tmp_path, public_url="https://quorum.test"))
    assert b"strict-transport-security" not in dict(security_headers(plain, {}))
    assert b"max-age=63072000" in dict(security_headers(secure, {}))[b"strict-transport-security"]


@one_database
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("quorum.test:8000", 200),
        ("QUORUM.test:8000", 200),
        ("127.0.0.1:9999", 200),
        ("localhost", 200),
        ("quorum.test", 400),
        ("quorum.test:8001", 400),
        ("evil.example", 400),
        ("quorum.test:8000.evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ],
)
async def test_we_answer_to_our_own_name_only(host: str, status: int, visitor: Browser) -> None:
    """S12."""
    answer = await visitor.get("/sign-in", host=host)
    assert answer.status_code == status
    assert (await visitor.get("/health/live", host=host)).status_code == 200


def test_a_public_address_without_port_is_known_with_its_default_port(tmp_path: Path) -> None:
    """S12."""
    policy = browser_policy(shop_settings(tmp_path, public_url="https://quorum.test"))
    assert policy.knows_host("quorum.test:443")
    assert not policy.knows_host("quorum.test:8443")


@one_database
async def test_a_forwarded_address_from_anybody_is_not_believed(shop: Shop) -> None:
    """S12, S18: sixty tries of one network, whatever it claims."""
    visitor = shop.browser("192.0.2.7")
    statuses = []
    for number in range(61):
        fields = {"email": f"p{number}@fern.example", "password": "x"}
        answer = await visitor.submit("/sign-in", fields, x_forwarded_for=f"198.51.{number}.1")
        statuses.append(answer.status_code)
    assert statuses == [401] * 60 + [429]


@pytest.mark.parametrize("path", ["/", "/deals/x?a=1&b=%2F%2Fevil", "/a//b", "/deals/ü"])
def test_a_path_of_ours_is_followed(path: str) -> None:
    """S11."""
    assert inside(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "deals",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\\b",
        "/a\x00b",
        "/" + "a" * 2001,
    ],
)
def test_any_other_target_becomes_the_front_page(path: str | None) -> None:
    """S11."""
    assert inside(path) == "/"


@one_database
async def test_a_body_that_is_too_large_is_refused_with_or_without_its_length(visitor: Browser) -> None:
    """S19."""
    data = {"_csrf": await visitor.token(), "email": "x" * (FORM_BYTES + 1)}
    declared = await visitor.client.post("/sign-in", data=data, headers={"accept": "application/json"})

    async def drips() -> object:
        for _ in range(FORM_BYTES // 1000 + 2):
            yield b"x" * 1000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    streamed = await visitor.client.post("/sign-in", content=drips(), headers=kind)  # type: ignore[arg-type]
    assert (declared.status_code, declared.json()["code"]) == (413, "body_too_large")
    assert streamed.status_code == 413


@one_database
async def test_a_form_of_a_thousand_parts_is_refused(visitor: Browser) -> None:
    """S19."""
    files = [("f", (f"{number}", b"")) for number in range(60)]
    assert (await visitor.client.post("/sign-in", files=files)).status_code in (400, 403, 413)


@one_database
async def test_every_route_that_takes_a_body_says_how_much(shop: Shop) -> None:
    """S19: nothing has the framework's ten megabytes."""
    handlers = [
        handler
        for route in shop.app.routes
        for handler in getattr(route, "route_handlers", ())
        if isinstance(handler, HTTPRouteHandler)
    ]
    assert handlers
    limits = [handler.resolve_request_max_body_size() for handler in handlers]
    assert all(limit is not None and limit <= 5_000_000 for limit in limits)


@one_database
async def test_static_files_may_be_kept_for_ever(visitor: Browser) -> None:
    """U32."""
    from storefront.assets import static_url

    answer = await visitor.get(static_url("css/app.css"))
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert "text/css" in answer.headers["content-type"]
