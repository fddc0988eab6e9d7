"""Writes a configuration as a user does, and loads it; two people to begin with, and a calendar program's file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.errors import ConfigError
from gateway.config import load

Write = Callable[[str], Path]

TWO_PEOPLE = """
[gateway]
site = "riverside"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true

[[person]]
id = "wang"
name = "王芳"
number = "008"

[[person]]
id = "li"
name = "李强"
number = "012"
roles = ["manager"]
"""


def calendar(*events: str) -> str:
    """A file of iCalendar with these events."""
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\n{body}END:VCALENDAR\r\n"


def writer(folder: Path, before: str = "") -> Write:
    """`before`: what stands at the beginning of each."""

    def write(text: str) -> Path:
        path = folder / "hotline.toml"
        path.write_text(before + text, encoding="utf-8")
        return path

    return write


def problems(path: Path) -> dict[str, tuple[str, str]]:
    """What is wrong with it: by key, the value and the cure."""
    with pytest.raises(ConfigError) as raised:
        load(path)
    return {key: (value, cure) for key, value, cure in raised.value.problems}
