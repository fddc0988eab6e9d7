"""The texts of the rendered pages: both languages whole, and none asked for that is not there."""

import re
from pathlib import Path
from string import Formatter

import pytest

import gateway.web
from gateway.web.pages.texts import TEXTS, words

WEB = Path(gateway.web.__file__).parent
ASKED = re.compile(r"""(?<![.\w])w\(\s*"([a-z_]+\.[a-z_]+)"\s*[,)]""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_say_it_with_the_same_places(key: str) -> None:
    zh, en = TEXTS[key]
    assert zh
    assert en
    assert places(zh) == places(en)


@pytest.mark.parametrize("path", [*WEB.glob("templates/*.html"), *WEB.rglob("*.py")], ids=lambda path: path.name)
def test_no_text_is_asked_for_that_is_not_there(path: Path) -> None:
    assert {key for key in ASKED.findall(path.read_text(encoding="utf-8")) if key not in TEXTS} == set()


def test_what_has_no_text_speaks_for_itself() -> None:
    assert words("en").of("record.rule_new_one", "new_one") == "new_one"
    assert words("zh")("records.ring", n=3) == "第3声"
