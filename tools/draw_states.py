"""Draws docs/states.md from the machine tables in campaigns/, so that picture and code cannot differ.

python tools/draw_states.py           write the page
python tools/draw_states.py --check   status 1 if the page is not what the tables say
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import campaigns
from campaigns.foundation.states import Machine
from tools.tracked import ROOT

PAGE = Path("docs", "states.md")

_HEAD = """\
# States

Drawn by `tools/draw_states.py` from the tables in the code; a test compares them, so do not edit this page by hand.
A move that is not drawn does not exist: asking for one raises `NoSuchMove`, a database constraint refuses any other
word in a state column, and invariant I15 counts recorded moves that no table has. What causes each move, and which
moves nothing makes yet, stands in [the rule book](rules.md#states).
"""

_ABOUT = {
    "deal": "An offer with a window and a threshold. Waived is a flag and sold out is computed; neither is a state.",
    "order": "One buyer's part in one deal.",
    "voucher": "A bearer code for one captured unit.",
    "check_in": "One attempt at a venue, by staff or alone; what was seen is kept, and only this verdict moves.",
    "campaign": "A marketer's effort around deals. What its experiment compares is fixed by the move to launched.",
    "post": "One item of ours in a feed: a row before it is anything else.",
    "feed_account": "A merchant's account at a feed. Lost, its queue rests until somebody connects it again.",
    "template": "One version of a text that facts announce by. An approved one is never changed, only followed.",
    "mention": "Somebody else's public post about a deal or a merchant, collected once.",
    "effect": "A row of the outbox: one call owed to the outside.",
    "notice": "A row of the inbox: one message from outside.",
}


def machines() -> dict[str, tuple[Machine, str]]:
    """Every machine some module of campaigns defines, by its name, with the file that holds its table."""
    found: dict[str, tuple[Machine, str]] = {}
    for info in pkgutil.walk_packages(campaigns.__path__, "campaigns."):
        if ".migrations" in info.name:
            continue
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            if isinstance(value, Machine) and _defines(module.__file__, value):
                found[value.name] = (value, info.name.replace(".", "/") + ".py")
    order = list(_ABOUT)
    return dict(sorted(found.items(), key=lambda item: [*order, item[0]].index(item[0])))


def _defines(file: str | None, found: Machine) -> bool:
    """Whether this module writes the table, rather than importing it."""
    text = Path(file or "").read_text(encoding="utf-8")
    return f'machine(\n    "{found.name}"' in text or f'machine("{found.name}"' in text


def page() -> str:
    """The whole text of docs/states.md."""
    parts = [_HEAD]
    for name, (found, source) in machines().items():
        about = _ABOUT.get(name, "")
        parts.append(
            f"## {name.capitalize()}\n\n{about} The table is in [`{source}`](../{source}).".replace("  ", " ")
        )
        parts.append(f"```mermaid\n{diagram(found)}\n```\n\n{table(found)}")
    return "\n\n".join(part.strip() for part in parts) + "\n"


def diagram(found: Machine) -> str:
    """A mermaid state diagram: arrows in the order of the table."""
    lines = ["stateDiagram-v2", f"    [*] --> {found.first}"]
    for state in found.states:
        onward = found.moves[state]
        lines += [f"    {state} --> {target}" for target in found.states if target in onward]
        if not onward:
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines)


def table(found: Machine) -> str:
    """The same in words, for those who cannot see the drawing."""
    lines = ["| state | may go to |", "|---|---|"]
    for state in found.states:
        targets = [f"`{target}`" for target in found.states if target in found.moves[state]]
        lines.append(f"| `{state}` | {', '.join(targets) or 'final'} |")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    path = ROOT / PAGE
    if "--check" not in arguments:
        path.parent.mkdir(exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        return 0
    if path.exists() and path.read_text(encoding="utf-8") == page():
        return 0
    print(f"{PAGE} is not what the tables say: run python tools/draw_states.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
