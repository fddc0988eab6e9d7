"""What the gateway and its writer say to each other: length and msgpack, one answer to each request, in order."""

from collections.abc import Sequence
from typing import Any

import msgspec

LENGTH_BYTES = 4
KEYS_AT_ONCE = 32  # SQLite looks up so many by one statement

Change = tuple[str, Sequence[Sequence[Any]]]  # the name of a statement, and a row of values for each time it runs


class SqliteFile(msgspec.Struct, frozen=True, tag=True):
    path: str


class PostgresServer(msgspec.Struct, frozen=True, tag=True):
    conninfo: str
    shown: str  # without the password


class Texts(msgspec.Struct, frozen=True):
    """All that the writer ever says to the database, in its dialect."""

    changes: dict[str, str]  # by name
    known: str  # which of these keys the journal has
    last: str  # the seq of the journal's last entry
    entry: str  # time and body of the journal's entry with this seq


class Open(msgspec.Struct, frozen=True, tag=True):
    """Own the store. Answer: the revision of its schema, or None where it is empty."""

    place: SqliteFile | PostgresServer
    texts: Texts


class Known(msgspec.Struct, frozen=True, tag=True):
    """Answer: those of `keys` that the journal has."""

    keys: Sequence[bytes]


class Commit(msgspec.Struct, frozen=True, tag=True):
    """One transaction, with the entries that follow `after` up to `last`; refused where the journal does not end there.

    None: it has no entries.
    """

    changes: Sequence[Change]
    after: int | None = None
    last: int | None = None


class WasCommitted(msgspec.Struct, frozen=True, tag=True):
    """Is this the journal's entry `seq`? Answer: a bool."""

    seq: int
    at_us: int
    body: str


class Close(msgspec.Struct, frozen=True, tag=True):
    """Let go of the store, and end."""


Request = Open | Known | Commit | WasCommitted | Close


class Answer(msgspec.Struct, frozen=True):
    """`failed`: why, in words; "" where all went well. `unsure`: a COMMIT failed, and may be on disk all the same."""

    value: Any = None
    failed: str = ""
    unsure: bool = False


_encode = msgspec.msgpack.Encoder().encode
read_request: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
read_answer = msgspec.msgpack.Decoder(Answer)


def framed(message: Request | Answer) -> bytes:
    body = _encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body
