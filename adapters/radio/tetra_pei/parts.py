"""Texts that come in parts: told when all are there, or when no more will come."""

from typing import NamedTuple

from adapters.radio.tetra_pei.sds import Message

WHOLES_MAX = 16
WAIT_US = 120_000_000
_MISSING = "…"


class Key(NamedTuple):
    unit: str
    called: str
    whole: int


class Whole(NamedTuple):
    """A text that was told; `raw`: what its last part was read from."""

    key: Key
    text: str
    raw: bytes


class _Waiting(NamedTuple):
    parts: dict[int, str]
    last_us: int
    raw: bytes


class Parts:
    def __init__(self) -> None:
        self._wholes: dict[Key, _Waiting] = {}

    def clear(self) -> None:
        self._wholes.clear()

    def add(self, key: Key, message: Message, raw: bytes, at_us: int) -> list[Whole]:
        """The texts that are told now: this one if it is whole, and one that waited too long among many."""
        if not 1 <= message.part <= message.parts:
            return [Whole(key, message.text, raw)]
        parts = self._wholes[key].parts if key in self._wholes else {}
        parts[message.part] = message.text
        self._wholes[key] = _Waiting(parts, at_us, raw)
        if len(parts) == message.parts:
            return [self._tell(key)]
        return [self._tell(next(iter(self._wholes)))] if len(self._wholes) > WHOLES_MAX else []

    @property
    def wake_us(self) -> int | None:
        return min((waiting.last_us + WAIT_US for waiting in self._wholes.values()), default=None)

    def passed(self, at_us: int) -> list[Whole]:
        """What has waited in vain for the rest, with a sign where something is missing."""
        return [self._tell(key) for key, waiting in list(self._wholes.items()) if at_us >= waiting.last_us + WAIT_US]

    def _tell(self, key: Key) -> Whole:
        waiting = self._wholes.pop(key)
        numbers = range(1, max(waiting.parts) + 1)
        return Whole(key, "".join(waiting.parts.get(number, _MISSING) for number in numbers), waiting.raw)
