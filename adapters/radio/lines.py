"""A stream of text lines from a station: bytes in any pieces to whole lines, within bounds."""

from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import Heard
from rules.events import Unparsed

LINE_BYTES_MAX = 2048
_ENDS_TO_LF = bytes.maketrans(b"\r\0", b"\n\n")


class Lines:
    """LF, CR or NUL ends a line; empty lines are passed over. A line without end is given in pieces."""

    def __init__(self) -> None:
        self._begun = b""

    def __bool__(self) -> bool:
        """Something waits for the end of its line."""
        return bool(self._begun)

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes, without their ends."""
        *whole, self._begun = (self._begun + data.translate(_ENDS_TO_LF)).split(b"\n")
        lines = [piece for line in whole for piece in _pieces(line, LINE_BYTES_MAX)]
        while len(self._begun) > LINE_BYTES_MAX:
            lines.append(self._begun[:LINE_BYTES_MAX])
            self._begun = self._begun[LINE_BYTES_MAX:]
        return lines

    def end(self) -> list[bytes]:
        """What waits is a line: its end did not come in time."""
        return self.feed(b"\n")

    def clear(self) -> None:
        self._begun = b""


def unread(source: str, reason: str, raw: bytes) -> list[Heard]:
    """What nobody could read, in pieces that the journal takes."""
    return [Heard(Unparsed(source=source, reason=reason), piece) for piece in _pieces(raw, UNREAD_BYTES_MAX)]


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
