"""`quorum deals`: what it prints and with what it ends (0 done, 1 refused, 2 called wrongly or no database)."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from storefront.cli.deals import app
from tests.cli.commands import quorum
from tests.databases import Database
from tests.deals.test_deal_files import EXAMPLES

FILES = [str(path) for path in EXAMPLES]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture(autouse=True)
def here(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("QUORUM_HOME", str(tmp_path / "home"))


def test_files_are_imported_listed_shown_and_exported() -> None:
    first = run("import", *FILES)
    assert (first.exit_code, first.stdout.count(": created, ")) == (0, 8)
    again = run("import", *FILES)
    assert (again.exit_code, again.stdout.count(": unchanged, ")) == (0, 8)
    assert "noodle-dinner" in run("list").stdout
    shown = run("show", "cargo-bike-weekend").stdout
    assert "0.00 CAD of 500.00 CAD" in shown
    assert "slug: sauna-and-supper" in run("export", "sauna-and-supper").stdout


def test_json_answers_are_data() -> None:
    results = json.loads(run("import", "--dry-run", "--json", *FILES[:2]).stdout)
    assert [result["outcome"] for result in results] == ["created", "created"]
    assert json.loads(run("list", "--json").stdout) == []
    run("import", *FILES)
    assert len(json.loads(run("list", "--json").stdout)) == 8
    assert json.loads(run("show", "noodle-dinner", "--json").stdout)["threshold"] == 20


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("slug: bad\ntreshold: 3\n", encoding="utf-8")
    result = run("import", str(bad), FILES[0])
    assert result.exit_code == 1
    assert f"{bad}:2: treshold: There is no such key. Did you mean threshold?" in result.stderr
    assert ": created, " in result.stdout


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"\xff\xfe\x00")
    result = run("import", str(bad))
    assert (result.exit_code, "UTF-8" in result.stderr) == (1, True)


@pytest.mark.parametrize("words", [("import", "/nowhere.yaml"), ("import",), ("show",), ("melt",)])
def test_a_wrong_call_ends_with_two(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


@pytest.mark.parametrize("verb", ["show", "export"])
def test_a_deal_that_is_not_there_ends_with_one(verb: str) -> None:
    ended = quorum("deals", verb, "nothing", environment={})
    assert (ended.status, ended.said) == (1, "There is no such deal here.")


def test_titles_are_words_and_no_markup(tmp_path: Path) -> None:
    """A title in brackets is printed as it is."""
    text = EXAMPLES[0].read_text(encoding="utf-8")
    file = tmp_path / "loud.yaml"
    title = "Loaves [bold]loud[/bold] [/nothing]"
    file.write_text(text.replace("Four loaves of sourdough, one a week", f'"{title}"'), encoding="utf-8")
    run("import", str(file))
    assert title in run("show", "sourdough-saturday").stdout


def test_a_new_database_is_explained(tmp_path: Path) -> None:
    ended = quorum("deals", "list", environment={"DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"})
    assert (ended.status, "quorum migrate" in ended.said) == (2, True)


def test_the_list_says_in_which_zone_a_deal_closes() -> None:
    run("import", *FILES)
    assert " PST" in quorum("deals", "list", environment={"COLUMNS": "200"}).out
