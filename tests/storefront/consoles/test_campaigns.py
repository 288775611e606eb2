"""Campaign pages over HTTP: write, review, launch, bring people, read, take away (U17, U18, R85, R86)."""

from __future__ import annotations

import csv
import io
import json

import pytest

from campaigns.lift.measure import measure
from campaigns.lift.queries import experiment_of
from tests.storefront.consoles.campaign_scene import a_campaign, bring, contact_file, launched
from tests.storefront.consoles.clerks import Staffed, text_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LIST, NEW = "/console/campaigns", "/console/campaigns/new"
CONTACTS, SALES = "/console/contacts", "/console/contacts/sales"
DESIGN = {
    "holdout_percent": "50",
    "unit_kind": "group",
    "metric": "money",
    "outcome_window_days": "7",
    "minimum_sample": "8",
    "expected_percent": "",
    "what_is_withheld": "the invitation by mail",
}


async def test_a_campaign_is_written_reviewed_and_launched(firm: Staffed) -> None:
    """U18: the page says how many are invited and held out, and the button repeats the number."""
    deal_id = await firm.world.deal(threshold=2)
    await bring(firm.world.merchant_id, contact_file(10, 3), around=firm.world)
    owner = await firm.clerk("owner")
    written = await owner.send(NEW, {"name": "Noodle week", "channels": "mail", "deals": deal_id})
    address = written.headers["location"]
    assert address.endswith("/launch")
    seen = text_of(await owner.send(address, {**DESIGN, "act": "look"}))
    assert "Launch and invite about 15 people" in seen
    assert "With 10 groups you can see a lift of" in seen
    assert "cannot be changed afterwards" in seen
    answer = await owner.send(address, {**DESIGN, "act": "launch"})
    assert answer.headers["location"].endswith("?done=launched")
    assert "Nothing counted yet" in text_of(await owner.get(answer.headers["location"]))
    again = await owner.get(address)
    assert again.headers["location"] == address.removesuffix("/launch"), (
        "a launched one is not launched twice"
    )


async def test_looking_at_a_design_fixes_nothing(firm: Staffed) -> None:
    deal_id = await firm.world.deal(threshold=2)
    await bring(firm.world.merchant_id, contact_file(10, 3), around=firm.world)
    campaign_id = await a_campaign(firm.world.merchant_id, deal_id, around=firm.world)
    owner = await firm.clerk("owner")
    answer = await owner.send(f"{LIST}/{campaign_id}/launch", {**DESIGN, "act": "look"})
    assert answer.status_code == 200
    async with firm.world.store.read() as unit:
        assert await experiment_of(unit, campaign_id) is None


async def test_a_hope_that_is_too_small_to_be_seen_is_told_with_what_helps(firm: Staffed) -> None:
    deal_id = await firm.world.deal(threshold=2)
    await bring(firm.world.merchant_id, contact_file(10, 3), around=firm.world)
    campaign_id = await a_campaign(firm.world.merchant_id, deal_id, around=firm.world)
    owner = await firm.clerk("owner")
    sent = {**DESIGN, "expected_percent": "1", "act": "look"}
    seen = text_of(await owner.send(f"{LIST}/{campaign_id}/launch", sent))
    assert "This campaign cannot answer the question" in seen
    assert "a larger holdout" in seen


async def test_a_design_that_is_wrong_keeps_what_was_typed(firm: Staffed) -> None:
    campaign_id = await a_campaign(
        firm.world.merchant_id, await firm.world.deal(threshold=2), around=firm.world
    )
    owner = await firm.clerk("owner")
    sent = {**DESIGN, "holdout_percent": "most", "outcome_window_days": "17", "act": "launch"}
    answer = await owner.send(f"{LIST}/{campaign_id}/launch", sent)
    assert answer.status_code == 422
    assert 'value="most"' in answer.text
    assert 'value="17"' in answer.text
    assert "Write a whole number in digits." in text_of(answer)


async def test_a_campaign_without_a_name_is_refused_with_its_ticks_kept(firm: Staffed) -> None:
    deal_id = await firm.world.deal(threshold=2)
    owner = await firm.clerk("owner")
    answer = await owner.send(
        NEW, {"name": "", "goal": "Fill Tuesdays", "channels": "links", "deals": deal_id}
    )
    assert answer.status_code == 422
    assert f'value="{deal_id}" checked' in answer.text
    assert "Fill Tuesdays" in answer.text


async def test_without_deals_nothing_can_be_launched(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    written = await owner.send(NEW, {"name": "Noodle week", "channels": "mail"})
    seen = text_of(await owner.get(written.headers["location"]))
    assert "Put at least one deal into the campaign" in seen


async def test_a_deal_of_another_campaign_is_refused_in_words(firm: Staffed) -> None:
    deal_id = await firm.world.deal(threshold=2)
    await a_campaign(firm.world.merchant_id, deal_id, around=firm.world)
    owner = await firm.clerk("owner")
    answer = await owner.send(NEW, {"name": "A second one", "deals": deal_id})
    assert answer.status_code == 409
    assert "counts in one campaign only" in text_of(answer)


async def test_a_report_is_read_and_taken_away(firm: Staffed) -> None:
    """The page, one CSV per table and the JSON twin say the same (R85); under ten people nothing is named."""
    world = firm.world
    deal_id = await world.deal(threshold=2)
    campaign_id, _ = await launched(world.merchant_id, [deal_id], around=world, groups=16, size=2)
    for group in range(12):
        await world.buy(deal_id, f"p{group:03}.00@example.com")
    await measure(campaign_id, store=world.store, clock=world.clock)
    owner = await firm.clerk("owner")
    here = f"{LIST}/{campaign_id}"
    said = text_of(await owner.get(here))
    assert "Cannot tell yet – the result is preliminary: purchases count for 7 more days." in said
    assert "Not yet known" in said
    answer = await owner.get(f"{here}/tables/deals.csv")
    assert answer.headers["content-disposition"].endswith('-deals.csv"')
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["buyers"], row["gross_minor"], row["net_minor"]) == ("12", "30000", "30000")
    twin = json.loads((await owner.get(f"{here}/report.json")).text)
    assert twin["schema"] == "quorum.campaign_report/1"
    assert twin["tables"]["deals"][0]["net_minor"] == 30_000
    assert sum(day["net_minor"] for day in twin["tables"]["days"]) == 30_000
    assert sum(day["orders"] for day in twin["tables"]["joins"]) == 12
    assert twin["lift"]["lift"] is None, "no interval is given out before the window is over"
    assert twin["lift"]["parameters"]["seed"] > 0
    assert twin["lift"]["clusters"] == twin["lift"]["small_groups"] == [], (
        "nor what it could be computed from"
    )


async def test_the_days_of_a_campaign_do_not_add_up_to_a_hidden_total(firm: Staffed) -> None:
    """Fewer than ten joined: the funnel does not say how many, and no series by day does."""
    world = firm.world
    deal_id = await world.deal(threshold=2)
    campaign_id, _ = await launched(world.merchant_id, [deal_id], around=world, groups=16, size=2)
    for group in range(9):
        await world.buy(deal_id, f"p{group:03}.00@example.com")
    owner = await firm.clerk("owner")
    here = f"{LIST}/{campaign_id}"
    assert "People joining, day by day" not in text_of(await owner.get(here))
    tables = json.loads((await owner.get(f"{here}/report.json")).text)["tables"]
    assert {row["step"]: row["people"] for row in tables["funnel"]}["Joined"] is None
    assert tables["joins"] == tables["days"] == []


async def test_every_table_of_a_report_is_a_file_and_others_are_not_there(firm: Staffed) -> None:
    world = firm.world
    campaign_id, _ = await launched(world.merchant_id, [await world.deal(threshold=2)], around=world)
    owner = await firm.clerk("owner")
    for name in ("funnel", "deals", "channels", "links", "joins", "days", "clusters"):
        assert (await owner.get(f"{LIST}/{campaign_id}/tables/{name}.csv")).status_code == 200, name
    for name in ("people.csv", "funnel", "..csv"):
        assert (await owner.get(f"{LIST}/{campaign_id}/tables/{name}")).status_code == 404, name


async def test_a_name_that_is_a_formula_or_a_script_stays_text(firm: Staffed) -> None:
    """S1: nothing that people wrote runs, on the page or in a spreadsheet."""
    world = firm.world
    deal_id = await world.deal(threshold=2)
    owner = await firm.clerk("owner")
    hostile = "=cmd|'/c calc'!A0 <script>alert(1)</script>"
    written = await owner.send(NEW, {"name": hostile, "channels": "mail", "deals": deal_id})
    page = (await owner.get(LIST)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert written.status_code == 303


async def test_ending_a_campaign_keeps_its_report(firm: Staffed) -> None:
    world = firm.world
    campaign_id, _ = await launched(world.merchant_id, [await world.deal(threshold=2)], around=world)
    owner = await firm.clerk("owner")
    answer = await owner.send(f"{LIST}/{campaign_id}/end", {}, on=f"{LIST}/{campaign_id}")
    assert answer.headers["location"].endswith("?done=ended")
    assert "Nobody is invited any more" in text_of(await owner.get(answer.headers["location"]))
    edit = await owner.get(f"{LIST}/{campaign_id}/edit")
    assert edit.headers["location"] == f"{LIST}/{campaign_id}"


async def test_a_launched_campaign_keeps_its_deals_whatever_is_sent(firm: Staffed) -> None:
    world = firm.world
    campaign_id, _ = await launched(world.merchant_id, [await world.deal(threshold=2)], around=world)
    other = await world.deal(threshold=2)
    owner = await firm.clerk("owner")
    sent = {"name": "Another name", "channels": "mail", "deals": other}
    answer = await owner.send(f"{LIST}/{campaign_id}/edit", sent)
    assert answer.headers["location"].endswith("?done=saved")
    twin = json.loads((await owner.get(f"{LIST}/{campaign_id}/report.json")).text)
    assert twin["campaign"]["name"] == "Another name"
    assert [each["deal_id"] for each in twin["tables"]["deals"]] != [other]


async def test_contacts_are_looked_at_first_and_kept_then(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    text = contact_file(2, 2)
    looked = await owner.send(CONTACTS, {"file": text, "act": "look"})
    assert "4 rows are in order" in text_of(looked)
    assert "Keep 4 rows" in text_of(looked)
    assert text.splitlines()[1] in looked.text, "what was typed stays"
    kept = await owner.send(CONTACTS, {"file": text, "act": "keep"})
    assert "4 rows kept" in text_of(await owner.get(kept.headers["location"]))
    assert "p000.00@example.com" in text_of(await owner.get(CONTACTS))


async def test_a_wrong_line_is_named_and_the_good_ones_may_be_kept_anyway(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    text = contact_file(1, 2) + "\nnobody,Club,Form,2026-03-01"
    looked = await owner.send(CONTACTS, {"file": text, "act": "keep"})
    assert looked.status_code == 422
    assert "Line 4, email:" in text_of(looked)
    kept = await owner.send(CONTACTS, {"file": text, "act": "keep", "anyway": "yes"})
    assert kept.headers["location"].endswith("done=2")


async def test_a_chosen_file_counts_before_what_is_typed(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    fields = {**await owner.form(CONTACTS), "act": "look", "file": "something else"}
    chosen = {"chosen": ("people.csv", contact_file(1, 3).encode(), "text/csv")}
    answer = await owner.client.post(CONTACTS, data=fields, files=chosen)
    assert "3 rows are in order" in text_of(answer)
    no_text = await owner.client.post(CONTACTS, data=fields, files={"chosen": ("a.csv", b"\xff\xfe\x00")})
    assert no_text.status_code == 422
    assert "not a text file in UTF-8" in text_of(no_text)


async def test_a_file_with_another_first_line_is_refused_whole(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    answer = await owner.send(CONTACTS, {"file": "name,phone\nAda,1", "act": "keep"})
    assert answer.status_code == 422
    assert "The first line must be exactly" in text_of(answer)


async def test_sales_at_the_till_are_kept_once(firm: Staffed) -> None:
    owner = await firm.clerk("owner")
    await bring(firm.world.merchant_id, contact_file(1, 1), around=firm.world)
    text = "date,email,amount,currency,reference\n2026-11-20,p000.00@example.com,38.50,USD,R-1"
    assert "1 row is in order" in text_of(await owner.send(SALES, {"file": text, "act": "look"}))
    assert "1 sale kept" in text_of(await owner.send(SALES, {"file": text, "act": "keep"}))
    assert "1 was known before" in text_of(await owner.send(SALES, {"file": text, "act": "keep"}))


async def test_mail_ends_with_one_press_and_only_by_a_press(firm: Staffed) -> None:
    """RFC 8058: whatever looks at the link ends nothing; a mail program's POST needs no form token."""
    world = firm.world
    await bring(world.merchant_id, contact_file(1, 1), around=world)
    owner = await firm.clerk("owner")
    account = await owner.get(CONTACTS)
    assert "Agrees" in text_of(account)
    async with world.store.read() as unit:
        from campaigns.contacts.queries import contacts_of

        (person,) = await contacts_of(unit, firm.people.merchant_id)
    path = (
        "/unsubscribe/"
        + world.links.unsubscribe(firm.people.merchant_id, person.account_id).rpartition("/")[2]
    )
    anybody = firm.office.anybody.client
    site = str(anybody.base_url).removesuffix("/api/v1/")
    assert "No more invitations?" in (await anybody.get(site + path)).text
    assert "Agrees" in text_of(await owner.get(CONTACTS))
    ended = await anybody.post(site + path, data={"List-Unsubscribe": "One-Click"})
    assert ended.status_code == 200
    assert "Took it back" in text_of(await owner.get(CONTACTS))
    assert (await anybody.get(site + path[:-3] + "xyz")).status_code == 404
