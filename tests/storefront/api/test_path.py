"""A deal from its draft to a redeemed voucher, through the API alone (S27, S29)."""

from tests.storefront.api.programs import Office, Program, a_draft, a_key, code_of


async def published(office: Office, owner: Program, operator: Program) -> dict[str, object]:
    """A deal with threshold 2 that is open."""
    venue = (await owner.post("/venues", {"name": "Alder", "address": "214 SE Alder", "zone": "UTC"})).json()
    draft = await owner.post("/deals", a_draft(slug="noodles", venue_ids=[venue["id"]]))
    assert (draft.status_code, draft.json()["state"]) == (201, "draft")
    assert (await owner.post("/deals/noodles/submit")).json()["state"] == "in_review"
    assert (await operator.post("/deals/noodles/approve")).json()["state"] == "scheduled"
    await office.world.run()
    return {"venue_id": venue["id"], **(await office.anybody.get("/deals/noodles")).json()}


async def test_two_buyers_make_a_deal_and_one_of_them_eats(office: Office) -> None:
    """R4, R65, R68: joined twice, paid twice, on; a voucher is redeemed once and never again."""
    owner, operator = await office.program("owner"), await office.program("operator")
    deal = await published(office, owner, operator)
    assert (deal["state"], deal["missing"]) == ("open", 2)
    joined = []
    for email in ("ada@example.com", "bo@example.com"):
        answer = await office.anybody.post("/deals/noodles/orders", {"email": email})
        assert answer.status_code == 201
        assert answer.json()["checkout_url"].startswith("http")
        await office.world.pay(answer.json()["id"])
        joined.append(answer.json())
    await office.world.run()

    order = (await office.anybody.get(f"/orders/{joined[0]['key']}")).json()
    assert (order["state"], order["due"]) == ("captured", {"amount_minor": 3850, "currency": "USD"})
    voucher = (await office.anybody.get(f"/vouchers/{order['vouchers'][0]['key']}")).json()
    assert voucher["state"] == "issued"

    staff = await office.program("staff")
    scan = {"code": voucher["code"], "venue_id": deal["venue_id"]}
    key = a_key()
    first, again = (
        await staff.post("/redemptions", scan, key=key),
        await staff.post("/redemptions", scan, key=key),
    )
    assert (first.status_code, first.json()["answer"]) == (201, "ok")
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    second = await staff.post("/redemptions", scan)
    assert code_of(second) == (409, "voucher_not_redeemed")
    assert second.json()["errors"][0]["code"] == "already_redeemed"
    assert "Alder" in second.json()["detail"]


async def test_a_merchant_sees_orders_page_by_page_and_refunds_one(office: Office) -> None:
    owner = await office.program("owner")
    deal_id = await office.world.deal(threshold=3)
    bought = [await office.world.buy(deal_id, f"buyer{n}@example.com") for n in range(3)]
    pages, after = [], ""
    while True:
        page = (await owner.get(f"/deals/{deal_id}/orders", limit=2, after=after)).json()
        pages.append([order["id"] for order in page["orders"]])
        if page["next"] is None:
            break
        after = page["next"]
    assert [len(page) for page in pages] == [2, 1]
    assert {order_id for page in pages for order_id in page} == set(bought)

    key = a_key()
    path = f"/orders/{bought[0]}/refunds"
    first, again = (
        await owner.post(path, {"units": 1}, key=key),
        await owner.post(path, {"units": 1}, key=key),
    )
    assert first.status_code == 201
    assert again.json() == first.json()
    assert code_of(await owner.post(path, {"units": 2}, key=key)) == (422, "idempotency_key_reused")
    await office.world.run()
    assert (await office.world.order(bought[0])).state == "refunded"


async def test_a_buyer_leaves_and_the_hold_is_released(office: Office) -> None:
    """R32."""
    await office.world.deal(threshold=3, slug="noodles")
    joined = (await office.anybody.post("/deals/noodles/orders", {"email": "ada@example.com"})).json()
    await office.world.pay(joined["id"])
    await office.world.run()
    left = await office.anybody.post(f"/orders/{joined['key']}/leave")
    assert (left.status_code, left.json()["state"]) == (200, "releasing")
    assert code_of(await office.anybody.post(f"/orders/{joined['key']}/leave"))[1] == "may_not_leave"


async def test_a_draft_is_mended_handed_in_taken_back_and_sent_back(office: Office) -> None:
    owner, operator = await office.program("owner"), await office.program("operator")
    venue = (await owner.post("/venues", {"name": "Alder", "address": "214 SE Alder", "zone": "UTC"})).json()
    deal = (await owner.post("/deals", a_draft())).json()
    path = f"/deals/{deal['id']}"
    assert code_of(await owner.post(f"{path}/submit")) == (422, "invalid_fields")  # it has no venue yet
    mended = await owner.put(path, a_draft(venue_ids=[venue["id"]], version=deal["version"]))
    assert [found["name"] for found in mended.json()["venues"]] == ["Alder"]
    assert code_of(await owner.put(path, a_draft(version=deal["version"]))) == (409, "deal_changed_meanwhile")
    await owner.post(f"{path}/submit")
    assert code_of(await owner.put(path, a_draft()))[1] == "deal_not_draft"
    assert (await owner.post(f"{path}/take-back")).json()["state"] == "draft"
    await owner.post(f"{path}/submit")
    assert code_of(await operator.post(f"{path}/send-back", {"reasons": " "}))[1] == "reasons_needed"
    assert (await operator.post(f"{path}/send-back", {"reasons": "Name the dishes."})).json()[
        "state"
    ] == "draft"
    assert (await owner.post(f"{path}/cancel", {"reason": "closed"})).json()["state"] == "canceled"


async def test_a_merchant_honours_a_deal_below_its_threshold(office: Office) -> None:
    """R60."""
    owner = await office.program("owner")
    deal_id = await office.world.deal(threshold=3)
    assert code_of(await owner.post(f"/deals/{deal_id}/waive"))[1] == "may_not_waive"
    await office.world.buy(deal_id, "ada@example.com")
    waived = (await owner.post(f"/deals/{deal_id}/waive")).json()
    assert (waived["state"], waived["waived"]) == ("tipped", True)


async def test_an_operator_adds_a_merchant_whose_owner_adds_staff(office: Office) -> None:
    operator = await office.program("operator")
    added = (await operator.post("/organizations", {"slug": "moss", "name": "Moss", "city": "Leeds"})).json()
    assert (added["kind"], added["city"]) == ("merchant", "Leeds")
    owner = await office.program("owner", organization_id=added["id"])
    path = f"/organizations/{added['id']}/members"
    assert (await owner.post(path, {"email": "sam@moss.example", "role": "staff"})).json()["role"] == "staff"
    assert code_of(await owner.post(path, {"email": "sam@moss.example", "role": "operator"}))[0] == 422
    me = (await owner.get("/me")).json()
    assert [each["slug"] for each in me["organizations"]] == ["moss"]
    assert "enrol" in me["scopes"]
