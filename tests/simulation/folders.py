"""A folder of this process alone, on files of memory; what killed ones left is taken away as others begin and end."""

import atexit
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "hotline-simulated-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - our own folder is made in it
_WITHIN = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())


def new_folder(name: str) -> "tempfile.TemporaryDirectory[str]":
    """One for a while, within our own."""
    return tempfile.TemporaryDirectory(prefix=f"{name}-", dir=OWN)


def leave() -> None:
    """As the process ends; of one that is killed its lock ends too, and another does this for it.

    Whoever is still at work in it finds it gone first, and so puts nothing into what is being taken away.
    """
    with suppress(FileNotFoundError):
        shutil.rmtree(OWN.rename(f"{OWN}-left"), ignore_errors=True)
    _sweep()


def _made() -> Path:
    # Locked before it has its name: between the two it must not look like what was left.
    made = Path(tempfile.mkdtemp(prefix="new-", dir=_WITHIN))
    fcntl.flock(os.open(made, os.O_RDONLY), fcntl.LOCK_EX)
    return made.rename(_WITHIN / made.name.replace("new-", PREFIX, 1))


def _sweep() -> None:
    for folder in _WITHIN.glob(f"{PREFIX}*"):
        try:
            opened = os.open(folder, os.O_RDONLY)
        except OSError:  # gone meanwhile, or another user's
            continue
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass  # it lives
        finally:
            os.close(opened)


_sweep()
OWN = _made()
atexit.register(leave)
