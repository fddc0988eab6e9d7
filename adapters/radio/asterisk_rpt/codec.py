"""What app_rpt tells by manager events: keyed receivers, transmitters and links, MDC-1200 data. No I/O."""

import re
from typing import NamedTuple

from adapters.pbx.asterisk.codec import Message

_EVENT = re.compile(rb"Event: (?:RPT_\w+|MDC-1200)\r\n")
# AllStar's list of linked nodes: how many, then each with its mode and K (keyed) or U.
_LINK = re.compile(r"(?<!\w)(\w+)[TRCLM]([KU])")
_MDC = re.compile(
    r"(?P<kind>[IEAC])(?P<unit>[0-9A-F]{4})(?:-(?P<called>[0-9A-F]{4}))?"
    r"|(?P<status_kind>S)(?:(?P<by>[0-9A-F]{4})-(?P<code>[0-9A-F]{1,2})|(?P<code_first>[0-9A-F]{1,2})-?(?P<by_last>[0-9A-F]{4}))"
)


class Keyed(NamedTuple):
    """A node's receiver (`rx`) or transmitter (`tx`)."""

    node: str
    what: str
    on: bool


class Links(NamedTuple):
    """Which of the nodes linked to `node` are keyed now."""

    node: str
    keyed: frozenset[str]


class Mdc(NamedTuple):
    """`kind`: I identification, E emergency, S status, A call alert, C selective call."""

    node: str
    kind: str
    unit: str
    called: str = ""
    status: str = ""


class Unread(NamedTuple):
    reason: str


Word = Keyed | Links | Mdc | Unread | None


def cut(message: Message) -> tuple[bytes, Message]:
    """The rubbish before the event, and the event: noise on a line has no empty line of its own behind it."""
    match = _EVENT.search(message.raw)
    if match is None or match.start() == 0:
        return b"", message
    return message.raw[: match.start()].strip(b"\r\n"), Message(message.raw[match.start() :])


def read(message: Message) -> Word:
    """None: a message that means nothing to us."""
    node, value = message.get("node"), message.get("eventvalue")
    match message.event:
        case "rpt_rxkeyed" | "rpt_txkeyed" as event:
            if value not in ("0", "1"):
                return Unread(f"{event} that is neither 0 nor 1")
            return Keyed(node, event[4:6], value == "1")
        case "rpt_alinks" | "rpt_numalinks":  # early builds have the two names exchanged
            keyed = frozenset(linked for linked, mark in _LINK.findall(value) if mark == "K")
            return Links(node, keyed) if "," in value or value == "0" else None
        case "mdc-1200":
            return _mdc(node, value.upper())
    return None


def _mdc(node: str, value: str) -> Word:
    match = _MDC.fullmatch(value)
    if match is None:
        return Unread(f"MDC-1200 data that cannot be read: {value[:40]!r}")
    if match["status_kind"]:
        return Mdc(node, "S", match["by"] or match["by_last"], status=match["code"] or match["code_first"])
    return Mdc(node, match["kind"], match["unit"], match["called"] or "")
