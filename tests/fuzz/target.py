"""What a fuzzing target is: a function of bytes that raises for a finding, and seeds to begin from."""

from collections.abc import Callable
from typing import Any, NamedTuple

from adapters.intake.rows import event_from_json, event_json

NOW_US = 1_795_219_750_000_000


class Target(NamedTuple):
    """`run` raises for a finding; `seeds` are well-formed inputs that a fuzzer changes."""

    name: str
    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def torn(data: bytes) -> list[bytes]:
    """In pieces of the length that the first byte says, so that a fuzzer finds the splits too."""
    step = 1 + (data[0] if data else 0)
    return [data[at : at + step] for at in range(0, len(data), step)]


def journalled(event: Any) -> None:
    """Whatever was read can be written into the journal, and is the same when it is read there."""
    assert event_from_json(event_json(event)) == event
