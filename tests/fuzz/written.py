"""What others wrote, as we write it on: tables and calendars for office programs, topics, a terminal."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from typing import Any
from xml.etree import ElementTree as ET

from icalendar import Calendar

from adapters.errors import GatewayError
from adapters.notify.mqtt.topics import alert_topic, level, source_topic
from gateway.decoded import as_json_lines, as_lines_with_bytes, show_events, show_judgement
from gateway.decoding import Hints, decode
from gateway.duty_calendar import as_calendar
from gateway.terminal import terminal
from gateway.web.pages.spreadsheet import csv_text
from gateway.web.pages.workbook import workbook
from rules.moments import us_of
from rules.people import Person, Stint
from rules.settings import RuleSet
from tests.fuzz.target import NOW_US, Target

_CALCULATED = tuple("=+-@＝＋－＠\t\r\n")
_HOUR_US = 3_600_000_000
_RULES = RuleSet(version="rs-defaults", site="sample")
_KINDS = ("", "selcall-text", "tait-ccdi", "svxlink", "hytera", "aprs-kiss", "mmdvm-mqtt", "asterisk-rpt")
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def _cells(data: bytes) -> list[list[str]]:
    text = data.decode("utf-8", "surrogateescape")
    return [line.split("\x1f") for line in text.split("\x1e")]


def _spreadsheet(data: bytes) -> None:
    """Read again it holds the same cells, and none that a spreadsheet calculates; numbers stay as they are."""
    rows = _cells(data)
    read = list(csv.reader(io.StringIO(csv_text([[*row, -1.5] for row in rows]), newline="")))
    assert [row.pop() for row in read] == ["-1.5"] * len(rows)
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.startswith(_CALCULATED) for row in read for cell in row)


def _workbook(data: bytes) -> None:
    """Well-formed, each cell in its place as a text, never a formula, with blanks for what XML cannot hold."""
    rows = _cells(data)
    with zipfile.ZipFile(io.BytesIO(workbook([[*row, 7] for row in rows]))) as package:
        sheet = ET.fromstring(package.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - we wrote it
    assert not list(sheet.iter(f"{_SHEET}f"))
    read = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{_SHEET}row")]
    shown = [["".join(char if char.isprintable() else " " for char in cell) for cell in row] for row in rows]
    assert read == [[*row, "7"] for row in shown]


def _duty(data: bytes) -> None:
    """However people, roles and sites are called, the file has that many events, and their names."""
    named = [*(data.decode("utf-8", "replace").split("\n")), "", "", ""]
    role, name, site = named[0] or "desk", named[1], named[2]
    people = (Person(id="a", name=name), Person(id=f"b{named[3]}"))
    stints = tuple(Stint(role=role, person=one.id, from_us=NOW_US, until_us=NOW_US + _HOUR_US) for one in people)
    rules = RuleSet(version="", site=site, people=people, stints=stints)
    calendar = Calendar.from_ical(as_calendar(rules, (role,), NOW_US, NOW_US + _HOUR_US))
    assert isinstance(calendar, Calendar)
    assert len(calendar.events) == len(stints)
    begins: list[Any] = [event["DTSTART"] for event in calendar.events]
    assert all(us_of(begin.dt) == NOW_US for begin in begins)


def _topics(data: bytes) -> None:
    """Whatever sites and sources are called, a topic has its levels, and nothing that brokers take otherwise."""
    name = data.decode("utf-8", "surrogateescape")
    assert level(level(name)) == level(name)
    for topic, levels in ((alert_topic(name, name), 4), (source_topic(name, name), 4)):
        assert topic.count("/") == levels - 1
        assert not set(topic) & set("+#*> \0\r\n$")
        topic.encode()


def _terminal(data: bytes) -> None:
    """`hotline-gateway decode` shows any recording, on lines of its own making, and judges it or says why not."""
    kind = _KINDS[data[0] % len(_KINDS)] if data else ""
    try:
        decoded = decode(data[1:], None, Hints(kind=kind, zone="UTC"))
    except GatewayError:
        return
    assert [json.loads(line)["type"] for line in as_lines_with_bytes(decoded)] == [
        json.loads(line)["type"] for line in as_json_lines(decoded)
    ]
    with redirect_stdout(io.StringIO()) as shown, suppress(GatewayError):
        show_events(terminal(), decoded)
        show_judgement(terminal(), decoded.events, _RULES)
    assert not {char for char in shown.getvalue() if ord(char) < 32} - {"\n"}


def written_targets() -> list[Target]:
    ring = b'\0{"event":"delivered","call":"[/c]","from":"[red]1","at":"2026-11-21T08:00:00Z"}'
    samples = (b"\0Event: Newchannel\n\n", b"\2s0D050800TESTHi!DA\r", b"\1sel 10714")
    runs: list[tuple[str, Callable[[bytes], None], tuple[bytes, ...]]] = [
        ("spreadsheet", _spreadsheet, ('=1+1\x1f-2\x1f"a",b\x1e＝HYPERLINK(1)\x1f\tx\r\n'.encode(), b"'=1\x1f\0")),
        ("workbook", _workbook, (b"<f>1+1</f>\x1f]]>&amp;\x1e\xed\xa0\x80\x1f=1",)),
        ("duty-calendar", _duty, ("desk\n王芳\nriverside\nli".encode(), b"a\rEND:VEVENT\nx;y,z\\n\n:\n")),
        ("topics", _topics, (b"site/+/#", "河滨 1".encode())),
        (
            "terminal",
            _terminal,
            (ring, ring + b"\n" + ring[1:].replace(b"delivered", b"cleared"), *samples),
        ),
    ]
    return [Target(*one) for one in runs]
