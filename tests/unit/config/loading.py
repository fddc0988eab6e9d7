"""Writes a configuration as a user does, and loads it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.errors import ConfigError
from gateway.config import load

Write = Callable[[str], Path]


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
