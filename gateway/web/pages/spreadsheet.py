"""Rows as a CSV file that a spreadsheet opens without running anything that stands in a cell."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from aiohttp import web

# A cell that begins so is taken for a formula; the wide ones where the spreadsheet is Chinese or Japanese.
_RUNS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_BYTE_ORDER_MARK: Final = "\ufeff"  # without it Excel takes UTF-8 for another encoding


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> web.Response:
    """`name`: of the file; ours, never from outside."""
    return web.Response(
        body=(_BYTE_ORDER_MARK + csv_text([head, *rows])).encode("utf-8", "replace"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return file.getvalue()


def _harmless(value: object) -> object:
    """Numbers stay numbers; text that a spreadsheet would calculate gets a quote in front (OWASP, CSV injection)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUNS) else text
