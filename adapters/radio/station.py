"""What every radio kind implements: one base station's side of the wire, without I/O and without a clock.

The link (`adapters.radio.link`) feeds it what arrives, writes what it wants to send, and calls it again at the
moment it asked for. `hotline-gateway decode` and the tests feed it recorded bytes the same way.
"""

from typing import NamedTuple, Protocol, runtime_checkable

from rules.events import RadioEvent, Unparsed


class Heard(NamedTuple):
    """One event, and the bytes of the frame or line it was read from."""

    event: RadioEvent | Unparsed
    raw: bytes


class CannotSend(Exception):
    """The station, or the unit's address, takes no such message; the words say why."""


class Station(Protocol):
    """Bytes in, events out. Never raises for what a peer sent: what cannot be read is an `Unparsed`.

    Whatever the split of the stream, the same bytes give the same events; memory is bounded.
    """

    def opened(self) -> None:
        """The link is (again) open: forget what was half read, queue what enables the station's reports."""

    def feed(self, data: bytes, at_us: int, via: str = "") -> list[Heard]:
        """`data` arrived at `at_us`: a piece of a stream, one datagram, or one MQTT message.

        `via`: the extra port (its name in `ports`) or the MQTT topic it came by; "" for the only or first one.
        """

    @property
    def wake_us(self) -> int | None:
        """When `passed` wants to be called; None: only data matters."""

    def passed(self, at_us: int) -> list[Heard]:
        """The clock has reached `at_us`: debounced lines settle, half-read lines end, watches run out."""

    def to_send(self) -> list[bytes]:
        """What is to be written now, each once; asked for after every other call."""

    def query(self) -> bytes:
        """A harmless question that proves the station alive by its answer; b"" where there is none."""

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002 - the field's word
        """The bytes that send `text` to `unit`; a MachineAck with this `id` will tell of its delivery.

        Raises CannotSend.
        """


@runtime_checkable
class Admitted(Protocol):
    """What a station has besides, whose peer asks who we are: `feed` raises PeerRefused where it does not let us in."""

    admitted: bool  # until then the link is not online, whatever is heard


class OnlyListens:
    """What a Station without a voice of its own says to the questions about sending: nothing."""

    def to_send(self) -> list[bytes]:
        return []

    def query(self) -> bytes:
        return b""

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002, ARG002 - the port's words
        raise CannotSend("this station only listens")
