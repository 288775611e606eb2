"""The walls between the rooms stand: each import contract holds, and is seen to break when it is broken."""

import subprocess
import sys
from pathlib import Path

import grimp
import pytest

from tests.house.projects import copy_rooms, pyproject

CONTRACTS = {each["id"]: each for each in pyproject()["tool"]["importlinter"]["contracts"]}

OFFENCES = {
    "floors": ("campaigns/people/offence.py", "import campaigns.orders"),
    "rooms": ("scheduler/offence.py", "import storefront"),
    "inward": ("campaigns/people/offence.py", "import integrations"),
    "pure": ("campaigns/deals/rules.py", "import asyncio"),
    "reactions": ("storefront/offence.py", "import campaigns.reactions"),
    "processor": ("scheduler/offence.py", "import stripe"),
}


def broken_contracts(project: Path) -> set[str]:
    """The ids of the contracts that import-linter finds broken in `project`."""
    linter = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(linter, cwd=project, capture_output=True, text=True, check=False)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    said = {line for line in done.stdout.splitlines() if " BROKEN" in line}
    broken = {
        each
        for each, contract in CONTRACTS.items()
        if any(line.startswith(f"{contract['name']} BROKEN") for line in said)
    }
    assert done.returncode == (1 if broken else 0)
    return broken


def floors() -> list[set[str]]:
    """The floors of campaigns from top to bottom, as the contract declares them."""
    return [{name.strip(" ()") for name in layer.split("|")} for layer in CONTRACTS["floors"]["layers"]]


def test_the_rooms_as_they_are_break_no_contract(tmp_path: Path) -> None:
    assert broken_contracts(copy_rooms(tmp_path)) == set()


def test_every_contract_has_an_offence_that_proves_it() -> None:
    assert OFFENCES.keys() == CONTRACTS.keys()


@pytest.mark.parametrize("contract", OFFENCES)
def test_an_offending_import_breaks_exactly_its_contract(contract: str, tmp_path: Path) -> None:
    project = copy_rooms(tmp_path)
    module, offence = OFFENCES[contract]
    with (project / module).open("a", encoding="utf-8") as source:
        source.write(f"\n{offence}\n")
    assert broken_contracts(project) == {contract}


def test_a_capability_without_a_floor_is_refused(tmp_path: Path) -> None:
    project = copy_rooms(tmp_path)
    (project / "campaigns" / "raffles").mkdir()
    (project / "campaigns" / "raffles" / "__init__.py").touch()
    linter = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(linter, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "raffles" in done.stdout


def test_imports_between_floors_point_only_downward() -> None:
    height = {name: -number for number, floor in enumerate(floors()) for name in floor}
    graph = grimp.build_graph("campaigns", cache_dir=None)
    upward = [
        f"{importer} -> {imported}"
        for importer in sorted(graph.modules)
        for imported in sorted(graph.find_modules_directly_imported_by(importer))
        if floor_of(importer) != floor_of(imported)
        and height[floor_of(importer)] <= height[floor_of(imported)]
    ]
    assert upward == []


def floor_of(module: str) -> str:
    """`campaigns.orders.join` stands on the floor `orders`; `campaigns` itself on the lowest."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "foundation"
