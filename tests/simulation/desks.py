"""What people on a channel do, said by the project's pretend stations: one class a kind, each a few lines."""

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, cast

from simulators.ami_server import AmiServer
from simulators.radios import voice
from simulators.radios.aprs import Tnc
from simulators.radios.dmr import Dmr
from simulators.radios.hytera import Hytera
from simulators.radios.kenwood import Kenwood
from simulators.radios.meshtastic import Node
from simulators.radios.mmdvm import Mmdvm
from simulators.radios.ports import Port
from simulators.radios.rpt import Repeater
from simulators.radios.selcall import Decoder
from simulators.radios.svxlink import Svxlink
from simulators.radios.tait import Tait
from simulators.radios.tetra import Tetra
from tests.simulation.broker import Broker
from tests.simulation.network import Station
from tests.simulation.wires import SerialStation

KENWOOD_OWN = "100-9999"
HYTERA_OWN = 1
APRS_OWN = "CONTRL"
MESH_OWN = "!0a0b0c0d"
RPT_USER, RPT_SECRET = "sim", "SIMULATED_RPT_SECRET"
MMDVM_TOPIC = "mmdvm/json"
MESHES_TOPIC = "msh/CN/2/json/"
MMDVM_GROUP, MMDVM_CONTROL = 9, 9990001
WORDS = "come to the gate"
_PIECE_S = 0.02
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Site(NamedTuple):
    """What a desk stands in."""

    ports: tuple[Station, ...]
    broker: Broker
    now_us: Callable[[], int]  # the true time

    @property
    def port(self) -> Port:
        """A station of memory has of a port what pretend stations use."""
        return cast(Port, self.ports[0])


class Desk:
    """One channel's people. `unit` "" is control; the second argument is the unit that it speaks to."""

    def __init__(self, site: Site, name: str) -> None:
        self.site = site
        self.name = name
        self.set_up()

    def set_up(self) -> None:
        raise NotImplementedError

    @property
    def reports(self) -> bool:
        """What happens now is told, and the gateway's wire is there."""
        return all(port.in_touch for port in self.site.ports)

    def press(self, unit: str, to: str) -> None:
        raise NotImplementedError

    def release(self, unit: str) -> None:
        """Kinds that only have messages have said it at the press."""

    def page(self, unit: str) -> None:
        raise NotImplementedError

    def emergency(self, unit: str) -> None:
        raise NotImplementedError

    def status(self, unit: str) -> None:
        raise NotImplementedError

    def text(self, unit: str) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """What it does beside."""

    async def stop(self) -> None: ...


class KenwoodDesk(Desk):
    def set_up(self) -> None:
        self._base = Kenwood(self.site.port)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._base.press(unit or KENWOOD_OWN)

    def release(self, unit: str) -> None:
        self._base.release(unit or KENWOOD_OWN)


class TaitDesk(Desk):
    def set_up(self) -> None:
        self._base = Tait(self.site.port)

    @property
    def reports(self) -> bool:
        return super().reports and {"rings", "progress", "texts"} <= self._base.reporting

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(unit)
        else:
            self._base.speak()

    def release(self, unit: str) -> None:
        (self._base.release if unit else self._base.fall_silent)()

    def page(self, unit: str) -> None:
        self._base.page(unit)

    def emergency(self, unit: str) -> None:
        self._base.emergency(unit)

    def status(self, unit: str) -> None:
        self._base.status(unit, "07")

    def text(self, unit: str) -> None:
        self._base.text(unit, WORDS)


class DmrDesk(Desk):
    def set_up(self) -> None:
        self._base = Dmr(self.site.port, changes=True)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(int(unit))
        else:
            self._base.speak()

    def release(self, unit: str) -> None:
        (self._base.release if unit else self._base.fall_silent)()

    def page(self, unit: str) -> None:
        self._base.page(int(unit))

    def text(self, unit: str) -> None:
        self._base.text(int(unit), WORDS)


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


class TetraDesk(Desk):
    def set_up(self) -> None:
        self._base = Tetra(self.site.port)

    @property
    def reports(self) -> bool:
        return super().reports and {"2,0,0", "2,2,20", "1,3,130"} <= self._base.services

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        if unit:
            self._base.press(unit)
        else:
            self._base.speak()

    def release(self, unit: str) -> None:
        (self._base.release if unit else self._base.fall_silent)()

    def emergency(self, unit: str) -> None:
        self._base.emergency(unit)
        self._base.hang_up()

    def status(self, unit: str) -> None:
        self._base.status(unit, "8007")

    def text(self, unit: str) -> None:
        self._base.text(unit, WORDS)


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
        self._base = Mmdvm(
            lambda payload: _publish(self.site, MMDVM_TOPIC, payload),
            lambda: _EPOCH + timedelta(microseconds=self.site.now_us()),
        )

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


class AprsDesk(Desk):
    def set_up(self) -> None:
        self._base = Tnc(self.site.port)
        self._number = 0

    def press(self, unit: str, to: str) -> None:
        self._base.repeat()
        self._number += 1
        if unit:
            self._base.send_text(unit, APRS_OWN, WORDS, str(self._number))
        else:
            self._base.send_text(APRS_OWN, to, "coming")

    def emergency(self, unit: str) -> None:
        self._base.position(unit, "!EMERGENCY!")

    def status(self, unit: str) -> None:
        self._base.status(unit, "on duty")


class MeshDesk(Desk):
    def set_up(self) -> None:
        self._base = Node(self.site.port, own=_node(MESH_OWN))

    @property
    def reports(self) -> bool:
        return super().reports and self._base.told

    def press(self, unit: str, to: str) -> None:
        self._base.log("INFO | a packet was heard")
        if unit:
            self._base.send_text(_node(unit), WORDS)
        else:
            self._base.send_text(_node(MESH_OWN), "coming", to=_node(to))

    def page(self, unit: str) -> None:
        self._base.send_alert(_node(unit), WORDS)


class MeshesDesk(Desk):
    """Two gateways of a mesh publish the same packet."""

    def set_up(self) -> None:
        self._number = 100

    @property
    def reports(self) -> bool:
        return self.site.broker.hears_at_once(MESHES_TOPIC + "x")

    def press(self, unit: str, to: str) -> None:
        if unit:
            self._say(unit, 0xFFFF_FFFF, "text", WORDS)
        else:
            self._say(MESH_OWN, _node(to), "text", "coming")

    def page(self, unit: str) -> None:
        self._say(unit, 0xFFFF_FFFF, "detection", WORDS)

    def _say(self, unit: str, to: int, kind: str, text: str) -> None:
        self._number += 1
        packet = {"from": _node(unit), "to": to, "type": kind, "id": self._number, "payload": {"text": text}}
        for gateway in ("!0000aaaa", "!0000bbbb"):
            told = json.dumps({**packet, "sender": gateway}).encode()
            _publish(self.site, f"{MESHES_TOPIC}LongFast/{gateway}", told)


def _node(unit: str) -> int:
    return int(unit[1:], 16)


def _publish(site: Site, topic: str, payload: bytes) -> None:
    site.broker.publish(topic, payload)


_VOICE = voice.pcm(voice.tones((440.0, 620.0), 200))  # soft at both ends only: as loud as speech throughout
