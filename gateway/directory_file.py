"""Who has which telephone number: a CSV file → `Resident`s, for the desk to see before it answers."""

from pathlib import Path
from re import split

import msgspec

from adapters.kinds import Problem
from gateway.csv_table import CsvTable, Row, read_rows, wrong_row
from rules.phone_numbers import number_key

_YES, _NO = frozenset({"1", "true", "yes", "y", "x", "是", "有", "√"}), frozenset({"", "0", "false", "no", "n", "否"})
_CELL_CHARS_MAX = 500
_TABLE = CsvTable(
    key="directory.file",
    what="a directory",
    columns={
        "number": "number",
        "电话": "number",
        "号码": "number",
        "手机": "number",
        "name": "name",
        "姓名": "name",
        "名称": "name",
        "unit": "unit",
        "房号": "unit",
        "单元": "unit",
        "商铺": "unit",
        "notes": "notes",
        "备注": "notes",
        "language": "language",
        "语言": "language",
        "vip": "vip",
        "重要": "vip",
        "sensitive": "sensitive",
        "敏感": "sensitive",
    },
    needed="number",
    known="number (电话), name (姓名), unit (房号), notes (备注), language (语言), vip (重要), sensitive (敏感)",
    begins="number,name,unit,notes,language,vip,sensitive or 电话,姓名,房号,备注,语言,重要,敏感",
    bytes_max=32 << 20,
)


class Resident(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whom a number belongs to."""

    name: str = ""
    unit: str = ""  # room or shop
    notes: str = ""
    language: str = ""
    vip: bool = False
    sensitive: bool = False  # who it is stands on no screen before the call is claimed


def read_directory(file: Path, problems: list[Problem]) -> dict[str, Resident]:
    """By `number_key`; a cell may hold several numbers. What is wrong is added to `problems`, line by line."""
    found: dict[str, Resident] = {}
    seen: dict[str, int] = {}
    for row in read_rows(file, _TABLE, problems):
        keys = [number_key(number) for number in split(r"[;/、，]", row.cells.get("number", "")) if number.strip()]
        if wrong := _wrong(row, keys, seen):
            problems.append(wrong_row(_TABLE, row, wrong))
            continue
        cell = row.cells.get
        resident = Resident(
            name=cell("name", ""),
            unit=cell("unit", ""),
            notes=cell("notes", ""),
            language=cell("language", ""),
            vip=cell("vip", "").lower() in _YES,
            sensitive=cell("sensitive", "").lower() in _YES,
        )
        found |= dict.fromkeys(keys, resident)
        seen |= dict.fromkeys(keys, row.line)
    return found


def _wrong(row: Row, keys: list[str], seen: dict[str, int]) -> str:
    """Why this line is none, with the cure; "" for a good one."""
    if row.too_many:
        return row.too_many
    if not keys or "" in keys:
        return "a telephone number is missing: digits, as the PBX tells them"
    for key in keys:
        if key in seen:
            return f"line {seen[key]} has this number already: whose is it?"
    for name in ("vip", "sensitive"):
        if row.cells.get(name, "").lower() not in _YES | _NO:
            return f"{name} is yes or no (是, 否), or left empty"
    if any(len(cell) > _CELL_CHARS_MAX for cell in row.cells.values()):
        return f"a cell has at most {_CELL_CHARS_MAX} characters"
    return ""
