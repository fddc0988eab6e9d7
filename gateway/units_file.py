"""The table of radios and who carries them, as an office program exports it: a CSV file → `Unit`s."""

from pathlib import Path

from adapters.kinds import Problem
from gateway.csv_table import CsvTable, Row, read_rows, wrong_row
from rules.settings import Unit

_TABLE = CsvTable(
    key="radio.units_file",
    what="a table of units",
    columns={
        "unit": "unit",
        "单位": "unit",
        "name": "name",
        "名称": "name",
        "post": "post",
        "岗位": "post",
        "heard_every_s": "heard_every_s",
        "点名间隔秒": "heard_every_s",
    },
    needed="unit",
    known="unit (单位), name (名称), post (岗位), heard_every_s (点名间隔秒)",
    begins="unit,name,post,heard_every_s or 单位,名称,岗位",
    bytes_max=4 << 20,
)


def read_units(file: Path, problems: list[Problem]) -> list[Unit]:
    """The file's units; what is wrong with it is added to `problems`, line by line, each with its cure."""
    found: list[Unit] = []
    seen: dict[str, int] = {}
    for row in read_rows(file, _TABLE, problems):
        unit, every = row.cells.get("unit", ""), row.cells.get("heard_every_s", "")
        if wrong := _wrong(row, unit, every, seen.get(unit)):
            problems.append(wrong_row(_TABLE, row, wrong))
            continue
        seen[unit] = row.line
        found.append(
            Unit(
                unit=unit,
                name=row.cells.get("name", ""),
                post=row.cells.get("post", ""),
                heard_every_s=float(every) if every else None,
            )
        )
    return found


def _wrong(row: Row, unit: str, every: str, before: int | None) -> str:
    """Why this line is none, with the cure; "" for a good one."""
    if row.too_many:
        return row.too_many
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
