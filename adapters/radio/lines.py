"""A stream of text lines from a station: bytes in any pieces to whole lines, within bounds."""

from adapters.radio.scanner import UNREAD_BYTES_MAX
from adapters.radio.station import Heard
from rules.events import Unparsed
from rules.moments import SECOND_US

LINE_BYTES_MAX = 2048
# multimon-ng prints a five-tone digit as it hears it, and ends the line up to half a second after the last one.
_PAUSE_US = 2 * SECOND_US
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


class TimedLines(Lines):
    """As Lines; a line that does not go on for two seconds ends there."""

    def __init__(self) -> None:
        super().__init__()
        self.ends_us: int | None = None

    def feed_at(self, data: bytes, at_us: int) -> list[bytes]:
        lines = self.feed(data)
        self.ends_us = at_us + _PAUSE_US if self else None
        return lines

    def passed(self, at_us: int) -> list[bytes]:
        if self.ends_us is None or at_us < self.ends_us:
            return []
        self.ends_us = None
        return self.end()

    def clear(self) -> None:
        super().clear()
        self.ends_us = None


def unread(source: str, reason: str, raw: bytes) -> list[Heard]:
    """What nobody could read, in pieces that the journal takes."""
    return [Heard(Unparsed(source=source, reason=reason), piece) for piece in _pieces(raw, UNREAD_BYTES_MAX)]


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]
