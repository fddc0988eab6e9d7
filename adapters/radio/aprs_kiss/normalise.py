"""What APRS packets mean: messages with their ids and acknowledgements, statuses, positions (APRS 1.01 and 1.1)."""

import re
from typing import Any

from rules.events import Emergency, MachineAck, RadioEvent, Status, Text, UnitSeen

_MESSAGE = re.compile(r":(.{9}):(.*)", re.DOTALL)
# "{041", or with reply-acks "{041}" and "{041}038": the text has the id 041, and confirms 038.
_MESSAGE_ID = re.compile(r"\{([A-Za-z0-9]{1,5})(?:(\})([A-Za-z0-9]{0,5}))?\Z")
_CONFIRMATION = re.compile(r"(ack|rej)([A-Za-z0-9]{1,5})(?:\}[A-Za-z0-9]{0,5})?\Z")
_BULLETIN = re.compile(r"(BLN[0-9A-Z]|NWS|SKY|CWA|BOM)")
# What programs ask and tell about themselves within messages: nobody wrote it.
_OF_MACHINES = re.compile(r"\?(APRS[A-Z]?|PING|VER|IGATE|WX)\b|(PARM|UNIT|EQNS|BITS)\.")
_STATUS_TIME = re.compile(r"\d{6}z")
_THIRD_PARTY = re.compile(r"\}([A-Z0-9]{1,9}(?:-[A-Z0-9]{1,2})?)>([^:]*):(.*)", re.DOTALL)
_MIC_E = ("`", "'", "\x1c", "\x1d")
_MIC_E_ZERO = frozenset("0123456789L")  # a destination letter whose message bit is 0
_EMERGENCY_WORD = "!EMERGENCY!"
_NESTED_MAX = 3


class Packet:
    """One packet's events, and the message that wants a confirmation."""

    def __init__(self, where: dict[str, Any], source: str, destination: str, information: bytes) -> None:
        self._where = where
        self.unit = source
        self.addressee = ""
        self.message_id = ""  # "": none is wanted
        self.replies_confirm = False  # the sender's program writes its ids as "{041}"
        text = _decoded(information).rstrip("\r\n\0")
        for _ in range(_NESTED_MAX):
            outer = _THIRD_PARTY.fullmatch(text)
            if outer is None:
                break
            self.unit, destination, text = _without_zero(outer[1]), outer[2].split(",")[0], outer[3]
        self.events = self._read(destination, text)

    def _read(self, destination: str, text: str) -> list[RadioEvent]:
        message = _MESSAGE.fullmatch(text)
        if message is not None:
            return self._read_message(message[1].rstrip(" "), message[2])
        seen: list[RadioEvent] = [UnitSeen(**self._where, unit=self.unit)]
        if text.startswith(">"):
            seen = [Status(**self._where, unit=self.unit, status=_STATUS_TIME.sub("", text[1:], count=1).strip())]
        if _EMERGENCY_WORD in text.upper() or (text.startswith(_MIC_E) and _mic_e_emergency(destination)):
            return [Emergency(**self._where, unit=self.unit), *(seen if text.startswith(">") else [])]
        return seen

    def _read_message(self, addressee: str, text: str) -> list[RadioEvent]:
        addressee = _without_zero(addressee)
        who: dict[str, Any] = {**self._where, "unit": self.unit, "called": addressee}
        confirmation = _CONFIRMATION.fullmatch(text)
        if confirmation is not None:
            return [MachineAck(**who, id=confirmation[2], ok=confirmation[1] == "ack")]
        self.addressee = addressee
        confirmed: list[RadioEvent] = []
        numbered = _MESSAGE_ID.search(text)
        if numbered is not None:
            text = text[: numbered.start()]
            self.message_id, self.replies_confirm = numbered[1], numbered[2] is not None
            if numbered[3]:
                confirmed = [MachineAck(**who, id=numbered[3])]
        if _OF_MACHINES.match(text):
            return [UnitSeen(**self._where, unit=self.unit), *confirmed]
        group = _BULLETIN.match(addressee) is not None
        said = Text(**who, group=group, id=self.message_id, text=text)
        emergency: list[RadioEvent] = (
            [Emergency(**self._where, unit=self.unit)] if _EMERGENCY_WORD in text.upper() else []
        )
        return [*emergency, said, *confirmed]


def _mic_e_emergency(destination: str) -> bool:
    """The first three letters hold the message bits A, B and C; all 0 is "Emergency"."""
    return len(destination) >= 6 and all(letter in _MIC_E_ZERO for letter in destination[:3])


def _without_zero(address: str) -> str:
    return address.removesuffix("-0")


def _decoded(information: bytes) -> str:
    try:
        return information.decode()
    except UnicodeDecodeError:
        return information.decode("latin-1")
