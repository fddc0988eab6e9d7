"""[desk], [prompts] and [directory]: what the site gives its desk to work with, and every mistake with its cure."""

from pathlib import Path

import pytest

from gateway.config import load
from gateway.desk_settings import Desk
from tests.unit.config.loading import problems, writer

SITE = """
[gateway]
site = "riverside"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true
"""
HEAD = "number,name,unit,notes,language,vip,sensitive\n"


def loaded(folder: Path, more: str, table: str | bytes = "") -> Desk:
    if table:
        (folder / "residents.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return Desk(load(writer(folder, SITE)(more)).desk)


def cures(folder: Path, more: str, table: str = "") -> dict[str, str]:
    if table:
        (folder / "residents.csv").write_text(table)
    return {key: cure for key, (_, cure) in problems(writer(folder, SITE)(more)).items()}


def test_a_number_is_found_however_the_pbx_writes_it(tmp_path: Path) -> None:
    table = HEAD + "138 0013 8000 / 0571-87654321,李先生,3-1202,loud dog,zh,yes,\n"
    desk = loaded(tmp_path, '[directory]\nfile = "residents.csv"\n', table)
    for number in ("13800138000", "+8613800138000", "008613800138000", "057187654321"):
        found = desk.resident(number)
        assert found is not None, number
        assert (found.name, found.unit, found.vip, found.sensitive) == ("李先生", "3-1202", True, False)
    assert desk.resident("13900139000") is None
    assert desk.resident("") is None


def test_a_chinese_office_program_s_table_is_read(tmp_path: Path) -> None:
    table = "电话;姓名;房号;敏感\n13800138000;王女士;商铺 12;是\n".encode("gb18030")
    found = loaded(tmp_path, '[directory]\nfile = "residents.csv"\n', table).resident("13800138000")
    assert found is not None
    assert (found.name, found.unit, found.sensitive) == ("王女士", "商铺 12", True)


@pytest.mark.parametrize(
    ("row", "cure"),
    [
        ("13800138000,twice,,,,,", "line 2 has this number already"),
        ("unknown,x,,,,,", "a telephone number is missing"),
        ("13900139000,x,,,,maybe,", "vip is yes or no"),
        ("13900139000,x,,,,,,more", "put a cell with commas into quotes"),
    ],
)
def test_a_wrong_line_of_the_directory_is_told_with_its_cure(tmp_path: Path, row: str, cure: str) -> None:
    table = f"{HEAD}13800138000,x,,,,,\n{row}\n"
    assert cure in cures(tmp_path, '[directory]\nfile = "residents.csv"\n', table)["directory.file"]


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "write the file there" in cures(tmp_path, '[directory]\nfile = "residents.csv"\n')["directory.file"]


def test_a_prompt_with_an_unknown_place_is_told_with_those_that_are_known(tmp_path: Path) -> None:
    cure = cures(tmp_path, '[prompts]\ngreeting = "您好，我是 {nummer} 号"\n')["prompts.greeting"]
    assert "{nummer}" in cure
    assert "{number}" in cure


@pytest.mark.parametrize("text", ["{", "{number!r}", "{number:>4}", "x" * 201])
def test_a_prompt_that_cannot_be_filled_is_refused(tmp_path: Path, text: str) -> None:
    assert cures(tmp_path, f'[prompts]\nread_back = "{text}"\n')["prompts.read_back"]


@pytest.mark.parametrize("kinds", ['["报修", "报修"]', '[" "]', str([f"k{n}" for n in range(41)]).replace("'", '"')])
def test_kinds_that_nobody_could_choose_between_are_refused(tmp_path: Path, kinds: str) -> None:
    assert cures(tmp_path, f"[desk]\nkinds = {kinds}\n")["desk.kinds"]
