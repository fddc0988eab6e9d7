"""Whose a SQLite store is: one process at a time, told apart by a lock on a file beside it."""

import contextlib
import errno
import fcntl
import os

from adapters.errors import StoreError


class Ownership:
    """The kernel drops the lock when the process ends, however it ends. Raises StoreError, naming who has it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock_file: int | None = None

    def take(self, owner: int) -> None:
        """`owner`: the process that people know."""
        if self._lock_file is not None:
            return
        path = f"{self._path}.lock"
        try:
            lock_file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}: the folder must exist and be writable") from error
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            other = os.pread(lock_file, 32, 0).decode(errors="replace").strip()
            os.close(lock_file)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise StoreError(f"{path}: {error.strerror}: use a file system that has file locks") from error
            raise StoreError(
                f"{self._path} is owned by another gateway (process {other or 'unknown'}): stop that one, "
                "or give this one a store of its own"
            ) from error
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(lock_file, 0)
            os.pwrite(lock_file, f"{owner}\n".encode(), 0)
        self._lock_file = lock_file

    def release(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
