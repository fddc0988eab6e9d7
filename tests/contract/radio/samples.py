"""The recorded samples of every kind (tests/fixtures/radio), and playing them to stations as wires do."""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from adapters.radio.kind import Piece, RadioKind
from adapters.radio.registry import KINDS
from adapters.radio.sample import pieces_of
from adapters.radio.settings import RadioSettings
from adapters.radio.station import Heard, Station
from rules.events import Unparsed

FOLDER = Path(__file__).parents[2] / "fixtures" / "radio"
LONG_AFTER_US = 3_600_000_000


class Sample(NamedTuple):
    """`name.bin` with, beside it, `name.jsonl`: what decode prints; and `name.toml`, where the kind needs settings."""

    kind: RadioKind
    path: Path

    def __str__(self) -> str:
        return f"{self.kind.name}/{self.path.stem}"

    @property
    def settings(self) -> RadioSettings:
        return self.settings_at("")

    def settings_at(self, port: str) -> RadioSettings:
        written = self.path.with_suffix(".toml")
        table = tomllib.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
        settings: RadioSettings = msgspec.convert(
            {"name": "sample", "kind": self.kind.name, "port": port, **table}, self.kind.settings
        )
        return settings

    @property
    def expected(self) -> list[dict[str, Any]]:
        lines = self.path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.strip()]

    @property
    def is_stream(self) -> bool:
        """Bytes without borders: not datagrams, not messages, nor levels with their times."""
        pieces = self.pieces()
        return len(pieces) == 1 and not pieces[0].via and not self.kind.modem_lines

    def pieces(self) -> list[Piece]:
        data = self.path.read_bytes()
        if datagrams := _datagrams(data):
            return [Piece(datagram) for datagram in datagrams]
        return pieces_of(self.kind, data)

    def station(self) -> Station:
        station: Station = self.kind.make_station(self.settings)
        station.opened()
        station.to_send()
        return station


def samples() -> list[Sample]:
    return [
        Sample(kind, path)
        for kind in KINDS
        for path in sorted((FOLDER / kind.name).glob("*.bin"))
        if path.with_suffix(".jsonl").exists()
    ]


def play(station: Station, pieces: Iterable[Piece]) -> list[Heard]:
    heard: list[Heard] = []
    at_us = 0
    for piece in pieces:
        at_us = max(at_us, piece.at_us)
        if station.wake_us is not None and station.wake_us <= at_us:
            heard += station.passed(at_us)
        heard += station.feed(piece.data, at_us, piece.via)
        station.to_send()
    while (wake_us := station.wake_us) is not None and at_us < 5 * LONG_AFTER_US:
        at_us = max(at_us + LONG_AFTER_US, wake_us)
        heard += station.passed(at_us)
        station.to_send()
    return heard


def understood(heard: Iterable[Heard]) -> list[Heard]:
    return [one for one in heard if not isinstance(one.event, Unparsed)]


def _datagrams(data: bytes) -> list[bytes]:
    """Each with its length before it, two bytes; [] where the file is not so made."""
    found = []
    while data:
        size, data = int.from_bytes(data[:2], "big"), data[2:]
        if not 0 < size <= len(data):
            return []
        found.append(data[:size])
        data = data[size:]
    return found
