"""What others hand in beside events: tables, calendars, links, addresses, sounds, bodies of the API."""

import base64
import struct
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from adapters.errors import ConfigError
from adapters.intake.urls import parse_url
from adapters.kinds import Problem
from adapters.notify.apprise import lines
from adapters.notify.asterisk_call import addresses
from adapters.notify.asterisk_call.speech import CannotSpeak, for_telephones
from adapters.radio.vox.wav import HEADER_BYTES_MAX, Format, read_header
from gateway.directory_file import read_directory
from gateway.links import AcknowledgeLinks
from gateway.roster_file import RosterTable, read_roster
from gateway.web.asking import read_body
from gateway.web.problems import Problem as Refusal
from rules.people import Person
from tests.contract.store.made import alert_of
from tests.fuzz.target import Target

_ALERT = msgspec.structs.replace(alert_of("riverside-a1"), kind="breach")
_LINKS = AcknowledgeLinks("s" * 32, "riverside", "https://desk.example", 600.0)
_TOKEN = _LINKS.url(_ALERT, "desk/anna").rpartition("/")[2].encode()
_PEOPLE = (Person(id="anna", name="安娜", number="008"), Person(id="bo", name="Bo"))
_CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:anna\r\n"
    b"DTSTART;TZID=Asia/Shanghai:20261123T080000\r\nDURATION:PT12H\r\n%b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_RULES = (
    b"RRULE:FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20270101T000000Z\r\nEXDATE:20261124T080000",
    b"RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=9\r\nRDATE;VALUE=DATE:20261201",
)
_WAV = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 44, b"WAVE", b"fmt ", 16, 1, 1, 16000, 32000, 2, 16, b"data", 8)


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    """A body of the API: a field of each sort."""

    by: str
    version: int | None = None
    sites: list[str] = []
    until: float = 0.0


def _with_file(data: bytes, read: Callable[[Path, list[Problem]], object]) -> None:
    """Read twice it is the same; what is wrong with it can be told."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        problems: list[Problem] = []
        found = read(Path(file.name), problems)
        assert read(Path(file.name), []) == found
    msgspec.json.encode([found, problems])


def _directory(data: bytes) -> None:
    _with_file(data, read_directory)


def _roster(data: bytes) -> None:
    table = RosterTable(role="operator", calendar_file="duty.ics")

    def read(file: Path, problems: list[Problem]) -> object:
        stints = read_roster(
            table, file, _PEOPLE, zone=ZoneInfo("Asia/Shanghai"), today=date(2026, 11, 22), problems=problems
        )
        assert all(stint.from_us < stint.until_us and stint.person in {"anna", "bo"} for stint in stints)
        return stints

    _with_file(data, read)


def _apprise(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with suppress(UnicodeDecodeError):
            for line in lines.read_lines(file.name):
                assert line.to("a@b").count(lines.ADDRESS) == 0


def _link(data: bytes) -> None:
    """No token but ours says anything, and ours says what it was made for."""
    text = data.decode("utf-8", "surrogateescape")
    named = _LINKS.read(text)
    true = base64.urlsafe_b64decode(_TOKEN + b"=" * (-len(_TOKEN) % 4))
    if named is not None:
        assert base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) == true
        assert (named.alert, named.who, named.person) == (_ALERT.id, "anna", True)


def _dialled(data: bytes) -> None:
    """What Asterisk is asked to dial stays one channel on one line; what is a dial string takes one number."""
    text = data.decode("utf-8", "replace")
    number, _, dial = text.partition("\n")
    string = addresses.dial_string(number, dial if addresses.is_dial(dial) else "PJSIP/{number}@trunk")
    assert bool(string) == addresses.is_address(number)
    assert not set("\r\n,&|;") & set(string)
    if lines.is_address(text):
        assert not set("/?#,; \r\n") & set(text)


def _store_url(data: bytes) -> None:
    with suppress(ConfigError):
        parse_url(data.decode("utf-8", "replace"))


def _sound(data: bytes) -> None:
    """Any split of a stream's header is read alike; a telephone's samples are bounded by what came."""
    with suppress(CannotSpeak):
        assert len(for_telephones(data)) <= len(data)
    found = read_header(data)
    for size in range(min(len(data), 64)):
        earlier = read_header(data[:size])
        assert earlier is None or earlier == found
    assert found is not None or len(data) < HEADER_BYTES_MAX
    if isinstance(found, Format):
        assert found.size <= len(data)


def _body(data: bytes) -> None:
    with suppress(Refusal):
        said = read_body(data, _Said, "write it so")
        assert read_body(msgspec.json.encode(said), _Said, "") == said


def table_targets() -> list[Target]:
    csv = "电话,姓名,房号,重要\n13800138000;4001,王,A-1,是\n".encode()
    return [
        Target("directory-file", _directory, (csv, csv.decode().encode("gb18030"), b'number;name\n1;"a;b"\n')),
        Target("roster-file", _roster, tuple(_CALENDAR % rule for rule in _RULES)),
        Target("apprise-file", _apprise, (b"# mail\nmailto://u:p@example.org/?to={address}\n",)),
        Target("link", _link, (_TOKEN,)),
        Target("dialled", _dialled, (b"PJSIP/100@trunk\nPJSIP/{number}@trunk", b"+8613800138000\n", b"Local/1@x")),
        Target("store-url", _store_url, (b"sqlite:///hotline.db", b"postgresql+psycopg://u:p@[::1]:5432/d?sslmode=x")),
        Target("sound", _sound, (_WAV + bytes(8),)),
        Target("api-body", _body, (b'{"by":"anna","version":3,"sites":["a"],"until":1.5}',)),
    ]
