"""A table as an office program exports it: a CSV file in UTF-8 or GBK, its columns named in Chinese or English."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from adapters.kinds import Problem
from gateway.reading import nearest, shown

_DELIMITERS = ",;\t"
_COLUMNS_MAX = 64  # each that nobody knows is told with the known one that is nearest


class CsvTable(NamedTuple):
    """What a file of this sort holds. `columns`: each heading that is known, and which column it names."""

    key: str  # of the configuration, for what is wrong
    what: str  # in words: "a table of units"
    columns: Mapping[str, str]
    needed: str
    known: str  # the columns, in words
    begins: str  # what the first line may look like, in words
    bytes_max: int


class Row(NamedTuple):
    """One line of the table. `whole` is the line as it stands there."""

    line: int
    cells: dict[str, str]
    whole: str
    too_many: str  # why it has more cells than columns, with the cure; ""


def read_rows(file: Path, table: CsvTable, problems: list[Problem]) -> Iterator[Row]:
    """The rows that are not empty; what is wrong with the file as a whole is added to `problems`."""
    text = _text(file, table, problems)
    if text is None:
        return
    lines = text.splitlines()
    delimiter = max(_DELIMITERS, key=lines[0].count) if lines else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        heads = next(rows, [])
        if len(heads) > _COLUMNS_MAX:
            cure = f"{len(heads)} columns, and {table.what} has at most {_COLUMNS_MAX}: is it this file?"
            problems.append(Problem(table.key, f"line 1: {shown('', ','.join(heads))}", cure))
            return
        columns = [table.columns.get(cell.strip().lower(), cell.strip()) for cell in heads]
        problems += _check_columns(columns, table)
        if table.needed not in columns:
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                yield _row(rows.line_num, row, columns)
    except csv.Error as error:
        cure = f"not CSV: {error}; is a quotation mark left open?"
        problems.append(Problem(table.key, f"line {rows.line_num}", cure))


def wrong_row(table: CsvTable, row: Row, cure: str) -> Problem:
    return Problem(table.key, f"line {row.line}: {shown('', row.whole)}", cure)


def _row(line: int, row: list[str], columns: list[str]) -> Row:
    cells = {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column}
    too_many = ""
    if any(cell.strip() for cell in row[len(columns) :]):
        too_many = f"{len(row)} cells, but the first line names {len(columns)}: put a cell with commas into quotes"
    return Row(line, cells, ",".join(row), too_many)


def _text(file: Path, table: CsvTable, problems: list[Problem]) -> str | None:
    """UTF-8, or what Chinese office programs write: GBK, of which GB 18030 is the whole."""
    try:
        content = file.read_bytes()
    except OSError as error:
        cure = f"{error.strerror}: write the file there, or leave {table.key.rpartition('.')[2]} out"
        problems.append(Problem(table.key, str(file), cure))
        return None
    if len(content) > table.bytes_max:
        cure = f"{table.what} has at most {table.bytes_max >> 20} MiB: is it this file?"
        problems.append(Problem(table.key, str(file), cure))
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    problems.append(Problem(table.key, str(file), "neither UTF-8 nor GBK: save it as CSV UTF-8"))
    return None


def _check_columns(columns: list[str], table: CsvTable) -> Iterator[Problem]:
    for column in columns:
        if column and column not in table.columns.values():
            cure = f"unknown column: {nearest(column, table.columns)}known: {table.known}"
            yield Problem(table.key, f"line 1: {shown('', column)}", cure)
        elif column and columns.count(column) > 1:
            yield Problem(table.key, f"line 1: {shown('', column)}", "this column stands here more than once")
    if table.needed not in columns:
        cure = f"the first line must name the columns: {table.begins}"
        yield Problem(table.key, f"line 1: {shown('', ','.join(columns))}", cure)
