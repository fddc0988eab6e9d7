"""Power loss under the real SQLite writer, exhausted: every moment of a short story, whatever a disk leaves of the WAL.

Python gives no hook into SQLite's system calls, so each moment is made instead: the files as they stood before a
commit, and of what it wrote (all of it is new WAL frames; they are synced before the writer answers) any part, in any
order. Opened again as the product opens it, the database must hold exactly the commits before it, or this one too
where all of it had arrived. `python -m tests.simulation.power --bytes-between 1 --commit 32` tries every byte of one.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import apsw

from adapters.intake_writer.messages import Commit
from adapters.intake_writer.sqlite import WritableFile
from adapters.intake_writer.writer import Writer
from tests.simulation.folders import new_folder
from tests.simulation.sqlite import TEXTS, empty_store

_HEADER, _FRAME_HEADER, _PAGE = 32, 24, 4096
FRAME = _FRAME_HEADER + _PAGE
_SUBSETS_OF_ALL_MAX = 8  # frames: of more a sample
_SAMPLE = 100


Recovered = Callable[[bytes, bytes], str]  # the database and the WAL, as they were left: what it then holds


@dataclass(frozen=True)
class Moment:
    """The files around one commit. `states`: what the database holds after each commit, the last one this."""

    database: bytes
    before: bytes  # the WAL
    after: bytes
    states: Sequence[str]


@dataclass
class Findings:
    """What was tried, by kind, and what was wrong."""

    tried: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Recovery:
    """Opens what a crash has left as the product does, and says what it holds."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "left.db"

    def __call__(self, database: bytes, wal: bytes) -> str:
        for end in ("", "-wal", "-shm"):
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        self._path.write_bytes(database)
        Path(f"{self._path}-wal").write_bytes(wal)
        writer = Writer(WritableFile(str(self._path)), TEXTS)
        try:
            writer.open()
        finally:
            writer.close()
        return fingerprint(self._path)


def fingerprint(path: Path) -> str:
    """Of all rows of all tables."""
    digest = blake2b(digest_size=12)
    with closing(apsw.Connection(str(path))) as connection:
        try:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
            for (table,) in tables:
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - names of our schema
                digest.update(repr((table, rows)).encode())
        except apsw.Error as error:
            return f"cannot be read: {error}"
    return digest.hexdigest()


def moments(commits: Sequence[Commit]) -> Iterator[Moment]:
    """Each commit of the story, made by the real writer."""
    with new_folder("power") as folder:
        path, wal = Path(folder) / "store.db", Path(folder) / "store.db-wal"
        path.write_bytes(empty_store())
        states = [fingerprint(path)]
        writer = Writer(WritableFile(str(path)), TEXTS)
        writer.open()
        for asked in commits:
            database, before = path.read_bytes(), wal.read_bytes() if wal.exists() else b""
            writer.commit(asked)
            states.append(fingerprint(path))
            yield Moment(database, before, wal.read_bytes(), tuple(states))
        writer.close()


def lose_power(moment: Moment, *, step: int, seed: int) -> Iterator[tuple[str, bytes, bool]]:
    """A kind of loss, the WAL that it leaves, and whether all of the commit had arrived."""
    written = moment.after[len(moment.before) :]
    frames = _frames(written, begins=not moment.before)
    for count in range(len(frames) + 1):
        yield "killed between two writes", moment.before + b"".join(frames[:count]), count == len(frames)
    for size in range(1, len(written), step):
        yield "torn in a write", moment.before + written[:size], False
    for kept in _subsets(len(frames), seed):
        left = b"".join(frame if nth in kept else bytes(len(frame)) for nth, frame in enumerate(frames))
        yield "some writes lost", moment.before + left, len(kept) == len(frames)


def judge(
    commits: Sequence[Commit],
    chosen: Container[int],
    *,
    step: int,
    recovery: Callable[[Path], Recovered] = Recovery,
) -> Findings:
    """`chosen`: which commits are tried; `step`: between the bytes at which a write is torn."""
    found = Findings()
    with new_folder("power") as folder:
        recovered = recovery(Path(folder))
        for nth, moment in enumerate(moments(commits)):
            if nth not in chosen:
                continue
            for kind, wal, is_whole in lose_power(moment, step=step, seed=nth):
                found.tried[kind] += 1
                expected = moment.states[-1] if is_whole else moment.states[-2]
                if recovered(moment.database, wal) != expected:
                    found.wrong.append(f"commit {nth}: {kind} ({len(wal)} bytes) is not the commits before it")
        _flip_bits(found, recovered, moment, step)
        _interrupt_checkpoint(found, recovered, moment)
    return found


def _flip_bits(found: Findings, recovered: Recovered, moment: Moment, step: int) -> None:
    """A damaged WAL may cost what stands behind the damage; it never makes up a state that was not."""
    chance = random.Random(0)
    for at in range(0, len(moment.after), 64 * step):
        wal = bytearray(moment.after)
        wal[at] ^= 1 << chance.randrange(8)
        found.tried["a bit flipped"] += 1
        if recovered(moment.database, bytes(wal)) not in moment.states:
            found.wrong.append(f"a bit flipped at {at} makes up a state that never was")


def _interrupt_checkpoint(found: Findings, recovered: Recovered, moment: Moment) -> None:
    """Pages are copied into the database before the WAL is cut: whichever of them arrived, it holds all still."""
    with new_folder("power") as folder:
        path = Path(folder) / "whole.db"
        path.write_bytes(moment.database)
        Path(f"{path}-wal").write_bytes(moment.after)
        writer = Writer(WritableFile(str(path)), TEXTS)
        writer.open()  # which checkpoints
        writer.close()
        whole = path.read_bytes()
    old = moment.database.ljust(len(whole), b"\0")
    pages = range(0, len(whole), _PAGE)
    chance = random.Random(0)
    for _ in range(_SAMPLE // 2):
        part = b"".join((whole if chance.random() < 0.5 else old)[at : at + _PAGE] for at in pages)
        found.tried["killed in a checkpoint"] += 1
        if recovered(part, moment.after) != moment.states[-1]:
            found.wrong.append("a checkpoint that was cut short lost something")


def _frames(written: bytes, *, begins: bool) -> list[bytes]:
    """The first commit writes the WAL's header too."""
    head = [written[:_HEADER]] if begins else []
    rest = written[_HEADER:] if begins else written
    return head + [rest[at : at + FRAME] for at in range(0, len(rest), FRAME)]


def _subsets(count: int, seed: int) -> Iterator[frozenset[int]]:
    if count <= _SUBSETS_OF_ALL_MAX:
        yield from (frozenset(n for n in range(count) if mask >> n & 1) for mask in range(2**count))
        return
    chance = random.Random(seed)
    yield from (frozenset(n for n in range(count) if chance.random() < 0.7) for _ in range(_SAMPLE))


def main() -> int:
    from tests.simulation.stories import short_story  # noqa: PLC0415 - a run of the whole service

    parser = argparse.ArgumentParser(prog="python -m tests.simulation.power")
    parser.add_argument("--bytes-between", type=int, default=101)
    parser.add_argument("--commit", type=int, help="only this one of the story")
    asked = parser.parse_args()
    commits = short_story()
    chosen = range(len(commits)) if asked.commit is None else {asked.commit}
    found = judge(commits, chosen, step=asked.bytes_between)
    told = [f"{kind}: {times}" for kind, times in found.tried.items()]
    sys.stdout.write("\n".join([*told, *found.wrong[:20], f"{len(found.wrong)} wrong"]) + "\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
