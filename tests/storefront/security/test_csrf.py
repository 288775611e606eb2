"""Forged requests (S7)."""

import pytest

from tests.storefront.shop import PASSWORD, Browser, Shop

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FIELDS = {"email": "owner@fern.example", "password": PASSWORD}


@pytest.mark.parametrize("token", ["", "x", "x.y", "ÿ", "💥", "00." + "0" * 64, "a" * 3000])
async def test_a_wrong_token_is_refused_and_never_breaks_us(token: str, shop: Shop, visitor: Browser) -> None:
    await shop.member()
    await visitor.get("/sign-in")
    answer = await visitor.client.post("/sign-in", data={**FIELDS, "_csrf": token})
    assert answer.status_code == 403
    assert answer.headers["set-cookie"].startswith("form=")


async def test_a_missing_token_a_file_and_a_header_in_latin_are_refused(visitor: Browser) -> None:
    await visitor.get("/sign-in")
    missing = await visitor.client.post("/sign-in", data=FIELDS)
    a_file = await visitor.client.post("/sign-in", data=FIELDS, files={"_csrf": ("t.txt", b"token")})
    latin = await visitor.client.post(
        "/sign-in", data=FIELDS, headers={b"x-csrf-token": "ÿ".encode("latin-1")}
    )
    assert [answer.status_code for answer in (missing, a_file, latin)] == [403, 403, 403]


@pytest.mark.parametrize("content", [b"\xff\xfe=%%%", b"--x\r\nbroken", b"{"])
@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"],
)
async def test_a_broken_form_is_refused_before_anybody_signs_in(
    content: bytes, media_type: str, visitor: Browser
) -> None:
    answer = await visitor.client.post("/sign-in", content=content, headers={"content-type": media_type})
    assert answer.status_code in (400, 403, 422)


async def test_a_token_of_another_browser_is_refused(shop: Shop, visitor: Browser) -> None:
    stolen = await shop.browser().token()
    await visitor.get("/sign-in")
    answer = await visitor.client.post("/sign-in", data={**FIELDS, "_csrf": stolen})
    assert answer.status_code == 403


async def test_a_token_from_before_signing_in_is_stale_afterwards(shop: Shop, visitor: Browser) -> None:
    await shop.member()
    before = await visitor.token()
    await visitor.sign_in("owner@fern.example")
    assert (await visitor.client.post("/sign-out", data={"_csrf": before})).status_code == 403
    assert (await visitor.submit("/sign-out")).status_code == 303


async def test_a_token_differs_on_every_page_and_any_of_them_is_good(shop: Shop, visitor: Browser) -> None:
    await shop.member()
    first, second = await visitor.token(), await visitor.token()
    assert first != second
    answer = await visitor.client.post("/sign-in", data={**FIELDS, "_csrf": first})
    assert answer.status_code == 303


async def test_a_refused_form_starts_anew_with_a_fresh_cookie(visitor: Browser) -> None:
    answer = await visitor.client.post("/sign-in", data=FIELDS)
    assert answer.status_code == 403
    assert answer.headers["set-cookie"].startswith("form=")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://quorum.test:8001"}, 403),
        ({"origin": "http://quorum.test:8000"}, 303),
        ({"origin": "null"}, 303),  # a page with no-referrer sends this; the token remains
    ],
)
async def test_what_the_browser_says_about_the_sender_is_believed(
    headers: dict[str, str], status: int, shop: Shop, visitor: Browser
) -> None:
    await shop.member()
    data = {**FIELDS, "_csrf": await visitor.token()}
    assert (await visitor.client.post("/sign-in", data=data, headers=headers)).status_code == status


async def test_another_site_cannot_spoil_the_forms_a_person_has_open(visitor: Browser) -> None:
    await visitor.get("/sign-in")
    answer = await visitor.client.post("/sign-in", data=FIELDS, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_json_with_a_cookie_of_ours_needs_the_token_in_its_header(shop: Shop, visitor: Browser) -> None:
    token = await visitor.token()
    passed = await visitor.client.post("/sign-in", json=FIELDS, headers={"x-csrf-token": token})
    refused = await visitor.client.post("/sign-in", json=FIELDS)
    assert refused.status_code == 403
    assert passed.status_code != 403


async def test_a_bearer_token_needs_no_form_token_and_brings_no_cookie(shop: Shop, visitor: Browser) -> None:
    """A browser never sends one by itself; with one, the session says nothing."""
    await shop.member()
    await visitor.sign_in("owner@fern.example")
    answer = await visitor.client.post("/sign-out", headers={"authorization": "Bearer qrm_none"})
    assert answer.status_code != 403
