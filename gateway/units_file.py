"""The table of radios and who carries them, as an office program exports it: a CSV file → `Unit`s."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.kinds import Problem
from gateway.reading import nearest, shown
from rules.settings import Unit

_COLUMNS = {
    "unit": "unit",
    "单位": "unit",
    "name": "name",
    "名称": "name",
    "post": "post",
    "岗位": "post",
    "heard_every_s": "heard_every_s",
    "点名间隔秒": "heard_every_s",
}
_DELIMITERS = ",;\t"
_BYTES_MAX = 4 << 20
_KEY = "radio.units_file"


def read_units(file: Path, problems: list[Problem]) -> list[Unit]:
    """The file's units; what is wrong with it is added to `problems`, line by line, each with its cure."""
    text = _text(file, problems)
    if text is None:
        return []
    lines = text.splitlines()
    delimiter = max(_DELIMITERS, key=lines[0].count) if lines else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [_COLUMNS.get(cell.strip().lower(), cell.strip()) for cell in next(rows, [])]
        problems += _check_columns(columns)
        if "unit" not in columns:
            return []
        return list(_units(rows, columns, problems))
    except csv.Error as error:
        problems.append(Problem(_KEY, f"line {rows.line_num}", f"not CSV: {error}; is a quotation mark left open?"))
        return []


def _text(file: Path, problems: list[Problem]) -> str | None:
    """UTF-8, or what Chinese office programs write: GBK, of which GB 18030 is the whole."""
    try:
        content = file.read_bytes()
    except OSError as error:
        cure = f"{error.strerror}: write the file there, or leave units_file out"
        problems.append(Problem(_KEY, str(file), cure))
        return None
    if len(content) > _BYTES_MAX:
        problems.append(
            Problem(_KEY, str(file), f"a table of units has at most {_BYTES_MAX >> 20} MiB: is it this file?")
        )
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    problems.append(Problem(_KEY, str(file), "neither UTF-8 nor GBK: save it as CSV UTF-8"))
    return None


def _check_columns(columns: list[str]) -> Iterator[Problem]:
    for column in columns:
        if column and column not in _COLUMNS.values():
            hint = nearest(column, _COLUMNS)
            cure = f"unknown column: {hint}known: unit (单位), name (名称), post (岗位), heard_every_s (点名间隔秒)"
            yield Problem(_KEY, f"line 1: {shown('', column)}", cure)
        elif column and columns.count(column) > 1:
            yield Problem(_KEY, f"line 1: {shown('', column)}", "this column stands here more than once")
    if "unit" not in columns:
        cure = "the first line must name the columns: unit,name,post,heard_every_s or 单位,名称,岗位"
        yield Problem(_KEY, f"line 1: {shown('', ','.join(columns))}", cure)


def _units(rows: Any, columns: list[str], problems: list[Problem]) -> Iterator[Unit]:
    seen: dict[str, int] = {}
    for row in rows:
        line = rows.line_num  # of a csv.reader, whose type has no name
        cells = {column: cell.strip() for column, cell in zip(columns, row, strict=False) if column}
        if not any(row_cell.strip() for row_cell in row):
            continue
        unit = cells.get("unit", "")
        wrong = _wrong(row, columns, unit, cells.get("heard_every_s", ""), seen.get(unit))
        if wrong:
            problems.append(Problem(_KEY, f"line {line}: {shown('', ','.join(row))}", wrong))
            continue
        seen[unit] = line
        every = cells.get("heard_every_s", "")
        yield Unit(
            unit=unit,
            name=cells.get("name", ""),
            post=cells.get("post", ""),
            heard_every_s=float(every) if every else None,
        )


def _wrong(row: list[str], columns: list[str], unit: str, every: str, before: int | None) -> str:
    """Why this line is none, with the cure; "" for a good one."""
    if any(cell.strip() for cell in row[len(columns) :]):
        return f"{len(row)} cells, but the first line names {len(columns)}: put a cell with commas into quotes"
    if not unit:
        return "the unit's id is missing: write it as the radio system does"
    if before is not None:
        return f"line {before} has this unit already: each unit stands once"
    if every and not _is_seconds(every):
        return "heard_every_s is a number of seconds, 0 or more, or left empty"
    return ""


def _is_seconds(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False
