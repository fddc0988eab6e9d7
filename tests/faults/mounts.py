"""A small file system in memory, to be filled, or to be made read-only."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, mib: int) -> Iterator[None]:
    """`folder` is the whole of it."""
    _run("mount", "-t", "tmpfs", "-o", f"size={mib}m", "hotline-fault", str(folder))
    try:
        yield
    finally:
        _run("umount", "--lazy", str(folder))


def make_read_only(folder: Path) -> bool:
    """False while the kernel refuses it, because a file there is open for writing."""
    command = ["mount", "-o", "remount,ro", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0  # noqa: S603 - our own words


def make_writable(folder: Path) -> None:
    _run("mount", "-o", "remount,rw", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - our own words
