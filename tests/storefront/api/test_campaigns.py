"""Campaigns through the API: the same refusals, the same report."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from campaigns.deals.rows import deals, offers
from tests.storefront.api.programs import Office, a_key
from tests.storefront.consoles.campaign_scene import bring, contact_file

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def test_a_program_writes_launches_and_reads_a_campaign(office: Office) -> None:
    world = office.world
    deal_id = await world.deal(threshold=2)
    await bring(world.merchant_id, contact_file(12, 2), around=world)
    owner = await office.program("owner")
    body = {"name": "Noodle week", "channels": ["mail"], "deal_ids": [deal_id]}
    key = a_key()
    made = await owner.post("/campaigns", body, key=key)
    assert made.status_code == 201, made.text
    assert (await owner.post("/campaigns", body, key=key)).json() == made.json(), (
        "a repeat makes no second one"
    )
    campaign_id = made.json()["id"]
    launched = await owner.post(
        f"/campaigns/{campaign_id}/launch", {"holdout_percent": 50, "minimum_sample": 8}
    )
    assert launched.status_code == 200, launched.text
    told = launched.json()
    assert told["people"] == 24
    assert told["treated_clusters"] + told["holdout_clusters"] == 12
    report = (await owner.get(f"/campaigns/{campaign_id}/report")).json()
    assert report["campaign"]["state"] == "launched"
    assert report["lift"] is None
    listed = (await owner.get("/campaigns")).json()["campaigns"]
    assert [each["id"] for each in listed] == [campaign_id]


async def test_a_deal_that_is_not_free_leaves_no_half_made_campaign(office: Office) -> None:
    deal_id = await office.world.deal(threshold=2)
    owner = await office.program("owner")
    await owner.post("/campaigns", {"name": "First", "deal_ids": [deal_id]})
    refused = await owner.post("/campaigns", {"name": "Second", "deal_ids": [deal_id]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "deal_ids.0"
    assert len((await owner.get("/campaigns")).json()["campaigns"]) == 1


async def test_deals_in_two_currencies_leave_no_half_made_campaign(office: Office) -> None:
    deal_ids = [await office.world.deal(threshold=2) for _ in range(2)]
    async with office.world.store.begin() as unit:
        of = select(deals.c.offer_id).where(deals.c.id == deal_ids[1])
        await unit.run(update(offers).where(offers.c.id.in_(of)).values(currency="EUR"))
    owner = await office.program("owner")
    refused = await owner.post("/campaigns", {"name": "First", "deal_ids": deal_ids})
    assert (refused.status_code, refused.json()["code"]) == (409, "other_currency")
    assert (await owner.get("/campaigns")).json()["campaigns"] == []


async def test_a_campaign_is_launched_once(office: Office) -> None:
    deal_id = await office.world.deal(threshold=2)
    await bring(office.world.merchant_id, contact_file(12, 2), around=office.world)
    owner = await office.program("owner")
    made = await owner.post("/campaigns", {"name": "First", "channels": ["mail"], "deal_ids": [deal_id]})
    path = f"/campaigns/{made.json()['id']}/launch"
    assert (await owner.post(path, {})).status_code == 200
    again = await owner.post(path, {})
    assert (again.status_code, again.json()["code"]) == (409, "campaign_not_draft")


async def test_another_merchants_campaign_is_not_there(office: Office) -> None:
    owner = await office.program("owner")
    made = await owner.post("/campaigns", {"name": "First"})
    stranger = await office.program("owner", organization_id=await office.merchant())
    assert (await stranger.get(f"/campaigns/{made.json()['id']}/report")).status_code == 404


async def test_a_program_brings_contacts_once_and_hears_of_every_mistake(office: Office) -> None:
    owner = await office.program("owner")
    head = "email,group,consent_source,consent_on"
    good = {"csv": f"{head}\nada@example.com,Choir,counter card,2026-03-01\nbo@example.com,Choir,,\n"}
    looked = await owner.post("/contacts", {**good, "dry_run": True})
    assert (looked.status_code, looked.json()["stored"], looked.json()["good"]) == (201, False, 2)
    kept = (await owner.post("/contacts", good)).json()
    assert (kept["stored"], kept["added"], kept["consents"]) == (True, 2, 1)
    assert (await owner.post("/contacts", good)).json()["added"] == 0
    wrong = (await owner.post("/contacts", {"csv": f"{head}\nnobody,,,\n"})).json()
    assert (wrong["stored"], wrong["errors"][0]["line"], wrong["errors"][0]["field"]) == (False, 2, "email")
    other = await owner.post("/contacts", {"csv": "email\n"})
    assert (other.status_code, other.json()["errors"][0]["field"]) == (422, "file")
