"""What SQLite found wrong, with the cure: in the same words whichever driver tells it."""

from typing import Final

FULL: Final = 13
BUSY: Final = 5
LOCKED: Final = 6
CONSTRAINT: Final = 19
_CURES: Final = {
    FULL: "the disk is full: free space, the gateway goes on by itself",
    8: "make the file and its folder writable for the gateway's user",
    14: "the folder must exist and be writable for the gateway's user",
    10: "the disk failed a read or write: look at the system's log",
    BUSY: "another program holds the file: close it",
    11: "the file is damaged: stop, keep a copy, restore the last backup",
    26: "this is not a SQLite file: name another one",
}


def code_of(error: Exception) -> int:
    """SQLite's primary result code; 0 where it is not SQLite's error."""
    told = getattr(error, "sqlite_errorcode", None) or getattr(error, "result", None) or 0
    return int(told) & 0xFF


def explain(path: object, error: Exception) -> str:
    cure = _CURES.get(code_of(error), "")
    return f"{path}: {error}" + (f" ({cure})" if cure else "")
