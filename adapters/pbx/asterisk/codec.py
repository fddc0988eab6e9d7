"""The Asterisk Manager Interface on the wire: bytes in any pieces to messages, actions to bytes. No I/O.

A message is `Key: Value` lines and an empty line; keys are case-insensitive and may repeat; a value may hold any
bytes but a line end. Framing works on bytes, a value is decoded only when somebody asks for it, so a name in
UTF-8 that two TCP segments tore apart arrives whole.
"""

from collections.abc import Iterator

GREETING = b"Asterisk Call Manager"
LINE_BYTES_MAX = 8 * 1024
MESSAGE_BYTES_MAX = 64 * 1024
_END = b"\r\n\r\n"


class Message:
    """One message: its raw bytes as they came, and its values by key, decoded on demand."""

    __slots__ = ("_encoding", "_pairs", "raw")

    def __init__(self, raw: bytes, encoding: str = "utf-8") -> None:
        self.raw = raw
        self._encoding = encoding
        self._pairs: dict[bytes, list[bytes]] | None = None

    @property
    def event(self) -> str:
        """The event's name in lower case, "" for a response. Cheap: Asterisk writes `Event` first."""
        if self.raw.startswith(b"Event: "):
            name = self.raw[7 : self.raw.find(b"\r\n")].strip()
            return name.decode("ascii", "replace").lower()
        return self.get("event").lower()

    def get(self, key: str) -> str:
        """The first value of `key` (given in lower case); "" where there is none."""
        values = self._read().get(key.encode())
        return values[0].decode(self._encoding, "replace") if values else ""

    def get_all(self, key: str) -> list[str]:
        """Every value of a key that repeats, in order."""
        return [value.decode(self._encoding, "replace") for value in self._read().get(key.encode(), ())]

    def _read(self) -> dict[bytes, list[bytes]]:
        if self._pairs is None:
            self._pairs = {}
            for line in self.raw.split(b"\r\n"):
                key, colon, value = line.partition(b":")
                if colon:
                    self._pairs.setdefault(key.strip().lower(), []).append(value.strip(b" \t"))
        return self._pairs


class Oversized:
    """A message beyond the bounds was passed over; `raw` is its beginning."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw


class Codec:
    """Takes what the socket gives and yields whole messages. Memory is bounded by MESSAGE_BYTES_MAX and one read."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self.greeting: bytes | None = None  # the first line, once it is here
        self._encoding = encoding
        self._buffer = bytearray()
        self._searched = 0  # bytes of the buffer known to hold no end of message
        self._skipping = False  # inside a message that was too long

    def feed(self, data: bytes) -> Iterator[Message | Oversized]:
        """Take `data` and yield what it completes. What it does not complete waits for the next call."""
        self._buffer += data
        if self.greeting is None and not self._take_greeting():
            return
        while (end := self._buffer.find(_END, self._searched)) >= 0:
            raw = bytes(self._buffer[:end])
            del self._buffer[: end + len(_END)]
            self._searched = 0
            if self._skipping:
                self._skipping = False
            elif _too_long(raw):
                yield Oversized(raw[:LINE_BYTES_MAX])
            elif raw.strip():
                yield Message(raw, self._encoding)
        if len(self._buffer) > MESSAGE_BYTES_MAX:
            if not self._skipping:
                yield Oversized(bytes(self._buffer[:LINE_BYTES_MAX]))
            self._skipping = True
            del self._buffer[: -len(_END)]
        self._searched = max(0, len(self._buffer) - len(_END) + 1)

    def _take_greeting(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end >= 0:
            first = bytes(self._buffer[:end])
            # A recording, or a proxy, may begin in the middle of the talk: then there is no greeting to take off.
            if b": " not in first:
                del self._buffer[: end + 2]
            self.greeting = first
        elif len(self._buffer) > LINE_BYTES_MAX:
            self.greeting = b""
        return self.greeting is not None


def _too_long(raw: bytes) -> bool:
    if len(raw) <= LINE_BYTES_MAX:
        return False
    return len(raw) > MESSAGE_BYTES_MAX or any(len(line) > LINE_BYTES_MAX for line in raw.split(b"\r\n"))


def encode_action(name: str, **fields: str) -> bytes:
    """An action as Asterisk reads it. Raises ValueError where a line end would smuggle in another header."""
    lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in fields.items())]
    for line in lines:
        if "\r" in line or "\n" in line:
            raise ValueError(f"an AMI header cannot hold a line end: {line.partition(':')[0]!r}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
