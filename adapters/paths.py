"""Whether a path of the configuration leads to something; no for one too long, or that we may not look into."""

from collections.abc import Callable
from pathlib import Path


def is_folder(path: str | Path) -> bool:
    return _asked(Path(path).is_dir)


def is_file(path: str | Path) -> bool:
    return _asked(Path(path).is_file)


def is_there(path: str | Path) -> bool:
    return _asked(Path(path).exists)


def _asked(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except OSError:
        return False
