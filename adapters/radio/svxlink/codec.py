"""SvxLink's words: lines of STATE_PTY (old text and JSON) and of its log, digits of DTMF_CTRL_PTY, T and R of PTT_PTY.

svxlink.conf(5), STATE PTY FORMAT: `<unix time>.<ms> <context>:<event> <data>`. Up to 19.09 a voter tells
`Rx1*+000 Rx2_+000`: `_` closed, `:` open, `*` open and chosen, then the level; from 24.02 on all is JSON.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

NAMES_MAX = 64  # receivers and transmitters of one base station; more is rubbish

_LINE = re.compile(rb"(\d{10})\.(\d{1,6}) (\w+):(\w+) ?(.*)")
_VOTED = re.compile(r"(\S+)([_:*])[+-]\d+")
# The log, as versions 19.09 and later write it; five-tone sequences stand nowhere else.
_LOGGED = re.compile(
    rb"(?<!\w)(?P<name>\w++): "
    rb"(?:The squelch is (?P<squelch>OPEN|CLOSED)|Turning the transmitter (?P<transmitter>ON|OFF)"
    rb"|digit=(?P<digit>[0-9A-D*#])|Sel5 sequence \"(?P<sel5>[0-9A-F]{1,32})\")"
)
_FIELD = re.compile(r"(?<!\w)(\w++)=(\S+)")


class Squelch(NamedTuple):
    """One receiver's; `id` is its RX_ID, where told."""

    name: str
    id: str
    open: bool


class Transmitter(NamedTuple):
    name: str
    on: bool


class Digit(NamedTuple):
    digit: str


class Command(NamedTuple):
    """A finished DTMF command; SvxLink has taken the # off."""

    digits: str


class Sel5(NamedTuple):
    """A five-tone sequence. SvxLink's decoder runs on into speech: more may follow than was sent."""

    digits: str


Word = Squelch | Transmitter | Digit | Command | Sel5


class Statement(NamedTuple):
    """One line: when SvxLink said it (None in the log), and its words; none where the line means nothing to us."""

    occurred_us: int | None
    words: list[Word]


class Unread(NamedTuple):
    reason: str


def read_line(line: bytes) -> tuple[Statement | Unread, bytes]:
    """The statement in `line`, and the rubbish before it."""
    match = _LINE.search(line)
    if match is None:
        return _logged(line)
    seconds, fraction, context, event, data = match.groups()
    rubbish = line[: match.start()]
    occurred_us = int(seconds + fraction.ljust(6, b"0"))
    text = data.decode(errors="replace").strip()
    try:
        reader = _READERS.get(f"{context.decode()}:{event.decode()}")
        words = reader(text) if reader else []
    except (ValueError, TypeError, KeyError, RecursionError):
        return Unread("a state line of SvxLink with data that cannot be read"), b""
    return Statement(occurred_us, words[:NAMES_MAX]), rubbish


def _logged(line: bytes) -> tuple[Statement | Unread, bytes]:
    match = _LOGGED.search(line)
    if match is None:
        return Unread("no state line of SvxLink"), b""
    said = {group: value.decode() for group, value in match.groupdict().items() if value}
    word: Word
    match said:
        case {"squelch": state, "name": name}:
            word = Squelch(name, "", state == "OPEN")
        case {"transmitter": state}:
            word = Transmitter("log", state == "ON")
        case {"digit": digit}:
            word = Digit(digit)
        case _:
            word = Sel5(said["sel5"])
    return Statement(None, [word]), b""


def read_ptt(data: bytes) -> Iterator[tuple[bytes, Transmitter | None]]:
    """Each byte of PTT_PTY; None for one that is neither T nor R."""
    for byte in data:
        if byte in b"TR":
            yield bytes([byte]), Transmitter("ptt", byte == ord("T"))
        elif byte not in b"\r\n":
            yield bytes([byte]), None


def read_digits(data: bytes) -> Iterator[tuple[bytes, Digit | None]]:
    """Each byte of DTMF_CTRL_PTY."""
    for byte in data:
        if byte in b"0123456789ABCD*#":
            yield bytes([byte]), Digit(chr(byte))
        elif byte not in b"\r\n":
            yield bytes([byte]), None


def _squelches(data: str) -> list[Word]:
    if data.startswith(("{", "[")):
        told = _objects(data)
        return [Squelch(str(one["name"]), str(one.get("id", "")), _is_true(one["sql_open"])) for one in told]
    found = [match for word in data.split() if (match := _VOTED.fullmatch(word))]
    if data and not found:
        raise ValueError(data)
    return [Squelch(match[1], "", match[2] != "_") for match in found]


def _transmitters(data: str) -> list[Word]:
    told = _objects(data)
    return [Transmitter(str(one.get("name") or one.get("id", "")), _is_true(one["transmit"])) for one in told]


def _fields(data: str) -> dict[str, str]:
    return dict(_FIELD.findall(data))


_READERS: dict[str, Callable[[str], list[Word]]] = {
    "Rx:sql_state": _squelches,
    "Voter:sql_state": _squelches,
    "Tx:state": _transmitters,
    "MultiTx:state": _transmitters,
    # What the events.tcl of docs/adapters/radio-svxlink.md publishes.
    "Logic:squelch_open": lambda data: [Squelch("", _fields(data).get("rx", ""), _fields(data)["open"] == "1")],
    "Logic:transmit": lambda data: [Transmitter("logic", _fields(data)["tx"] == "1")],
    "Logic:dtmf_digit": lambda data: [Digit(_fields(data)["digit"][0])],
    "Logic:dtmf_cmd": lambda data: [Command(_fields(data).get("cmd", ""))],
}


def _objects(data: str) -> list[dict[str, Any]]:
    told = json.loads(data)
    objects = told if isinstance(told, list) else [told]
    if not all(isinstance(one, dict) for one in objects):
        raise TypeError(data)
    return objects


def _is_true(value: object) -> bool:
    if not isinstance(value, bool | int):
        raise TypeError(value)
    return bool(value)
