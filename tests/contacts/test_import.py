"""Contacts come in with where their consent is from, or without any consent at all."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from campaigns.contacts.csv_rows import MOST_ROWS
from campaigns.contacts.import_contacts import ContactFile, Imported, import_contacts
from campaigns.contacts.queries import contacts_of, count_contacts
from campaigns.contacts.rows import contacts
from campaigns.foundation.errors import InvalidFields, NotAllowed
from campaigns.foundation.ids import OrganizationId
from campaigns.people.rows import account, audit, organization
from campaigns.people.rules import Actor
from tests.lift.scene import Scene

HEAD = "email,group,consent_source,consent_on\n"
GOOD = HEAD + "ada@people.example,Alder St,counter list,2026-03-01\nben@people.example,Alder St,,\n"
BAD = (
    GOOD
    + "\nnobody,,,\ncleo@people.example,,shop,2027-01-01\nADA@people.example,,,\nx@people.example,,shop\n"
)


async def _import(scene: Scene, text: str, **how: bool) -> Imported:
    return await import_contacts(ContactFile(text, **how), scene.merchant_id, **scene.needs)


async def _people(scene: Scene) -> int:
    return int((await scene.rows(select(func.count()).select_from(contacts)))[0][0])


async def test_only_a_row_with_a_source_becomes_consent(scene: Scene) -> None:
    done = await _import(scene, GOOD)
    assert done == Imported(2, 2, (), stored=True, added=2, consents=1, withdrawn=0)
    async with scene.stage.store.read() as unit:
        found = {contact.email: contact for contact in await contacts_of(unit, scene.merchant_id)}
        counts = await count_contacts(unit, scene.merchant_id)
    ada, ben = found["ada@people.example"], found["ben@people.example"]
    assert (ada.agrees, ada.consent_source, ada.group_name) == (True, "import: counter list", "Alder St")
    assert ada.given_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (ben.agrees, ben.consent_source) == (False, None)
    assert (counts.people, counts.agreeing, counts.withdrawn, counts.groups) == (2, 1, 0, 1)


async def test_every_mistake_is_named_by_line_and_nothing_is_stored(scene: Scene) -> None:
    done = await _import(scene, BAD)
    assert [(error.line, error.field) for error in done.errors] == [
        (5, "email"),
        (6, "consent_on"),
        (7, "email"),
        (8, "line"),
    ]
    assert "line 2 already" in done.errors[2].sentence
    assert (done.rows, done.good, done.stored) == (6, 2, False)
    assert await _people(scene) == 0


async def test_the_good_rows_are_stored_where_that_is_asked_for(scene: Scene) -> None:
    done = await _import(scene, BAD, anyway=True)
    assert (done.added, done.stored, len(done.errors)) == (2, True, 4)


async def test_a_dry_run_stores_nothing_and_says_the_same(scene: Scene) -> None:
    done = await _import(scene, GOOD, dry_run=True)
    assert (done.rows, done.good, done.errors, done.stored) == (2, 2, (), False)
    assert await _people(scene) == 0


@pytest.mark.parametrize(
    "text",
    ["", HEAD, "email,group\na@b.example,x\n", HEAD + '"a@b.example,x\n', HEAD + "a\0@b.example,,,\n"],
    ids=["empty", "no rows", "other header", "open quote", "NUL"],
)
async def test_a_file_that_is_no_list_of_contacts_is_refused(scene: Scene, text: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        await _import(scene, text)
    assert [error.field for error in refused.value.errors] == ["file"]


async def test_too_many_rows_are_refused(scene: Scene) -> None:
    rows = "".join(f"p{number}@people.example,,,\n" for number in range(MOST_ROWS + 1))
    with pytest.raises(InvalidFields):
        await _import(scene, HEAD + rows)


async def test_importing_again_changes_nothing_but_a_new_group(scene: Scene) -> None:
    await _import(scene, GOOD)
    again = await _import(scene, GOOD.replace("ben@people.example,Alder St", "ben@people.example,"))
    assert (again.added, again.consents) == (0, 0)
    await _import(scene, HEAD + "ben@people.example,Birch St,,\n")
    async with scene.stage.store.read() as unit:
        groups = {contact.email: contact.group_name for contact in await contacts_of(unit, scene.merchant_id)}
    assert groups == {"ada@people.example": "Alder St", "ben@people.example": "Birch St"}


async def test_who_left_stays_out_until_they_agree_again_later(scene: Scene) -> None:
    """An old list never brings back who took their consent back after it."""
    await _import(scene, GOOD)
    ada = (await scene.rows(select(account.c.id).where(account.c.email_key == "ada@people.example")))[0].id
    await scene.withdraw(ada)
    assert (await _import(scene, GOOD)).withdrawn == 1
    scene.stage.clock.advance(days=3)
    later = (scene.stage.clock.at - timedelta(days=1)).date().isoformat()
    renewed = await _import(scene, GOOD.replace("2026-03-01", later))
    assert (renewed.consents, renewed.withdrawn) == (1, 0)


async def test_who_left_on_the_day_of_the_list_has_left_wherever_the_merchant_is(scene: Scene) -> None:
    """A day begins hours earlier in Shanghai than in Greenwich."""
    async with scene.stage.store.begin() as unit:
        zone = update(organization).where(organization.c.id == scene.merchant_id)
        await unit.run(zone.values(zone="Asia/Shanghai"))
    scene.stage.clock.advance(hours=5)  # one in the morning of the 25th there
    await scene.withdraw(await scene.contact("ada@people.example"))
    done = await _import(scene, HEAD + "ada@people.example,,form,2026-11-25\n")
    assert (done.consents, done.withdrawn) == (0, 1)


async def test_two_merchants_keep_their_contacts_and_consents_apart(scene: Scene) -> None:
    await _import(scene, GOOD)
    other = await scene.stage.found("merchant", "Other", "owner", "owner@other.example")
    async with scene.stage.store.read() as unit:
        assert await contacts_of(unit, OrganizationId(other)) == []


async def test_who_agreed_when_joining_is_a_contact_without_any_import(scene: Scene) -> None:
    await scene.contact("imported@people.example", consent=False)
    from_join = await scene.contact("joined@people.example")
    async with scene.stage.store.begin() as unit:
        await unit.run(contacts.delete().where(contacts.c.account_id == from_join))
    async with scene.stage.store.read() as unit:
        found = {
            each.email: (each.source, each.agrees) for each in await contacts_of(unit, scene.merchant_id)
        }
    assert found == {"imported@people.example": ("import", False), "joined@people.example": ("join", True)}


async def test_the_audit_trail_has_counts_and_no_addresses(scene: Scene) -> None:
    """S33: who imported, and how many; personal words stay out."""
    await _import(scene, GOOD)
    row = (await scene.rows(select(audit).where(audit.c.act == "import_contacts")))[0]
    assert row.data == {"rows": 2, "added": 2, "consents": 1, "withdrawn": 0}


async def test_only_owners_managers_and_marketers_import(scene: Scene) -> None:
    staff = Actor(account_id=scene.marketer.account_id, roles={scene.merchant_id: "staff"})
    with pytest.raises(NotAllowed):
        await import_contacts(ContactFile(GOOD), scene.merchant_id, **scene.needs | {"actor": staff})


async def test_a_big_list_is_stored_in_pieces(scene: Scene) -> None:
    rows = "".join(f"p{n}@people.example,g{n % 7},shop,2026-01-02\n" for n in range(1201))
    done = await _import(scene, HEAD + rows)
    assert (done.added, done.consents) == (1201, 1201)
