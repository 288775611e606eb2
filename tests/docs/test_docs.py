"""The documents say what is so: every number is explained, every command and link is there, examples run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from campaigns.orders.invariant_statements import STATEMENTS
from storefront.cli.main import app
from tests.docs.citations import BOOKS, cited, stated
from tools.check_docs import problems, with_fences
from tools.tracked import ROOT, project_files

ROOMS = ("campaigns", "storefront", "scheduler", "integrations")
DOCUMENTS = [path for path in project_files(ROOT, ".md") if path.is_file()]
_WHERE = re.compile(r"^\s*(?:\$ )?(?:\w+=\S+ )*(quorum|make)\s+(.*?)(?:\s+#.*)?$")


@pytest.mark.parametrize("letter", sorted(BOOKS))
def test_every_number_that_is_cited_is_explained(letter: str) -> None:
    known = stated(letter)
    places = [
        f"{where}: {letter}{number}"
        for kind, number, where in cited(
            (*ROOMS, "tests", "tools", "benchmarks"), (".py", ".html", ".js", ".css")
        )
        if kind == letter and number not in known
    ]
    assert places == []


def test_no_number_is_missing_from_its_book() -> None:
    assert sorted(stated("R")) == list(range(1, 92))
    assert sorted(stated("F")) == list(range(1, 26))
    assert sorted(stated("I")) == list(range(1, 17))
    assert sorted(stated("S")) == list(range(1, 45))
    assert sorted(stated("X")) == list(range(1, 56))
    assert sorted(stated("U")) == list(range(1, 90))


def test_what_a_test_cites_is_not_called_not_yet_built() -> None:
    """The sandbox can do more than the product uses, so what its tests cite does not count."""
    for letter in "RFS":
        not_yet = {number for number, how_far in stated(letter).items() if how_far == "not yet"}
        places = [
            f"{where}: {letter}{number}"
            for kind, number, where in cited(("tests",), (".py",))
            if kind == letter and number in not_yet and "tests/ports/sandbox/" not in where
        ]
        assert places == []


@pytest.mark.parametrize("letter", ["R", "F", "I", "S", "U"])
def test_what_is_called_built_is_cited_by_a_test_or_the_page_admits_that_it_is_not(letter: str) -> None:
    proved = {number for kind, number, _ in cited(("tests",), (".py",)) if kind == letter}
    unproved = [
        number for number, how_far in stated(letter).items() if how_far == "yes" and number not in proved
    ]
    admitted = re.search(
        r"not cited by a test of its own: ([A-Z\d, ]+)\.", (ROOT / BOOKS[letter]).read_text()
    )
    told = set(admitted[1].split(", ")) if admitted else set()
    assert {f"{letter}{number}" for number in unproved} <= told


def test_the_invariants_of_the_code_are_those_of_the_page() -> None:
    """I15 is asked of the tables of moves, not by a statement alone."""
    assert {int(statement.id[1:]) for statement in STATEMENTS} | {15} == set(stated("I"))


def test_links_commands_and_decisions_are_there() -> None:
    assert list(problems(ROOT)) == []


def test_every_command_a_document_tells_is_one_of_ours() -> None:
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {str(group.name) for group in app.registered_groups}
    unknown = [f"{place}: {line}" for place, words, line in _commands("quorum") if words[0] not in known]
    assert unknown == []


def test_the_readme_tells_both_commands() -> None:
    told = {words[0] for place, words, _ in _commands("make") if place.startswith("README.md")}
    assert {"run", "test"} <= told


def _commands(program: str) -> list[tuple[str, list[str], str]]:
    """Place, words and line of each command of a program in a fenced block of a document."""
    found = []
    for path in DOCUMENTS:
        for number, line, fenced in with_fences(path.read_text(encoding="utf-8")):
            match = _WHERE.match(line)
            if fenced and match and match[1] == program:
                words = shlex.split(match[2], comments=True)
                found.append((f"{path.relative_to(ROOT)}:{number}", words, line))
    return found


def blocks(path: Path, language: str) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_python_examples_run() -> None:
    examples = [(path, block) for path in DOCUMENTS for block in blocks(path, "python")]
    assert examples
    for path, block in examples:
        done = subprocess.run(
            [sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{path.relative_to(ROOT)}:\n{block}\n{done.stderr}"


def test_yaml_examples_can_be_read() -> None:
    for path in DOCUMENTS:
        for block in blocks(path, "yaml"):
            assert yaml.safe_load(block)


def test_pictures_are_small_enough_to_look_at() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 250_000] == []


def test_a_new_dependency_needs_a_line_of_why() -> None:
    assert undocumented((ROOT / "pyproject.toml").read_text(), _dependencies_page()) == []
    spoiled = (
        '[project]\ndependencies = ["leftpad>=1"]\n[project.optional-dependencies]\ntest = ["rightpad[x]"]\n'
    )
    assert undocumented(spoiled, _dependencies_page()) == ["leftpad", "rightpad"]


def test_a_dependency_that_is_gone_has_no_line_left() -> None:
    listed = set(re.findall(r"^\| `([^`]+)` \|", _dependencies_page(), re.MULTILINE))
    browser = set(yaml.safe_load((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"])
    assert listed == set(_required((ROOT / "pyproject.toml").read_text())) | browser


def undocumented(pyproject: str, page: str) -> list[str]:
    """Requirements without a row of their own on the page."""
    return [name for name in _required(pyproject) if f"\n| `{name}` |" not in page]


def _required(pyproject: str) -> list[str]:
    project = tomllib.loads(pyproject)["project"]
    extras = [entry for group in project.get("optional-dependencies", {}).values() for entry in group]
    names = [re.split(r"[\[<>=~! ]", entry)[0] for entry in (*project["dependencies"], *extras)]
    return [name for name in names if name != "quorum"]


def _dependencies_page() -> str:
    return (ROOT / "docs" / "decisions" / "dependencies.md").read_text(encoding="utf-8")
