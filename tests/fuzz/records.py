"""The record as a damaged disk would leave it, a row at a time and the whole file; and the writer's messages."""

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec

from adapters.errors import NOT_JSON, StoreError
from adapters.intake import migrations, rows
from adapters.intake.backup import backup
from adapters.intake.changes import commit_of
from adapters.intake.reads import Reader
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.statements import compile_for
from adapters.intake_writer.messages import LENGTH_BYTES, Known, framed, read_answer, read_request
from adapters.intake_writer.sqlite import WritableFile
from adapters.intake_writer.writer import Writer
from gateway.access.kept import Account, ApiToken, KeptSession
from gateway.recovery import restore
from rules.channels import Channel, UnitStatus
from rules.effects import Note, Send
from rules.events import Delivered, Unparsed
from rules.incidents import SourceStatus
from rules.settings import RuleSet
from tests.contract.store.made import START_US, alert_of, batch_of, incident_of, journalled, obligation_of
from tests.fuzz.target import Target

_PATCH_BYTES = 4  # where (three of them), and what to write there
_ACCESS = (
    b'{"name":"wang","roles":["operator"],"digest":"0f","scopes":["see"],"account":"wang","opened_us":1,"expires_us":2,'
    b'"sites":["a"],"devices":["0e"],"must_change":true}'
)


def _of_access(body: bytes) -> list[object]:
    return [msgspec.json.decode(body, type=kept) for kept in (Account, ApiToken, KeptSession)]


_ROWS: tuple[tuple[str, Callable[[Any], object], bytes], ...] = (
    ("event", rows.event_from_json, rows.event_json(Delivered(source="main", call="c1")).encode()),
    ("alert", rows.alert_from_body, str(rows.alert_row(alert_of("a1"))[-1]).encode()),
    ("live", rows.live_from_body, rows.live_row(incident_of(1))[-1]),
    ("access", _of_access, _ACCESS),
    ("source", rows.source_from_body, rows.source_row(SourceStatus(name="main"))[-1]),
)


def _row(read: Callable[[Any], object], data: bytes) -> None:
    with suppress(*NOT_JSON):
        read(data)


def _said(data: bytes) -> None:
    """Between the gateway and its writer."""
    for decoder in (read_request, read_answer):
        with suppress(*NOT_JSON):
            decoder.decode(data)
    assert read_request.decode(framed(Known([data]))[LENGTH_BYTES:]) == Known([data])


def _file(data: bytes) -> None:
    """Bytes of the file are changed: it is read, or a StoreError says that it is damaged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hotline.db"
        path.write_bytes(_patched(data))
        reader = Reader(SqliteDatabase(path))
        try:
            for ask in _questions(reader):
                with suppress(StoreError):
                    ask()
        finally:
            reader.close()


def _copy(data: bytes) -> None:
    """Of a damaged store no copy is made that is damaged too; the store is left as it was, and no half a copy."""
    damaged = _patched(data)
    with tempfile.TemporaryDirectory() as folder:
        path, copy = Path(folder) / "hotline.db", Path(folder) / "copy.db"
        path.write_bytes(damaged)
        try:
            backup("sqlite:///hotline.db", Path(folder), copy)
        except StoreError:
            assert not copy.exists()
        else:
            with closing(sqlite3.connect(copy)) as taken:
                assert taken.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert path.read_bytes() == damaged
        assert not Path(f"{copy}.part").exists()


def _patched(data: bytes) -> bytes:
    damaged = bytearray(_whole_file())
    for at in range(0, len(data) - _PATCH_BYTES + 1, _PATCH_BYTES):
        damaged[int.from_bytes(data[at : at + 3]) % len(damaged)] = data[at + 3]
    return bytes(damaged)


def _questions(reader: Reader) -> tuple[Callable[[], object], ...]:
    rules = RuleSet(version="", site="riverside")
    return (
        lambda: restore(reader.load(), rules),
        lambda: msgspec.json.encode(reader.incidents(10, None, {})),
        lambda: msgspec.json.encode(reader.obligations(None, 10, None)),
        lambda: msgspec.json.encode(reader.alerts(None, 10, None)),
        lambda: msgspec.json.encode(reader.unparsed(10, None)),
        lambda: msgspec.json.encode(reader.timeline("20261121-0001")),
        lambda: reader.journal(0, 10, None),
    )


@cache
def _whole_file() -> bytes:
    """A store with one of everything."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hotline.db"
        database = SqliteDatabase(path)
        writer = Writer(WritableFile(str(path)), compile_for(database.dialect))
        migrations.upgrade(database.engine(), None)
        writer.open()
        writer.commit(commit_of(_batch()))
        writer.close()
        return path.read_bytes()


def _batch() -> Any:
    return batch_of(
        [journalled(1, incident=1), journalled(2, Unparsed(source="main", reason="no JSON"), raw=b"\xff{")],
        incidents=[incident_of(1)],
        obligations=[obligation_of(2, 1)],
        alerts=[alert_of("a1", incident_id=1)],
        sends=[Send("a1", "desk")],
        notes=[Note(incident=1, at_us=START_US, seq=1, what="note", detail="x")],
        sources=[SourceStatus(name="main")],
        channels=[Channel(id=3, name="main", source="main")],
        units=[UnitStatus(id=4, unit="100-4002", last_us=START_US)],
        last_id=4,
    )


def record_targets() -> list[Target]:
    by_row = [Target(f"row-{name}", partial(_row, read), (seed,)) for name, read, seed in _ROWS]
    patches = tuple((page * 4096 + 4090).to_bytes(3) + b"\xff" for page in range(1, 8))
    return [
        *by_row,
        Target("writer", _said, (framed(Known([b"k"]))[LENGTH_BYTES:],)),
        Target("store-file", _file, (b"".join(patches), *patches)),
        Target("store-copy", _copy, (b"".join(patches), *patches)),
    ]
