"""A full disk, a failing disk, a file that cannot be written: said plainly, nothing half done, and it goes on after."""

import contextlib
import os
import resource
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.errors import StoreError
from adapters.intake import open_store
from adapters.intake.changes import commit_of
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.statements import compile_for
from adapters.intake_writer.sqlite import Connection, WritableFile
from adapters.intake_writer.writer import Writer
from rules.channels import Channel
from tests.contract.store.made import batch_of, incident_of, journalled, key_of, names_in

NOBODY = 65534
FIRST = batch_of([journalled(1)], incidents=[incident_of(1)])
SECOND = batch_of([journalled(2, key=key_of(2), raw=b"x" * 50_000)], incidents=[incident_of(2)])


class Watched(WritableFile):
    """The real file, with its connection and how often it was opened in the test's hands."""

    connection: Connection
    opened = 0

    def connect(self) -> Connection:
        self.connection = super().connect()
        self.opened += 1
        return self.connection


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[tuple[Watched, Writer]]:
    """The writer as its process has it, over the tables that a store has made."""
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    await store.commit(FIRST)
    await store.close()
    file = Watched(str(tmp_path / "hotline.db"))
    writer = Writer(file, compile_for(SqliteDatabase.dialect))
    writer.open()
    yield file, writer
    writer.close()


@contextlib.contextmanager
def file_size_at_most(size: int, process: int) -> Iterator[None]:
    """Writes beyond it fail, as on a failing disk: EFBIG is an I/O error to SQLite."""
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


async def test_a_full_disk_refuses_the_batch_and_recovers_by_itself(watched: tuple[Watched, Writer]) -> None:
    file, writer = watched
    pages = file.connection.execute("PRAGMA page_count").get
    file.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    for _ in range(3):
        with pytest.raises(StoreError, match="disk is full: free space"):
            writer.commit(commit_of(SECOND))
        assert writer.known([key_of(2)]) == []  # reading goes on
    file.connection.execute("PRAGMA max_page_count = 1000000")
    writer.commit(commit_of(SECOND))
    assert writer.known([key_of(2)]) == [key_of(2)]
    assert file.opened == 1


async def test_a_connection_that_turns_read_only_fails_the_commit_and_is_opened_anew(
    watched: tuple[Watched, Writer],
) -> None:
    file, writer = watched
    file.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="writable for the gateway's user"):
        writer.commit(commit_of(SECOND))
    writer.commit(commit_of(SECOND))
    assert file.opened == 2


async def test_the_writer_is_durable(watched: tuple[Watched, Writer]) -> None:
    file, _ = watched
    assert file.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert file.connection.execute("PRAGMA synchronous").fetchone() == (2,)


async def test_after_an_io_error_the_file_is_opened_anew_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    await store.commit(FIRST)
    size = (tmp_path / "hotline.db-wal").stat().st_size
    assert store.writer.pid is not None
    with file_size_at_most(size + 20_000, store.writer.pid), pytest.raises(StoreError, match="disk failed"):
        await store.commit(SECOND)
    assert (await store.load()).incidents == [incident_of(1)]
    await store.commit(SECOND)
    assert (await store.load()).seq == 2
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "hotline.db")) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("damage", ["key = NULL", "body = 'no document'", "body = NULL"])
async def test_a_row_that_is_not_as_it_was_written_says_that_the_store_is_damaged(damage: str, tmp_path: Path) -> None:
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    await store.commit(batch_of([journalled(1)], channels=[Channel(id=3, name="main", source="main")]))
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "hotline.db")) as file:
        file.execute("PRAGMA writable_schema = ON")
        file.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'radio_live'")
        file.commit()
    with contextlib.closing(sqlite3.connect(tmp_path / "hotline.db")) as file:
        file.execute(f"UPDATE radio_live SET {damage}")  # noqa: S608 - ours
        file.commit()
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    with pytest.raises(StoreError, match="damaged: stop, keep a copy, restore the last backup"):
        await store.load()
    await store.close()


def close_to_others(folder: Path, *, lock_file_stays: bool) -> None:
    if lock_file_stays:
        (folder / "hotline.db.lock").chmod(0o666)
    (folder / "hotline.db").chmod(0o444)
    folder.chmod(0o555)


@pytest.mark.parametrize("closed", ["folder", "file"])
async def test_a_store_that_may_not_be_written_is_refused_with_the_cure(closed: str) -> None:
    with tempfile.TemporaryDirectory(prefix="hotline-store-") as name:  # others may not enter pytest's own folder
        folder = Path(name)
        store = open_store("sqlite:///hotline.db", folder)
        await store.open()
        await store.close()
        close_to_others(folder, lock_file_stays=closed == "file")
        refused = Writer(WritableFile(str(folder / "hotline.db")), compile_for(SqliteDatabase.dialect))
        with as_an_ordinary_user(), pytest.raises(StoreError, match="writable"):
            refused.open()
        refused.close()


@pytest.mark.parametrize("where", ["missing/hotline.db", "."])
async def test_a_place_where_no_file_can_be_is_refused_with_the_cure(tmp_path: Path, where: str) -> None:
    store = open_store(f"sqlite:///{where}", tmp_path)
    with pytest.raises(StoreError, match="folder must exist"):
        await store.open()
    await store.close()


async def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    path.write_bytes(b"somebody's letter, not a database" * 100)
    before = path.read_bytes()
    store = open_store("sqlite:///hotline.db", tmp_path)
    with pytest.raises(StoreError, match="not a SQLite file"):
        await store.open()
    await store.close()
    assert path.read_bytes() == before


async def test_readers_cannot_write_and_an_end_leaves_one_file(tmp_path: Path) -> None:
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    reader = SqliteDatabase(tmp_path / "hotline.db").connect_reader()
    assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM journal")
    reader.close()
    await store.close()
    assert names_in(tmp_path) == ["hotline.db", "hotline.db.lock"]
