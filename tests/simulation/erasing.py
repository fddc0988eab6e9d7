"""The simulated disk whose file somebody erases a number from while no gateway runs, and what is left of it then."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from adapters.intake.erasing import Erased, Wanted, erase
from adapters.intake.reads import Reader
from adapters.intake.sqlite import SqliteDatabase
from adapters.ports import JournalRow, LiveState
from rules.events import Entry
from rules.phone_numbers import number_key
from tests.simulation.sqlite import SqliteDisk


@dataclass(frozen=True)
class Erasing:
    """One number was erased: the journal and what lives as they read since."""

    number: str
    done: Erased
    entries: list[Entry]
    live: LiveState
    leaks: bool  # the number stands somewhere in the file still
    verdicts_stay: bool


class ErasableDisk(SqliteDisk):
    """`rows` keeps what truly happened, for those who judge; the file tells what is left of it."""

    def __init__(self) -> None:
        super().__init__()
        self._erased: dict[int, Entry] = {}

    def erase(self, number: str, at_us: int) -> Erasing:
        self._let_go()
        self._writer = None
        before, verdicts = self.entries(), self._verdicts()
        done = erase(SqliteDatabase(self._path), Wanted(number=number), number_key, at_us, really=True)
        reader = Reader(SqliteDatabase(self._path))
        try:
            entries, live = reader.journal(0, len(before) + 2, None), reader.load()
        finally:
            reader.close()
        self._erased |= {one.seq: one for one, was in zip(entries, before, strict=False) if one != was}
        self.rows += [JournalRow(entry, None, None, 0, "") for entry in entries[len(self.rows) :]]
        self.alerts.update({one.id: one for one in live.alerts})
        with closing(sqlite3.connect(self._path)) as file:
            self.keys = dict(file.execute("SELECT key, seq FROM journal WHERE key IS NOT NULL"))
        leaks = any(number.encode() in one.read_bytes() for one in Path(self._path).parent.glob(f"{self._path.name}*"))
        return Erasing(number, done, entries, live, leaks, self._verdicts() == verdicts)

    def entries(self) -> list[Entry]:
        return [self._left(row).entry for row in self.rows]

    def power_off(self) -> None:
        as_it_was, self.rows = self.rows, [self._left(row) for row in self.rows]
        super().power_off()
        self.rows = as_it_was

    def _left(self, row: JournalRow) -> JournalRow:
        entry = self._erased.get(row.entry.seq)
        return row if entry is None else msgspec.structs.replace(row, entry=entry)

    def _verdicts(self) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self._path)) as file:
            return file.execute("SELECT * FROM obligation ORDER BY id").fetchall()
