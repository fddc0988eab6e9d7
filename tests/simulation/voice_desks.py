"""Desks of stations that tell of keys and who pressed them."""

import os
from typing import Protocol, cast

from simulators.ami_server import AmiServer
from simulators.radios.dmr import Dmr
from simulators.radios.hytera import Hytera
from simulators.radios.kenwood import Kenwood
from simulators.radios.ports import Port
from simulators.radios.rpt import Repeater
from simulators.radios.svxlink import Svxlink
from simulators.radios.tait import Tait
from simulators.radios.tetra import Tetra
from tests.simulation.desks import WORDS, Desk

KENWOOD_OWN = "100-9999"
HYTERA_OWN = 1
RPT_USER, RPT_SECRET = "sim", "SIMULATED_RPT_SECRET"


class KenwoodDesk(Desk):
    def set_up(self) -> None:
        self._base = Kenwood(self.site.port)

    def press(self, unit: str, to: str) -> None:  # noqa: ARG002
        self._base.press(unit or KENWOOD_OWN)

    def release(self, unit: str) -> None:
        self._base.release(unit or KENWOOD_OWN)

    def seen(self, unit: str) -> None:
        self._base.position(unit)


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
