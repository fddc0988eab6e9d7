"""What the gateway makes of recorded bytes of a base station: for `hotline-gateway decode`. No I/O, no secrets."""

import re
from collections.abc import Iterable

from adapters.errors import PeerProtocolError
from adapters.radio.kind import Piece, RadioKind
from adapters.radio.settings import RadioSettings
from adapters.radio.station import Heard

_LONG_AFTER_US = 3_600_000_000  # whatever waits for more has given up by then
_SETTLINGS_MAX = 100
_BETWEEN_BYTES = re.compile(rb"0[xX]|[\s:,-]+")


def pieces_of_hex(data: bytes) -> list[Piece]:
    """Each line is one datagram, or the next bytes of the stream. Raises PeerProtocolError, with the line's number."""
    pieces = []
    for number, line in enumerate(data.splitlines(), 1):
        digits = _BETWEEN_BYTES.sub(b"", line)
        if not digits or line.lstrip().startswith(b"#"):
            continue
        try:
            pieces.append(Piece(bytes.fromhex(digits.decode("ascii"))))
        except ValueError:
            raise PeerProtocolError(f"line {number} is not hexadecimal: {line[:60]!r}") from None
    return pieces


def pieces_of(kind: RadioKind, data: bytes) -> list[Piece]:
    """As the wire would give them."""
    if kind.sample is not None:
        return kind.sample(data)
    if kind.sample_line_ends and b"\r" not in data:
        data = data.replace(b"\n", b"\r\n")
    return [Piece(data)]


def decode_pieces(kind: RadioKind, settings: RadioSettings, pieces: Iterable[Piece]) -> list[Heard]:
    """The events in their order (an `Unparsed` for each thing that cannot be read)."""
    station = kind.make_station(settings)
    station.opened()
    station.to_send()
    heard: list[Heard] = []
    at_us = 0
    for piece in pieces:
        at_us = max(at_us, piece.at_us)
        if station.wake_us is not None and station.wake_us <= at_us:
            heard += station.passed(at_us)
        heard += station.feed(piece.data, at_us, piece.via)
        station.to_send()  # a station may wait until its words are on their way
    for _ in range(_SETTLINGS_MAX):
        if station.wake_us is None:
            break
        at_us = max(at_us + _LONG_AFTER_US, station.wake_us)
        heard += station.passed(at_us)
        station.to_send()
    return heard
