"""Files for spreadsheets: texts never calculate, numbers stay numbers."""

from storefront.consoles.csv_text import csv_text


def test_a_negative_amount_is_a_number_and_a_text_that_looks_like_one_is_not() -> None:
    assert csv_text(["net_minor", "title"], [[-500, "-500"]]).splitlines()[1] == "-500,'-500"
