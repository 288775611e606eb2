"""`quorum serve --demo` on an empty folder: everything is there, works end to end, and stays on the second start."""

import re
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from campaigns.foundation.store import open_store
from campaigns.orders.rows import orders
from tests.cli.lit import LIT, credited_owners, rewards_by_kind, verdicts, without_fact
from tests.processes.running import Program, ended, free_port
from tests.waiting import until


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "QUORUM_HOME": str(tmp_path / "home"),
        "PORT": str(free_port()),
        "DATABASE_URL": "",
        "STRIPE_API_KEY": "",
    }


async def test_from_an_empty_folder_to_a_paid_voucher_and_again(environment: dict[str, str]) -> None:
    """U12 in short: start, see the board, be the third of three, be charged, have a voucher; start again."""
    program = Program(("serve", "--demo"), "Stop with Ctrl-C", environment, within_s=300)
    await program.start()
    address = f"http://127.0.0.1:{environment['PORT']}"
    assert f"Quorum is open: {address}" in program.output
    assert "owner@ritzy.example" in program.output
    assert "marketer@lantern.example" in program.output
    async with httpx.AsyncClient(
        base_url=address, follow_redirects=True, trust_env=False, timeout=20
    ) as buyer:
        board = (await buyer.get("/")).text
        assert "The balcony box at the late show" in board
        wall = (await buyer.get("/wall")).text
        assert all(said in wall for said in ("joined:", "It&#39;s on:", "Last call:")), wall[:2000]
        order_page = await _be_the_third(buyer)
        await until(lambda: _is_charged(environment), "the third order is captured", within_s=30)
        assert "/vouchers/" in (await buyer.get(order_page)).text
    assert await program.stop() == 0, program.output
    first = await _everything(environment)
    assert first[-1] == "captured"

    again = Program(("serve", "--demo"), "Stop with Ctrl-C", environment)
    await again.start()
    assert "Demo data is there" in again.output
    assert await again.stop() == 0, again.output
    assert await _everything(environment) == first
    status, said = await ended("doctor", "--audit", environment=environment)
    assert (status, "All is well" in said) == (0, True), said
    await _every_room_is_lit(environment)


async def _every_room_is_lit(environment: dict[str, str]) -> None:
    """The fortnight was played by the operations themselves: whatever is shown has its fact."""
    store = open_store(f"sqlite:///{environment['QUORUM_HOME']}/quorum.db")
    try:
        async with store.read() as unit:
            for table, machine, wanted in LIT:
                found = {row.state for row in await unit.all(select(table.c.state).distinct())}
                assert wanted <= found, f"{machine}: {wanted - found} is not shown"
                assert await without_fact(unit, table, machine) == [], machine
            assert await rewards_by_kind(unit) == {"loyalty", "swarm"}
            assert await credited_owners(unit) == {"buyer", "advocate", "merchant"}
            assert await verdicts(unit) == {"Dumpling week": "extra", "First bowls": "cannot_tell_yet"}
    finally:
        await store.close()


async def _be_the_third(buyer: httpx.AsyncClient) -> str:
    """Join the late show as a browser does and pay on the hosted page; the address of the order's page."""
    form = (await buyer.get("/deals/balcony-box-late-show/join")).text
    fields = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    typed = {**fields, "email": "third@example.com", "quantity": "1"}
    pay_page = await buyer.post("/deals/balcony-box-late-show/join", data=typed)
    assert "/sandbox/stripe/c/pay/" in str(pay_page.url), pay_page.text[:500]
    card = {"test_card": "pm_card_visa", "email": "third@example.com"}
    back = await buyer.post(str(pay_page.url), data=card)
    assert back.status_code == 200
    return str(back.url)


async def _is_charged(environment: dict[str, str]) -> bool:
    return (await _everything(environment))[-1] == "captured"


async def _everything(environment: dict[str, str]) -> list[str]:
    store = open_store(f"sqlite:///{environment['QUORUM_HOME']}/quorum.db")
    async with store.read() as unit:
        rows = await unit.all(select(orders.c.state).order_by(orders.c.placed_at, orders.c.id))
    await store.close()
    return [row.state for row in rows]
