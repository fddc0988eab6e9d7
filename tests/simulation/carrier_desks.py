"""Desks of what tells of carriers, lines, tones and voices: who speaks, if it is known, and until when."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import cast

from simulators.radios import voice
from simulators.radios.mmdvm import Mmdvm
from simulators.radios.selcall import Decoder
from tests.simulation.desks import WORDS, Desk
from tests.simulation.wires import SerialStation

MMDVM_TOPIC = "mmdvm/json"
MMDVM_GROUP, MMDVM_CONTROL = 9, 9990001
_PIECE_S = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VOICE = voice.pcm(voice.tones((440.0, 620.0), 200))  # soft at both ends only: as loud as speech throughout


class LinesDesk(Desk):
    """Squelch on DCD, the transmitter on CTS."""

    DCD, CTS = 8, 1

    def set_up(self) -> None:
        self._port = cast(SerialStation, self.site.ports[0])
        self._port.levels = 0

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._set(self.DCD if unit else self.CTS, on=True)

    def release(self, unit: str) -> None:
        self._set(self.DCD if unit else self.CTS, on=False)

    def _set(self, line: int, *, on: bool) -> None:
        levels = self._port.levels or 0
        self._port.levels = levels | line if on else levels & ~line
        self._port.write(bytes([self._port.levels]))


class TableDesk(Desk):
    """A station that prints a line, each a datagram, of what happens."""

    def set_up(self) -> None: ...

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._say(f"RX {unit}" if unit else "TX on")

    def release(self, unit: str) -> None:
        self._say("RX off" if unit else "TX off")

    def page(self, unit: str) -> None:
        self._say(f"PAGE {unit}")

    def emergency(self, unit: str) -> None:
        self._say(f"SOS {unit}")

    def status(self, unit: str) -> None:
        self._say(f"STATUS {unit} 07")

    def text(self, unit: str) -> None:
        self._say(f"SAYS {unit} {WORDS}")

    def seen(self, unit: str) -> None:
        self._say(f"HERE {unit}")

    def ack(self, unit: str) -> None:
        self._say(f"TOOK {unit}")

    def answered(self, unit: str) -> None:
        self._say(f"ANSWERED {unit}")

    def _say(self, line: str) -> None:
        self.site.ports[0].write(f"{line}\r\n".encode())


class MmdvmDesk(Desk):
    """Control speaks from the network."""

    def set_up(self) -> None:
        self._base = Mmdvm(self._publish, lambda: _EPOCH + timedelta(microseconds=self.site.now_us()))

    def _publish(self, payload: bytes) -> None:
        self.site.broker.publish(MMDVM_TOPIC, payload)

    @property
    def reports(self) -> bool:
        return self.site.broker.hears_at_once(MMDVM_TOPIC)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(int(unit), MMDVM_GROUP)
        else:
            self._base.press(MMDVM_CONTROL, MMDVM_GROUP, source="network")

    def release(self, unit: str) -> None:  # noqa: ARG002
        self._base.release()

    def page(self, unit: str) -> None:
        self._base.signal(int(unit), MMDVM_CONTROL, "Call Alert")

    def emergency(self, unit: str) -> None:
        self._base.signal(int(unit), MMDVM_CONTROL, "Call Emergency")

    def ack(self, unit: str) -> None:
        self._base.signal(int(unit), MMDVM_CONTROL, "Call Alert Ack")


class VoxDesk(Desk):
    """A receiver's loudspeaker: a unit is a voice, control is not heard."""

    def set_up(self) -> None:
        self._speaking = ""
        self._voices: set[asyncio.Task[None]] = set()

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._speaking = unit
        if unit:
            task = asyncio.get_running_loop().create_task(self._speak())
            self._voices.add(task)
            task.add_done_callback(self._voices.discard)

    def release(self, unit: str) -> None:  # noqa: ARG002
        self._speaking = ""

    async def _speak(self) -> None:
        size = 2 * round(voice.RATE * _PIECE_S)
        at = 0
        while self._speaking:
            self.site.ports[0].write(_VOICE[at : at + size])
            at = (at + size) % len(_VOICE)
            await asyncio.sleep(_PIECE_S)

    async def stop(self) -> None:
        for task in list(self._voices):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


class TonesDesk(Desk):
    """A decoder of five-tone calls hears only who calls."""

    def set_up(self) -> None:
        self._base = Decoder(self.site.port)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.five_tone("ZVEI1", unit)
