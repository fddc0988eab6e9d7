"""A CSV cell never runs in the spreadsheet that opens it."""

import csv
import io

import pytest

from gateway.web.pages.spreadsheet import csv_text


@pytest.mark.parametrize("cell", ["=1+1", "+8613800138000", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_text_that_would_be_calculated_is_quoted(cell: str) -> None:
    assert next(iter(csv.reader(io.StringIO(csv_text([[cell]]), newline=""))))[0] == f"'{cell}"


def test_numbers_and_plain_texts_stay_as_they_are() -> None:
    assert csv_text([[-1.5, 3, "4001", "a,b", None, 'say "x"']]) == '-1.5,3,4001,"a,b",,"say ""x"""\r\n'
