"""The simulated disk with a real SQLite file beneath it, by the product's schema, statements and writer.

In this process, without the writer's own (see tests/faults for that one): what both disks tell must be the same. A dead
process leaves its database and its WAL as they are; the next one opens a copy of just these two files.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from adapters.intake import migrations
from adapters.intake.backup import backup
from adapters.intake.changes import commit_of
from adapters.intake.reads import Reader
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.statements import compile_for
from adapters.intake_writer.sqlite import WritableFile
from adapters.intake_writer.writer import Writer
from adapters.ports import Batch, LiveState
from tests.fixtures.one_library import OneLibrary
from tests.simulation.disk import Disk, SimStore
from tests.simulation.folders import OWN, new_folder

TEXTS = compile_for(SqliteDatabase.dialect)
_PAGE = 1000  # entries asked for at once


@cache
def empty_store() -> bytes:
    """A database with our schema, as bytes: migrations take longer than most lives."""
    with new_folder("empty") as folder:
        path = Path(folder) / "empty.db"
        engine = SqliteDatabase(path).engine()
        migrations.upgrade(engine, None)
        engine.dispose()
        return path.read_bytes()


class SqliteDisk(Disk):
    """Keeps what is committed twice, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="disk-", dir=OWN))
        self._lives = 0
        self._path = self._next_path()
        self._path.write_bytes(empty_store())
        self._writer: Writer | None = None

    def power_on(self) -> None:
        """A new process opens what the one before it has left."""
        self._path = self._taken_over()
        self._let_go()
        self._writer = Writer(WritableFile(str(self._path)), TEXTS)
        self._writer.open()

    def keep(self, batch: Batch) -> None:
        assert self._writer is not None
        self._writer.commit(commit_of(batch))
        super().keep(batch)

    def live(self) -> LiveState:
        expected = super().live()
        if self._writer is None:
            return expected
        reader = Reader(OneLibrary(self._path))
        try:
            found = reader.load()
        finally:
            reader.close()
        for name in LiveState.__struct_fields__:
            rows, kept = getattr(found, name), getattr(expected, name)
            assert _in_order(rows) == _in_order(kept), f"{name} read from SQLite: {rows}, and should be {kept}"
        return found

    def known(self, keys: list[bytes]) -> set[bytes]:
        assert self._writer is not None
        found = set(self._writer.known(keys))
        assert found == set(keys) & self.keys.keys(), "SQLite knows other keys"
        return found

    def power_off(self) -> None:
        """For good: the journal must hold all that was kept, in order."""
        reader = Reader(OneLibrary(self._path))
        try:
            entries = [e for first in range(0, len(self.rows), _PAGE) for e in reader.journal(first, _PAGE, None)]
        finally:
            reader.close()
        assert entries == [row.entry for row in self.rows], "SQLite's journal is another"
        self._let_go()
        self._writer = None
        shutil.rmtree(self._folder)

    def back_up(self) -> bytes:
        """Of another process' view of the files: in this one Python's SQLite would meet the writer's."""
        target = self._folder / "copy"
        backup(f"sqlite:///{self._taken_over()}", self._folder, target)
        whole = target.read_bytes()
        target.unlink()
        return whole

    def take_instead(self, copy: bytes) -> None:
        """By docs/OPERATIONS.md: what the dead process left stands in the way."""
        left = self._taken_over()
        self._let_go()
        self._writer = None
        self._path = left
        self._path.write_bytes(copy)
        _remove_beside(self._path)

    def _taken_over(self) -> Path:
        """The database and its WAL as they are now, under the name of the next."""
        path = self._next_path()
        for end in ("", "-wal"):
            if (left := Path(f"{self._path}{end}")).exists():
                shutil.copyfile(left, f"{path}{end}")
        return path

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _next_path(self) -> Path:
        self._lives += 1
        return self._folder / f"{self._lives}.db"


class SqliteStore(SimStore):
    """One opening of a SqliteDisk. Implements Store."""

    disk: SqliteDisk

    async def known(self, keys: "list[bytes]") -> set[bytes]:  # type: ignore[override]  # as the disk wants them
        self._check()
        return self.disk.known(keys)


def _remove_beside(path: Path) -> None:
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def _in_order(thing: object) -> object:
    """Rows of a table come in an order of its own; what waits to be sent has its order."""
    if (
        isinstance(thing, list)
        and thing
        and hasattr(thing[0], "__struct_fields__")
        and not hasattr(thing[0], "notifier")
    ):
        return sorted(thing, key=repr)
    return thing
