"""What is configured and cannot work is said with its cure."""

from pathlib import Path
from typing import Any

import pytest

from adapters.recordings.settings import Settings, check


def problems(**settings: Any) -> list[str]:
    return [f"{p.key}: {p.cure}" for p in check(Settings(name="rec", kind="recordings", **settings))]


def test_a_source_without_a_way_in_is_told_both_ways() -> None:
    assert problems() == ["key_file: name key_file for uploads, or watch_folder, or both: no clip can come in"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"watch_folder": "/nowhere/at/all"}, "watch_folder"),
        ({"key_file": "/nowhere/at/all"}, "key_file"),
        ({"key_env": "NO_SUCH_VARIABLE_HERE"}, "key_env"),
        ({"keep_days": 0}, "keep_days"),
        ({"silence_dbfs": 3.0}, "silence_dbfs"),
        ({"name_pattern": "("}, "name_pattern"),
        ({"name_pattern": "(?P<colour>x)"}, "name_pattern"),
        ({"timezone": "Moon/Base"}, "timezone"),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, settings: dict[str, Any], named: str) -> None:
    key = tmp_path / "key.txt"
    key.write_text("0123456789abcdef0123\n")
    working: dict[str, Any] = {} if {"key_file", "key_env"} & settings.keys() else {"key_file": str(key)}
    told = problems(**working | settings)
    assert [line.split(":")[0] for line in told] == [named]
    assert not problems(key_file=str(key))


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text("secret\n")
    assert "at least 16 characters" in problems(key_file=str(key))[0]


def test_the_clips_are_not_kept_in_the_watched_folder(tmp_path: Path) -> None:
    assert problems(watch_folder=str(tmp_path), store_folder=str(tmp_path))[0].startswith("store_folder")
