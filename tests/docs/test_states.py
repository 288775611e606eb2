"""The state diagrams are drawn from the tables: page and code never differ."""

import subprocess
import sys

from campaigns.deals.rules import DEAL
from campaigns.foundation.states import machine
from campaigns.orders.rules import ORDER
from tools.draw_states import PAGE, diagram, machines, page, table
from tools.tracked import ROOT


def test_the_page_is_what_the_tables_say() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(), "run: python tools/draw_states.py"


def test_the_command_says_the_same() -> None:
    command = [sys.executable, str(ROOT / "tools" / "draw_states.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_machine_is_drawn_with_the_file_that_holds_its_table() -> None:
    drawn = machines()
    assert drawn["deal"] == (DEAL, "campaigns/deals/rules.py")
    assert drawn["order"] == (ORDER, "campaigns/orders/rules.py")
    assert set(drawn) >= {"deal", "order", "voucher", "effect", "notice"}


def test_a_drawing_has_one_arrow_for_every_move_and_no_other() -> None:
    for found, _ in machines().values():
        lines = diagram(found).splitlines()[1:]
        moves = sum(len(onward) for onward in found.moves.values())
        assert len(lines) == len(set(lines)) == 1 + moves + len(found.final)


def test_a_changed_table_changes_drawing_and_words() -> None:
    before = machine("tea", {"cold": "hot", "hot": ""})
    after = machine("tea", {"cold": "hot", "hot": "cold"})
    assert diagram(before) != diagram(after)
    assert table(before) != table(after)
    assert "| `hot` | final |" in table(before)
