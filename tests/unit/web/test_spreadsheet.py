"""A CSV cell never runs in the spreadsheet that opens it."""

import csv
import io
import re
from pathlib import Path

import pytest

from gateway.web.pages.spreadsheet import csv_text

CELLS = ["=1+1", "+8613800138000", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)"]


@pytest.mark.parametrize("cell", CELLS)
def test_a_text_that_would_be_calculated_is_quoted(cell: str) -> None:
    assert next(iter(csv.reader(io.StringIO(csv_text([[cell]]), newline=""))))[0] == f"'{cell}"


def test_numbers_and_plain_texts_stay_as_they_are() -> None:
    assert csv_text([[-1.5, 3, "4001", "a,b", None, 'say "x"']]) == '-1.5,3,4001,"a,b",,"say ""x"""\r\n'


def test_every_file_for_a_spreadsheet_is_written_here() -> None:
    """A second writer would have to think of formulas again."""
    root = Path(__file__).parents[3]
    files = [
        file for part in ("gateway", "adapters") for end in ("py", "js") for file in (root / part).rglob(f"*.{end}")
    ]
    found = [file.name for file in files if re.search(r"csv\.writer|csv\.DictWriter|text/csv", file.read_text("utf-8"))]
    assert found == ["spreadsheet.py"]
