"""Desks of stations that carry messages only: what is said is said at once."""

import json

from simulators.radios.aprs import Tnc
from simulators.radios.meshtastic import Node
from tests.simulation.desks import WORDS, Desk

APRS_OWN = "CONTRL"
MESH_OWN = "!0a0b0c0d"
MESHES_TOPIC = "msh/CN/2/json/"


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

    def seen(self, unit: str) -> None:
        self._base.position(unit)


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

    def seen(self, unit: str) -> None:
        self._base.show_position(_node(unit))


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
            self.site.broker.publish(f"{MESHES_TOPIC}LongFast/{gateway}", told)


def _node(unit: str) -> int:
    return int(unit[1:], 16)
