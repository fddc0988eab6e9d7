"""A checked copy of the intake store, taken while the gateway runs.

SQLite: the online backup of one snapshot into one plain file; restore by putting it in the store's place while the
gateway is stopped (and removing the old `-wal` and `-shm` beside it).
PostgreSQL: `pg_dump --format=custom`; restore with `pg_restore --create --dbname=postgres FILE`.
"""

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL

from adapters.errors import StoreError
from adapters.intake.sqlite import read_only_uri
from adapters.intake.urls import parse_url, sqlite_path

Progress = Callable[[int, int], None]  # pages done, pages in all
_PAGES_A_STEP = 1_000


def backup(url: str, folder: Path, target: Path, progress: Progress | None = None) -> None:
    """Copy the store to the new file `target`, which appears only once it is whole and checked. Raises StoreError."""
    parsed = parse_url(url)
    if target.exists():
        raise StoreError(f"{target} exists: name a new file")
    if not target.parent.is_dir():
        raise StoreError(f"no backup was made: there is no folder {target.parent}: make it, or name another file")
    part = target.with_name(target.name + ".part")
    try:
        if parsed.get_backend_name() == "sqlite":
            _copy_sqlite(sqlite_path(parsed, folder), part, progress)
        else:
            _dump_postgres(parsed, part)
        _sync(part)
        part.rename(target)
        _sync(target.parent)
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:  # of damage sqlite3 tells by its bytes
        raise StoreError(f"no backup was made: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(path: Path, part: Path, progress: Progress | None) -> None:
    if not path.exists():
        raise StoreError(f"{path} does not exist: nothing to back up")
    part.unlink(missing_ok=True)
    with (
        contextlib.closing(sqlite3.connect(read_only_uri(str(path)), uri=True, isolation_level=None)) as store,
        contextlib.closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        # A read transaction holds one snapshot for all steps; without it each commit beside it would begin them anew.
        store.execute("BEGIN")
        expected = store.execute("SELECT version_num FROM alembic_version").fetchone()

        def tell(_status: int, remaining: int, total: int) -> None:
            if progress is not None:
                progress(total - remaining, total)

        store.backup(copy, pages=_PAGES_A_STEP, progress=tell)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        copy.execute("UPDATE meta SET value = 'a copy' WHERE name = 'place'")  # who starts on it is to know
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok" or copy.execute("SELECT version_num FROM alembic_version").fetchone() != expected:
            raise StoreError(f"the copy is damaged ({found}): look at the disk, and try another one")


def _dump_postgres(url: URL, part: Path) -> None:
    for program in ("pg_dump", "pg_restore"):
        if shutil.which(program) is None:
            raise StoreError(f"{program} is not installed: install PostgreSQL's client programs (postgresql-client)")
    # The password goes by the environment: a command line is for everybody to read.
    secret = {"PGPASSWORD": str(url.password)} if url.password is not None else {}
    name = url.set(drivername="postgresql", password=None).render_as_string()
    _call(["pg_dump", "--format=custom", f"--file={part}", f"--dbname={name}"], os.environ | secret)
    listed = _call(["pg_restore", "--list", str(part)], dict(os.environ))
    if "TABLE DATA public journal" not in listed:
        raise StoreError("the dump holds no journal: is this the gateway's database?")


def _call(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # our own words, no shell
    if done.returncode != 0:
        raise StoreError(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
