"""Desks of stations that tell of keys and carriers: who speaks, and until when."""

import asyncio
import contextlib
import os
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

from simulators.ami_server import AmiServer
from simulators.radios import voice
from simulators.radios.dmr import Dmr
from simulators.radios.hytera import Hytera
from simulators.radios.kenwood import Kenwood
from simulators.radios.mmdvm import Mmdvm
from simulators.radios.ports import Port
from simulators.radios.rpt import Repeater
from simulators.radios.selcall import Decoder
from simulators.radios.svxlink import Svxlink
from simulators.radios.tait import Tait
from simulators.radios.tetra import Tetra
from tests.simulation.desks import WORDS, Desk
from tests.simulation.wires import SerialStation

KENWOOD_OWN = "100-9999"
HYTERA_OWN = 1
RPT_USER, RPT_SECRET = "sim", "SIMULATED_RPT_SECRET"
MMDVM_TOPIC = "mmdvm/json"
MMDVM_GROUP, MMDVM_CONTROL = 9, 9990001
_PIECE_S = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VOICE = voice.pcm(voice.tones((440.0, 620.0), 200))  # soft at both ends only: as loud as speech throughout


class KenwoodDesk(Desk):
    def set_up(self) -> None:
        self._base = Kenwood(self.site.port)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._base.press(unit or KENWOOD_OWN)

    def release(self, unit: str) -> None:
        self._base.release(unit or KENWOOD_OWN)


class SpeakingBase(Protocol):
    """A pretend station whose own set is keyed by `speak`."""

    def release(self) -> None: ...
    def speak(self) -> None: ...
    def fall_silent(self) -> None: ...


class SpeakingDesk(Desk):
    """A unit's key, or that of the base itself."""

    _base: SpeakingBase

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self.press_unit(unit)
        else:
            self._base.speak()

    def press_unit(self, unit: str) -> None:
        raise NotImplementedError

    def release(self, unit: str) -> None:
        (self._base.release if unit else self._base.fall_silent)()


class TaitDesk(SpeakingDesk):
    _base: Tait

    def set_up(self) -> None:
        self._base = Tait(self.site.port)

    @property
    def reports(self) -> bool:
        return super().reports and {"rings", "progress", "texts"} <= self._base.reporting

    def press_unit(self, unit: str) -> None:
        self._base.press(unit)

    def page(self, unit: str) -> None:
        self._base.page(unit)

    def emergency(self, unit: str) -> None:
        self._base.emergency(unit)

    def status(self, unit: str) -> None:
        self._base.status(unit, "07")

    def text(self, unit: str) -> None:
        self._base.text(unit, WORDS)


class DmrDesk(SpeakingDesk):
    _base: Dmr

    def set_up(self) -> None:
        self._base = Dmr(self.site.port, changes=True)

    def press_unit(self, unit: str) -> None:
        self._base.press(int(unit))

    def page(self, unit: str) -> None:
        self._base.page(int(unit))

    def text(self, unit: str) -> None:
        self._base.text(int(unit), WORDS)


class TetraDesk(SpeakingDesk):
    _base: Tetra

    def set_up(self) -> None:
        self._base = Tetra(self.site.port)

    @property
    def reports(self) -> bool:
        return super().reports and {"2,0,0", "2,2,20", "1,3,130"} <= self._base.services

    def press_unit(self, unit: str) -> None:
        self._base.press(unit)

    def emergency(self, unit: str) -> None:
        self._base.emergency(unit)
        self._base.hang_up()

    def status(self, unit: str) -> None:
        self._base.status(unit, "8007")

    def text(self, unit: str) -> None:
        self._base.text(unit, WORDS)


class HyteraDesk(Desk):
    def set_up(self) -> None:
        self._base = Hytera(self.site.port, own=HYTERA_OWN, framing="hdap")
        self._texts = 0

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(int(unit))
        else:
            self._base.control_press()

    def release(self, unit: str) -> None:
        if unit:
            self._base.release(int(unit))
        else:
            self._base.control_release()

    def page(self, unit: str) -> None:
        self._base.page(int(unit))

    def text(self, unit: str) -> None:
        self._texts += 1
        self._base.send_text(int(unit), HYTERA_OWN, WORDS, self._texts)


class SvxlinkDesk(Desk):
    def set_up(self) -> None:
        state, ptt = (cast(Port, port) for port in self.site.ports)
        self._base = Svxlink(state, ptt, now_s=lambda: self.site.now_us() / 1_000_000)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press()
            self._base.dial(f"{unit}#")
        else:
            self._base.transmit(on=True)

    def release(self, unit: str) -> None:
        if unit:
            self._base.release()
        else:
            self._base.transmit(on=False)


class RptDesk(Desk):
    """The transmitter repeats whom the receiver hears."""

    def set_up(self) -> None:
        os.environ.setdefault(RPT_SECRET, "sim")
        self._server = AmiServer(
            RPT_USER, os.environ[RPT_SECRET], port=18, now_s=lambda: self.site.now_us() / 1_000_000
        )
        self._base = Repeater(self._server)

    async def run(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop()

    @property
    def reports(self) -> bool:
        return super().reports and self._server.listeners > 0

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(unit)
        else:
            self._base.transmit(on=True)

    def release(self, unit: str) -> None:
        if unit:
            self._base.release()
        self._base.transmit(on=False)

    def page(self, unit: str) -> None:
        self._base.mdc(f"A{unit}")

    def emergency(self, unit: str) -> None:
        self._base.mdc(f"E{unit}")

    def status(self, unit: str) -> None:
        self._base.mdc(f"S{unit}-3")


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
