"""The links of a deal in the console: the file, the forms, and whom they are open to."""

from __future__ import annotations

import csv
import io

import pytest
from httpx import Response
from sqlalchemy import select

from campaigns.orders.board import deal_by_id
from campaigns.orders.takings import takings
from campaigns.sharing.link_queries import links_of_deal
from campaigns.sharing.rows import share_links
from tests.links.paths import BOB, buy, click, link
from tests.storefront.consoles.clerks import Staffed

one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def links_of(firm: Staffed) -> tuple[str, str]:
    """A deal of the merchant with one order by a link and one without; its links page."""
    world = firm.world
    deal_id = await world.deal(slug="noodles", threshold=2)
    ann = await link(world, await buy(world, deal_id, "ann@example.com"))
    await buy(world, deal_id, "bo@example.com", await click(world, ann, channel="telegram"))
    return deal_id, f"/console/deals/{deal_id}/links"


def rows_of(answer: Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_the_file_sums_to_what_the_deal_took(firm: Staffed) -> None:
    """R85: to the minor unit, the direct line included; no buyer is named."""
    deal_id, path = await links_of(firm)
    answer = await (await firm.clerk("owner")).get(f"{path}.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = rows_of(answer)
    async with firm.world.store.read() as unit:
        deal = await deal_by_id(unit, deal_id, firm.world.clock.at)  # type: ignore[arg-type]
        assert deal is not None
        taken = await takings(unit, deal)
    assert sum(float(row["collected"]) for row in rows) == float(taken.collected.decimal)
    assert [(row["channel"], row["joined"]) for row in rows] == [("telegram", "1"), ("", "1")]
    assert "example.com" not in answer.text


@one_database
async def test_an_address_that_a_spreadsheet_would_calculate_is_text(firm: Staffed) -> None:
    """S21"""
    deal_id, path = await links_of(firm)
    owner = await firm.clerk("owner")
    assert (await owner.send(path, {"email": "=cmd@example.com", "reward": ""})).status_code == 303
    async with firm.world.store.read() as unit:
        [advocates] = [link for link in await links_of_deal(unit, deal_id) if link.owner_kind == "advocate"]
    await click(firm.world, advocates, BOB)
    answer = await owner.get(f"{path}.csv")
    assert "'=cmd@example.com" in [row["owner"] for row in rows_of(answer)]


@one_database
async def test_an_invitation_that_is_refused_keeps_what_was_typed(firm: Staffed) -> None:
    """U17"""
    _, path = await links_of(firm)
    owner = await firm.clerk("owner")
    for fields, said in (
        ({"email": "nobody", "reward": "soup"}, "does not look like an e-mail address"),
        ({"email": "dee@example.com", "reward": "x" * 121}, "at most 120 characters"),
    ):
        answer = await owner.send(path, fields)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{fields["email"]}"' in answer.text


@one_database
async def test_a_link_of_another_deal_is_not_there(firm: Staffed) -> None:
    """S15: also where both deals are the same merchant's."""
    _, path = await links_of(firm)
    other = await firm.world.deal(slug="other")
    [row] = await firm.world.rows(
        select(share_links.c.id).where(share_links.c.owner_kind == "buyer").limit(1)
    )
    owner = await firm.clerk("owner")
    for act in ("end", "reopen"):
        answer = await owner.send(f"/console/deals/{other}/links/{row.id}/{act}", {}, on=path)
        assert answer.status_code == 404
    assert (await owner.send(f"{path}/{row.id}/end", {}, on=path)).status_code == 303


@one_database
@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("staff", 403), ("operator", 403)])
async def test_only_those_who_market_the_deal_see_its_links(firm: Staffed, role: str, status: int) -> None:
    _, path = await links_of(firm)
    assert (await (await firm.clerk(role)).get(path)).status_code == status
