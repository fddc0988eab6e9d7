"""A pretend AllStar node: what app_rpt tells by manager events when units, links and control speak."""

import time

from simulators.ami_server import AmiServer


class Repeater:
    """Nothing here takes time by itself: a test decides what lies between two calls."""

    def __init__(self, server: AmiServer, node: str = "1999") -> None:
        self._server = server
        self._node = node

    def press(self, mdc_unit: str = "") -> None:
        """A unit is received; the transmitter repeats it."""
        self._tell("RPT_RXKEYED", "1")
        self.transmit(on=True)
        if mdc_unit:
            self.mdc(f"I{mdc_unit}")

    def release(self) -> None:
        """The transmitter hangs on until `transmit(on=False)`."""
        self._tell("RPT_RXKEYED", "0")

    def transmit(self, *, on: bool) -> None:
        self._tell("RPT_TXKEYED", "1" if on else "0")

    def link(self, node: str, *, keyed: bool) -> None:
        """A linked node, where somebody speaks or stops."""
        self._tell("RPT_NUMALINKS", "1")
        self._tell("RPT_ALINKS", f"1,{node}T{'K' if keyed else 'U'}")

    def mdc(self, data: str) -> None:
        """`I1701`, `E1701`, `S1701-3`, `A1701-1400`."""
        self._tell("MDC-1200", data)

    def _tell(self, event: str, value: str) -> None:
        now = time.ctime(self._server.now_s()) + "\n"  # as app_rpt's builds of many years print it, line end and all
        fields = {"Node": self._node, "Channel": "SimpleUSB/usb1999", "EventValue": value}
        self._server.event(event, {**fields, "LastKeyedTime": now, "LastTxKeyedTime": now})
