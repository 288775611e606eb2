"""The page of errors says what the code says (S13)."""

from tools.error_table import PAGE, page


def test_the_page_of_errors_is_equal_to_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tools.error_table"
