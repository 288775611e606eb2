"""Sales come in once each, by reference; people we do not know are passed over and counted."""

import asyncio

import pytest
from sqlalchemy import select

from campaigns.foundation.errors import InvalidFields, NotAllowed
from campaigns.lift.import_sales import ImportedSales, SaleFile, import_sales
from campaigns.lift.rows import sales
from campaigns.people.identify import identify
from campaigns.people.rows import audit
from campaigns.people.rules import Actor
from tests.lift.scene import Scene

HEAD = "date,email,amount,currency,reference\n"
GOOD = HEAD + "2026-11-20,Ada@people.example,38.50,USD,r1\n2026-11-21,ada@people.example,-8.50,USD,r2\n"


async def _import(scene: Scene, text: str, **how: bool) -> ImportedSales:
    return await import_sales(SaleFile(text, **how), scene.merchant_id, **scene.needs)


async def _amounts(scene: Scene) -> list[int]:
    found = await scene.rows(select(sales.c.amount_minor).order_by(sales.c.reference))
    return [row.amount_minor for row in found]


async def test_sales_and_returns_are_stored_in_minor_units(scene: Scene) -> None:
    await scene.contact("ada@people.example")
    assert await _import(scene, GOOD) == ImportedSales(2, 2, (), stored=True, added=2)
    assert await _amounts(scene) == [3850, -850]


async def test_a_sale_that_comes_again_is_one_sale(scene: Scene) -> None:
    await scene.contact("ada@people.example")
    await _import(scene, GOOD)
    assert await _import(scene, GOOD) == ImportedSales(2, 2, (), stored=True, known=2)
    changed = await _import(scene, GOOD.replace("38.50", "39.50"))
    assert [(error.line, error.field) for error in changed.errors] == [(2, "reference")]
    assert await _amounts(scene) == [3850, -850]


async def test_people_we_do_not_know_are_passed_over_and_counted(scene: Scene) -> None:
    await scene.contact("ada@people.example")
    done = await _import(scene, GOOD + "2026-11-21,nobody@people.example,5,USD,r3\n")
    assert (done.added, done.unknown_people, done.errors) == (2, 1, ())


async def test_a_file_does_not_tell_who_has_an_account_here(scene: Scene) -> None:
    """An account this merchant never met is as unknown as no account; its buyers count, contacts or not."""
    async with scene.stage.store.begin() as unit:
        await identify(unit, "elsewhere@people.example", scene.stage.clock.at)
    deal_id = await scene.stage.deal()
    await scene.buy(deal_id, "buyer@people.example")
    await scene.stage.order(deal_id, "left@people.example", "lapsed")
    names = ("elsewhere", "nobody", "left", "buyer")
    rows = [f"2026-11-20,{name}@people.example,5,USD,r{place}" for place, name in enumerate(names)]
    done = await _import(scene, HEAD + "\n".join(rows))
    assert (done.added, done.unknown_people, done.errors) == (1, 3, ())


async def test_two_imports_at_once_are_one_sale_each_reference(scene: Scene) -> None:
    """Whoever comes second finds what the first one stored, also when the rows stand in another order."""
    await scene.contact("ada@people.example")
    head, first, second, _ = GOOD.split("\n")
    turned = "\n".join((head, second, first))
    done = await asyncio.gather(*(_import(scene, text) for text in (GOOD, turned, GOOD, turned)))
    assert sorted((each.added, each.known) for each in done) == [(0, 2), (0, 2), (0, 2), (2, 0)]
    assert await _amounts(scene) == [3850, -850]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("24.11.2026,ada@people.example,5,USD,r9", "date"),
        ("2026-11-25,ada@people.example,5,USD,r9", "date"),
        ("2026-11-20,ada,5,USD,r9", "email"),
        ("2026-11-20,ada@people.example,5,XXX,r9", "currency"),
        ("2026-11-20,ada@people.example,5.005,USD,r9", "amount"),
        ("2026-11-20,ada@people.example,1e3,USD,r9", "amount"),
        ("2026-11-20,ada@people.example,0,USD,r9", "amount"),
        ("2026-11-20,ada@people.example,5,USD,", "reference"),
        ("2026-11-20,ada@people.example,5,USD,r1", "reference"),
        ("2026-11-20,ada@people.example,5,USD", "line"),
    ],
)
async def test_every_mistake_is_named_and_nothing_is_stored(scene: Scene, row: str, field: str) -> None:
    await scene.contact("ada@people.example")
    done = await _import(scene, f"{GOOD}{row}\n")
    assert [(error.line, error.field) for error in done.errors] == [(4, field)]
    assert not done.stored
    assert await _amounts(scene) == []
    assert (await _import(scene, f"{GOOD}{row}\n", anyway=True)).added == 2


async def test_a_dry_run_stores_nothing(scene: Scene) -> None:
    await scene.contact("ada@people.example")
    assert await _import(scene, GOOD, dry_run=True) == ImportedSales(2, 2, ())
    assert await _amounts(scene) == []


async def test_another_header_is_refused(scene: Scene) -> None:
    with pytest.raises(InvalidFields):
        await _import(scene, "date,email,amount\n2026-11-20,a@b.example,5\n")


async def test_the_audit_trail_has_counts_and_staff_may_not_import(scene: Scene) -> None:
    """S33"""
    await scene.contact("ada@people.example")
    await _import(scene, GOOD)
    (row,) = await scene.rows(select(audit).where(audit.c.act == "import_sales"))
    assert row.data == {"added": 2, "known": 0, "unknown_people": 0}
    staff = Actor(account_id=scene.marketer.account_id, roles={scene.merchant_id: "staff"})
    with pytest.raises(NotAllowed):
        await import_sales(SaleFile(GOOD), scene.merchant_id, **scene.needs | {"actor": staff})
