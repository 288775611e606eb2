"""The glossary check finds synonyms in the names campaigns/ defines, and only there."""

from pathlib import Path

import pytest

from tests.house.projects import new_project, run_tool


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def issue_coupon() -> None: ...", "issue_coupon: the word for 'coupon' is 'voucher'"),
        ("class TicketSold: ...", "TicketSold: the word for 'ticket' is 'voucher'"),
        ("def join(pledges: int) -> None: ...", "pledges: the word for 'pledges' is 'commit'"),
        ("class Deal:\n    stock: int", "stock: the word for 'stock' is 'capacity'"),
        ("SKU = 1", "SKU: the word for 'sku' is 'option'"),
    ],
)
def test_a_synonym_fails_and_its_word_is_named(source: str, line: str, tmp_path: Path) -> None:
    status, lines = run_tool("check_words", new_project(tmp_path, {"campaigns/deals/rules.py": source}))
    assert status == 1
    assert [each.split(": ", 1)[1] for each in lines] == [line]


def test_a_file_is_named_by_the_glossary_too(tmp_path: Path) -> None:
    status, lines = run_tool("check_words", new_project(tmp_path, {"campaigns/orders/purchase.py": ""}))
    assert status == 1
    assert lines == ["campaigns/orders/purchase.py:1: purchase: the word for 'purchase' is 'order'"]


def test_a_library_may_use_its_own_words(tmp_path: Path) -> None:
    files = {"campaigns/a.py": "import sale\nsale.shop(ticket=1)\n", "integrations/b.py": "coupon = 1\n"}
    assert run_tool("check_words", new_project(tmp_path, files)) == (0, [])
