"""The size check finds what is one line too long, and says where."""

from pathlib import Path

import pytest

from tests.house.projects import new_project, run_tool


def function_of(lines: int) -> str:
    return "def count() -> None:\n" + "    print()\n" * (lines - 1)


def file_of(lines: int) -> str:
    return "x = 1\n" * lines


def test_a_file_of_300_lines_and_a_function_of_40_pass(tmp_path: Path) -> None:
    project = new_project(tmp_path, {"a.py": file_of(300), "b.py": function_of(40)})
    assert run_tool("check_sizes", project) == (0, [])


@pytest.mark.parametrize("name", ["room/deal.py", "page.html", "look.css", "live.js"])
def test_a_file_of_301_lines_fails(name: str, tmp_path: Path) -> None:
    status, lines = run_tool("check_sizes", new_project(tmp_path, {name: file_of(301)}))
    assert status == 1
    assert lines == [f"{name}:301: 301 lines, at most 300: split by noun"]


@pytest.mark.parametrize("prefix", ["", "async "])
def test_a_function_of_41_lines_fails(prefix: str, tmp_path: Path) -> None:
    status, lines = run_tool("check_sizes", new_project(tmp_path, {"a.py": prefix + function_of(41)}))
    assert status == 1
    assert lines == ["a.py:1: function count has 41 lines, at most 40"]


def test_a_minified_file_fails(tmp_path: Path) -> None:
    status, lines = run_tool("check_sizes", new_project(tmp_path, {"lib.js": "a();" * 200}))
    assert status == 1
    assert lines == ["lib.js:1: line of 800 characters: minified code is not committed"]


def test_what_does_not_parse_is_a_problem_and_not_a_crash(tmp_path: Path) -> None:
    status, lines = run_tool("check_sizes", new_project(tmp_path, {"a.py": "x = 1\nif x\n"}))
    assert status == 1
    assert [line.split(": ")[0] for line in lines] == ["a.py:2"]


def test_what_git_ignores_is_nobodys_problem(tmp_path: Path) -> None:
    project = new_project(tmp_path, {".gitignore": "built/\n", "built/a.py": file_of(301)})
    assert run_tool("check_sizes", project) == (0, [])
