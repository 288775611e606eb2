"""The document check finds dead links, unlisted decisions, unknown commands, machines and hosts."""

from pathlib import Path

import pytest

from tests.house.projects import new_project, run_tool

HOST = "https://pypi" + ".org/simple"
HOME = "/home/" + "ada/quorum"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("see [the rules](docs/rules.md#r4)", "link to docs/rules.md, which does not exist"),
        ("run `make tea` first", "`make tea` is not a target of the Makefile"),
        ("```\nPORT=1 make tea\n```", "`make tea` is not a target of the Makefile"),
        (f"fetched from {HOST}", "names a package registry's host: pypi" + ".org"),
        (f"kept in {HOME}", "names a path of somebody's machine: /home/" + "ada/"),
    ],
)
def test_an_untrue_line_fails(text: str, problem: str, tmp_path: Path) -> None:
    project = new_project(tmp_path, {"README.md": f"# Quorum\n\n{text}\n", "Makefile": "run:\n"})
    status, lines = run_tool("check_docs", project)
    assert status == 1
    assert [line.split(": ", 1)[1] for line in lines] == [problem]


def test_a_true_page_passes(tmp_path: Path) -> None:
    text = "[here](Makefile) [there](https://example.org) [below](#x)\n\n```\nmake run\n[no](link)\n```\n"
    assert run_tool("check_docs", new_project(tmp_path, {"README.md": text, "Makefile": "run:\n"})) == (0, [])


def test_a_decision_that_no_index_links_to_fails(tmp_path: Path) -> None:
    files = {
        "docs/decisions/README.md": "- [Rows decide](0001-rows.md)\n",
        "docs/decisions/0001-rows.md": "# Rows decide\n",
        "docs/decisions/0002-money.md": "# Money is integers\n",
    }
    status, lines = run_tool("check_docs", new_project(tmp_path, files))
    assert status == 1
    assert lines == ["docs/decisions/0002-money.md:1: no index of decisions links to this one"]
