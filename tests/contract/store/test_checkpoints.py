"""What is committed is copied into the database beside the commits: the WAL begins anew, and nothing is lost."""

import contextlib
import subprocess
import sys
import time
from pathlib import Path

import apsw

from adapters.intake import migrations
from adapters.intake.changes import commit_of
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.statements import compile_for
from adapters.intake_writer.sqlite import WritableFile
from adapters.intake_writer.writer import Writer
from tests.contract.store.made import batch_of, journalled

LARGE = b"x" * 500_000  # a hundred and more pages of the WAL
DEADLINE_S = 60.0


def test_the_wal_begins_anew_while_commits_go_on(tmp_path: Path) -> None:
    path, wal = tmp_path / "hotline.db", tmp_path / "hotline.db-wal"
    migrations.upgrade(SqliteDatabase(path).engine(), None)
    writer = Writer(WritableFile(str(path)), compile_for(SqliteDatabase.dialect))
    writer.open()
    seq, begins = 0, set[bytes]()
    deadline = time.monotonic() + DEADLINE_S
    while len(begins) < 3 and time.monotonic() < deadline:
        seq += 1
        writer.commit(commit_of(batch_of([journalled(seq, raw=LARGE)])))
        with wal.open("rb") as file:
            begins.add(file.read(32)[16:24])  # its salt, another one each time
    assert len(begins) == 3
    writer.close()
    assert not wal.exists()
    with contextlib.closing(apsw.Connection(str(path))) as after:
        assert after.execute("PRAGMA integrity_check").get == "ok"
        assert after.execute("SELECT count(*) FROM journal WHERE length(raw) = ?", (len(LARGE),)).get == seq


def test_a_reader_that_stays_holds_nothing_up(tmp_path: Path) -> None:
    path = tmp_path / "hotline.db"
    migrations.upgrade(SqliteDatabase(path).engine(), None)
    writer = Writer(WritableFile(str(path)), compile_for(SqliteDatabase.dialect))
    writer.open()
    with contextlib.closing(apsw.Connection(str(path))) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM journal").get == 0
        for seq in range(1, 121):
            writer.commit(commit_of(batch_of([journalled(seq, raw=LARGE)])))
        assert reader.execute("SELECT count(*) FROM journal").get == 0  # of the moment when it began
    writer.close()


def test_the_gateways_process_never_loads_the_writers_library() -> None:
    """Two SQLite libraries in one process drop each other's locks on the file."""
    loaded = "import sys, gateway.app, gateway.cli.erasing, adapters.intake.backup; sys.exit('apsw' in sys.modules)"
    subprocess.run([sys.executable, "-c", loaded], check=True)  # noqa: S603  # our own words
