"""What the API refuses, each time with a code and a sentence (S13, S14, S15, S16, S17, S27)."""

from datetime import timedelta
from typing import Any

import pytest

from storefront.idempotency import HEADER
from tests.storefront.api.programs import Office, a_draft, a_key, code_of

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
JOIN = {"email": "ada@example.com"}


@one_database
@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"{", "application/json", (400, "bad_request")),
        (b"\xff\xfe", "application/json", (400, "bad_request")),
        (b'{"email": "\\ud800"}', "application/json", (400, "bad_request")),
        (b"", "application/json", (422, "invalid_fields")),
        (b"[]", "application/json", (422, "invalid_fields")),
        (b"null", "application/json", (422, "invalid_fields")),
        (b'{"email": 1}', "application/json", (422, "invalid_fields")),
        (b'{"email": "nobody"}', "application/json", (422, "invalid_email")),
        (b'{"email": "a@example.com", "units": 0}', "application/json", (422, "invalid_fields")),
        (b'{"email": "a@example.com", "units": 1.5}', "application/json", (422, "invalid_fields")),
        (b'{"email": "a@example.com", "units": 1e99}', "application/json", (422, "invalid_fields")),
        (b'{"email": "a@example.com", "units": 900}', "application/json", (422, "too_many")),
        (b"email=ada", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        (b'{"email": "a@example.com"}', "text/plain", (415, "unsupported_media_type")),
        (b'{"email": "' + b"a" * 17_000 + b'"}', "application/json", (413, "body_too_large")),
    ],
)
async def test_a_body_that_does_not_fit(
    content: bytes, media_type: str, code: tuple[int, str], office: Office
) -> None:
    """S13, S19."""
    await office.world.deal(slug="noodles", max_per_order=5)
    headers = {"content-type": media_type, HEADER: a_key()}
    answer = await office.anybody.client.post("/deals/noodles/orders", content=content, headers=headers)
    assert code_of(answer) == code


@one_database
@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "email", "missing"),
        ({**JOIN, "state": "authorized"}, "state", "unknown"),
        ({**JOIN, "units_taken": 1}, "units_taken", "unknown"),
        ({**JOIN, "organization_id": "org_1"}, "organization_id", "unknown"),
        ({**JOIN, "units": "many"}, "units", "wrong_type"),
        ({**JOIN, "units": -1}, "units", "range"),
        ({"email": "a" * 400}, "email", "length"),
    ],
)
async def test_the_field_that_is_wrong_is_named(
    body: dict[str, Any], field: str, code: str, office: Office
) -> None:
    """S16: what nobody may set is refused as unknown."""
    await office.world.deal(slug="noodles")
    answer = await office.anybody.post("/deals/noodles/orders", body)
    assert code_of(answer) == (422, "invalid_fields")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


@one_database
async def test_a_draft_says_everything_that_is_wrong_with_dotted_paths(office: Office) -> None:
    owner = await office.program("owner")
    tiers = [{"start": 1, "price": "40"}, {"start": "x", "price": "y"}]
    answer = await owner.post("/deals", a_draft(price=None, tiers=tiers, min_per_order="few"))
    assert code_of(answer) == (422, "invalid_fields")
    assert {error["field"] for error in answer.json()["errors"]} == {
        "tiers.1.start",
        "tiers.1.price",
        "min_per_order",
    }
    shape = await owner.post("/deals", a_draft(tiers=[{"start": 1, "price": 2.5}]))
    assert [error["field"] for error in shape.json()["errors"]] == ["tiers.0.price"]


@one_database
@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/nothing", (404, "not_found")),
        ("GET", "/deals/nothing", (404, "not_found")),
        ("GET", "/deals/deal_nothing", (404, "not_found")),
        ("GET", "/deals/%00", (404, "not_found")),
        ("GET", "/orders/ord_1.forged", (404, "not_found")),
        ("GET", "/vouchers/%00", (404, "not_found")),
        ("DELETE", "/deals", (405, "method_not_allowed")),
        ("GET", "/deals?limit=0", (422, "invalid_fields")),
        ("GET", "/deals?after=made-up", (422, "invalid_fields")),
        ("GET", "/deals?show=everything", (422, "invalid_fields")),
        ("GET", "/deals?state=draft", (401, "sign_in_needed")),
        ("GET", "/me", (401, "sign_in_needed")),
        ("GET", "/venues", (401, "sign_in_needed")),
        ("POST", "/deals/nothing/orders", (400, "idempotency_key_missing")),
        ("POST", "/redemptions", (400, "idempotency_key_missing")),
        ("POST", "/deals", (400, "idempotency_key_missing")),
    ],
)
async def test_an_address_that_leads_nowhere(
    method: str, path: str, code: tuple[int, str], office: Office
) -> None:
    """S13, S27."""
    assert code_of(await office.anybody.client.request(method, path)) == code


@one_database
async def test_a_join_needs_a_key_nobody_can_guess(office: Office) -> None:
    """Whoever repeats a join is told its order."""
    await office.world.deal(slug="noodles")
    answer = await office.anybody.post("/deals/noodles/orders", JOIN, key="1")
    assert code_of(answer) == (422, "invalid_fields")
    assert answer.json()["errors"][0]["field"] == HEADER


async def test_a_repeated_join_gets_the_first_answer_and_takes_one_place(office: Office) -> None:
    """S27, R27."""
    deal_id, key = await office.world.deal(slug="noodles"), a_key()
    first = await office.anybody.post("/deals/noodles/orders", JOIN, key=key)
    again = await office.anybody.post("/deals/noodles/orders", JOIN, key=key)
    other = await office.anybody.post("/deals/noodles/orders", {"email": "bo@example.com"}, key=key)
    assert first.json() == again.json()
    assert (first.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    assert code_of(other) == (422, "idempotency_key_reused")
    assert (await office.world.deal_row(deal_id)).units_taken == 1


@one_database
async def test_what_is_anothers_is_not_found(office: Office) -> None:
    """S14, S15: reading, writing, refunding and redeeming by a foreign id."""
    deal_id = await office.world.deal(threshold=1)
    bought = await office.world.buy(deal_id, "ada@example.com")
    venue_id = (await office.anybody.get(f"/deals/{(await office.world.deal_row(deal_id)).slug}")).json()[
        "venues"
    ][0]["id"]
    stranger = await office.program("owner", organization_id=await office.merchant())
    asked = [
        await stranger.put(f"/deals/{deal_id}", a_draft()),
        await stranger.post(f"/deals/{deal_id}/submit"),
        await stranger.post(f"/deals/{deal_id}/cancel", {"reason": "mine now"}),
        await stranger.post(f"/deals/{deal_id}/waive"),
        await stranger.post(f"/deals/{deal_id}/approve"),
        await stranger.get(f"/deals/{deal_id}/orders"),
        await stranger.post(f"/orders/{bought}/refunds", {"units": 1}),
        await stranger.get("/venues", organization_id=office.merchant_id),
        await stranger.get("/deals", organization_id=office.merchant_id),
        await stranger.post("/deals", a_draft(organization_id=office.merchant_id)),
        await stranger.post("/redemptions", {"code": "ABCD-EFGH-IJKL-MNOP", "venue_id": venue_id}),
        await stranger.post(
            f"/organizations/{office.merchant_id}/members", {"email": "a@b.example", "role": "owner"}
        ),
    ]
    assert {code_of(answer) for answer in asked} == {(404, "not_found")}


@one_database
async def test_a_draft_is_seen_by_its_merchant_and_the_operator_alone(office: Office) -> None:
    """S15."""
    owner, operator = await office.program("owner"), await office.program("operator")
    stranger = await office.program("owner", organization_id=await office.merchant())
    deal = (await owner.post("/deals", a_draft(slug="secret"))).json()
    for name in ("secret", deal["id"]):
        path = f"/deals/{name}"
        seen = [(await who.get(path)).status_code for who in (office.anybody, stranger, owner, operator)]
        assert seen == [404, 404, 200, 200]
    mine = (await owner.get("/deals", organization_id=office.merchant_id)).json()["deals"]
    assert [found["slug"] for found in mine] == ["secret"]
    drafts = (await operator.get("/deals", state="draft")).json()["deals"]
    assert [found["slug"] for found in drafts] == ["secret"]
    assert (await office.anybody.get("/deals")).json()["deals"] == []


@one_database
async def test_a_token_does_what_its_scopes_say_and_no_more(office: Office) -> None:
    """S17."""
    scanner = await office.program("owner", scopes=("redeem",))
    deal_id = await office.world.deal()
    asked = [
        await scanner.post("/deals", a_draft()),
        await scanner.post("/venues", {"name": "Alder", "address": "214 SE Alder", "zone": "UTC"}),
        await scanner.get(f"/deals/{deal_id}/orders"),
        await scanner.post(f"/deals/{deal_id}/waive"),
        await scanner.post("/organizations", {"slug": "mine", "name": "Mine"}),
        await scanner.post(
            f"/organizations/{office.merchant_id}/members", {"email": "a@b.example", "role": "owner"}
        ),
    ]
    assert {code_of(answer) for answer in asked} == {(403, "not_allowed")}
    assert (await scanner.get("/venues")).status_code == 200


@one_database
async def test_a_wrong_token_opens_nothing_and_a_cookie_says_nothing(office: Office) -> None:
    """S17: no page can make a browser use the API in somebody's name."""
    wrong = office.open("qrm_wrong")
    assert code_of(await wrong.get("/deals")) == (401, "token_invalid")
    office.anybody.client.cookies.set("session", "anything")
    assert code_of(await office.anybody.get("/me")) == (401, "sign_in_needed")


@one_database
async def test_guessing_vouchers_is_slow(office: Office) -> None:
    """S30: whoever finds nothing ten times waits."""
    codes = [code_of(await office.anybody.get(f"/vouchers/vou_{n}.guess"))[1] for n in range(11)]
    assert codes == ["not_found"] * 10 + ["too_many_tries"]
    await office.world.deal(slug="noodles")
    venue_id = (await office.anybody.get("/deals/noodles")).json()["venues"][0]["id"]
    staff = await office.program("staff")
    scan = {"code": "ABCD-EFGH-IJKL-MNOP", "venue_id": venue_id}
    answers = [await staff.post("/redemptions", scan) for _ in range(11)]
    assert [code_of(answer)[1] for answer in answers] == ["voucher_not_redeemed"] * 10 + ["too_many_tries"]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[0].json()["errors"][0]["code"] == "invalid"


async def test_deals_are_walked_through_page_by_page(office: Office) -> None:
    """S19: the pages hold every deal once, those closing first in front."""
    for number in range(5):
        await office.world.deal(slug=f"deal-{number}")
    await office.world.deal(
        slug="scheduled", state="scheduled", opens_at=office.world.clock.at + timedelta(hours=1)
    )
    walked, after = [], ""
    while True:
        page = (await office.anybody.get("/deals", limit=2, after=after, show="open")).json()
        walked += [deal["slug"] for deal in page["deals"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert sorted(walked) == [f"deal-{number}" for number in range(5)]
    assert [len(walked), len((await office.anybody.get("/deals", city="Leeds")).json()["deals"])] == [5, 0]
