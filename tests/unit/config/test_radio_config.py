"""The radio's tables: rules, units from a file in any office's spelling, names of channels and codes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import Problem
from gateway.config import load
from gateway.radio_checks import radio_remarks
from gateway.rule_changes import rule_changes
from gateway.showing import config_as_toml
from gateway.units_file import read_units
from rules.settings import RadioChannel, RadioRules, RuleSet, SourceRules, StatusCode, TwoCalls, Unit
from tests.unit.config.loading import Write, problems, writer

MINIMAL = """
[gateway]
site = "riverside"

[[source]]
name = "main"
kind = "pbx-webhook"
allow_unsigned = true
"""
TABLES = """
[radio]
units_file = "units.csv"

[[unit]]
unit = "100-4001"
name = "门岗"

[[channel]]
channel = "CH1"
name = "安防"
two_calls = false

[[status]]
code = "07"
text = "请求支援"
means = "emergency"

[rules.two_calls]
calls = 3

[rules.promise]
within_s = 300

[rules.roll_call]
heard_every_s = 1800
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path, MINIMAL)


def units(tmp_path: Path, content: bytes) -> tuple[list[Unit], list[Problem]]:
    (tmp_path / "units.csv").write_bytes(content)
    found: list[Problem] = []
    return read_units(tmp_path / "units.csv", found), found


def test_all_tables_of_the_radio_become_rules(write: Write, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("unit,name,post,heard_every_s\n100-4002,王,3号岗,900\n", encoding="utf-8")
    rules = load(write(TABLES)).rules
    assert rules.units == (
        Unit(unit="100-4001", name="门岗"),
        Unit(unit="100-4002", name="王", post="3号岗", heard_every_s=900.0),
    )
    assert rules.channels == (RadioChannel(channel="CH1", name="安防", two_calls=False),)
    assert rules.status_codes == (StatusCode(code="07", text="请求支援", means="emergency"),)
    assert (rules.two_calls.calls, rules.promise.within_s, rules.roll_call.heard_every_s) == (3, 300, 1800)


def test_what_is_in_force_reads_back_alike(write: Write, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text("unit,name\n100-4002,王\n", encoding="utf-8")
    config = load(write(TABLES))
    again = tmp_path / "again.toml"
    again.write_text(config_as_toml(config), encoding="utf-8")
    assert load(again).rules == config.rules


@pytest.mark.parametrize(
    "content",
    [
        "单位,名称,岗位\n03001,李,车库\n".encode("utf-8-sig"),
        "单位,名称,岗位\r\n03001,李,车库\r\n".encode("gbk"),
        "单位;名称;岗位\n03001;李;车库\n".encode(),
        " UNIT ,post,name,\n\n03001 , 车库,李,\n,,\n".encode(),
    ],
    ids=["excel-utf8", "excel-gbk", "semicolons", "other order, blanks"],
)
def test_a_table_of_units_is_read_as_offices_write_it(tmp_path: Path, content: bytes) -> None:
    assert units(tmp_path, content) == ([Unit(unit="03001", name="李", post="车库")], [])


def test_every_bad_line_is_told_with_its_number_and_cure(tmp_path: Path) -> None:
    text = "unit,name,heard_every_s\n03001,李,\n,王,\n03001,赵,\n03002,孙,soon\n03003,钱,60,extra\n03004,周,60\n"
    good, bad = units(tmp_path, text.encode())
    assert [unit.unit for unit in good] == ["03001", "03004"]
    assert [(value.partition(":")[0], cure) for _, value, cure in bad] == [
        ("line 3", "the unit's id is missing: write it as the radio system does"),
        ("line 4", "line 2 has this unit already: each unit stands once"),
        ("line 5", "heard_every_s is a number of seconds, 0 or more, or left empty"),
        ("line 6", "4 cells, but the first line names 3: put a cell with commas into quotes"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the first line must name the columns"),
        (b"03001,Li\n", "the first line must name the columns"),
        (b"unit,nmae\n03001,Li\n", 'did you mean "name"?'),
        (b"unit,name,\xe5\x90\x8d\xe7\xa7\xb0\n", "more than once"),
        (b"unit" + b",name" * 1000 + b"\n", "1001 columns, and a table of units has at most 64"),
        (b"unit\n\xff\xff\xff\n", "neither UTF-8 nor GBK"),
        (b'unit,name\n03001,"Li\n03002,Wang\n', "is a quotation mark left open?"),
    ],
)
def test_a_file_that_is_no_table_of_units_is_told(tmp_path: Path, content: bytes, words: str) -> None:
    _, bad = units(tmp_path, content)
    assert any(words in cure for _, _, cure in bad)


@given(st.binary(max_size=300))
def test_any_bytes_give_distinct_units_or_are_told_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    good, _ = units(tmp_path_factory.getbasetemp(), b"unit,heard_every_s\n" + data)
    assert all(unit.unit for unit in good)
    assert len({unit.unit for unit in good}) == len(good)


def test_a_missing_table_of_units_is_told(write: Write) -> None:
    _, cure = problems(write('[radio]\nunits_file = "units.csv"\n'))["radio.units_file"]
    assert "No such file" in cure


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("[rules.two_calls]\ncalls = 0", "rules.two_calls.calls", "at least 1"),
        ("[rules.two_calls]\nwarn_at_calls = [3]", "rules.two_calls.warn_at_calls", "from 1 to 2"),
        ("[rules.two_calls]\nfallback_s = -1", "rules.two_calls.fallback_s", "0 or more"),
        ("[rules.two_calls]\nwindow_s = 1", "rules.two_calls.window_s", "call_gap_s"),
        ("[rules.two_calls]\nwatchdog_s = 0.2", "rules.two_calls.watchdog_s", "bump_s"),
        ("[rules.promise]\nwithin_s = 60", "rules.promise.warn_before_s", "could never come"),
        ("[rules.roll_call]\nheard_every_s = 600", "rules.roll_call.heard_every_s", "nobody is awaited"),
        ('[[unit]]\nunit = "1"\nheard_every_s = -5', "unit.1.heard_every_s", "0 or more"),
        ('[[unit]]\nunit = "1"\n[[unit]]\nunit = "1"', "unit.1.unit", "each stands once"),
        ('[[unit]]\nunit = " "', "unit", "without its unit"),
        ('[[channel]]\nchannel = "A"\n[[channel]]\nchannel = "A"', "channel.A.channel", "each needs its own"),
        ('[[status]]\ncode = "7"\ntext = "x"\nmeans = "emergancy"', "status.7.means", 'did you mean "emergency"?'),
        ('[[unit]]\nname = "王"', "unit.1.unit", "add unit"),
    ],
)
def test_a_radio_table_that_contradicts_itself_is_told(write: Write, text: str, key: str, words: str) -> None:
    assert words in problems(write(text))[key][1]


def test_a_default_warning_beyond_one_call_is_dropped_not_blamed_on_the_user(write: Write) -> None:
    assert load(write("[rules.two_calls]\ncalls = 1")).rules.two_calls.warn_at_calls == ()


def heard_by(**settings: object) -> RuleSet:
    tower = SourceRules(name="tower", radio=RadioRules(channel="CH1"))
    return RuleSet(version="", site="here", sources=(tower,), **settings)  # type: ignore[arg-type]  # any of its fields


def test_a_station_that_shows_no_reply_is_remarked_unless_the_rule_does_not_hold_there() -> None:
    assert "not_observable" in next(radio_remarks(heard_by()))
    assert not list(radio_remarks(heard_by(two_calls=TwoCalls(enabled=False))))
    assert not list(radio_remarks(heard_by(channels=(RadioChannel(channel="CH1", two_calls=False),))))


def test_a_channel_of_the_table_that_nothing_hears_is_remarked() -> None:
    channels = (RadioChannel(channel="CH1", two_calls=False), RadioChannel(channel="CH9", two_calls=False))
    assert [remark.split(":")[0] for remark in radio_remarks(heard_by(channels=channels))] == ['[[channel]] "CH9"']


def station(name: str, port: str, kind: str = "tait-ccdi") -> str:
    return f'[[source]]\nname = "{name}"\nkind = "{kind}"\nport = "{port}"\n'


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/dev/ttyUSB0", "/dev/ttyUSB0"),
        ("/dev/ttyUSB0", "/dev/../dev/ttyUSB0"),
    ],
)
def test_two_stations_at_one_device_are_told(write: Write, first: str, second: str) -> None:
    told = problems(write(station("a", first) + station("b", second, "kenwood-fleetsync")))
    assert 'source "a" has this port' in told["source.b.port"][1]


def test_two_stations_that_listen_at_one_port_are_told_but_not_those_that_connect_to_one(write: Write) -> None:
    told = problems(
        write(station("a", "udp://0.0.0.0:50001", "hytera") + station("b", "udp://127.0.0.1:50001", "hytera"))
    )
    assert 'source "a" has this port' in told["source.b.port"][1]
    for port in ("udp://10.0.0.7:50001?connect", "socket://10.0.0.7:4001"):
        assert load(write(station("a", port, "hytera") + station("b", port, "hytera"))).sources[2:]


def test_a_mistake_in_a_row_of_a_table_is_told_by_its_row_and_key(write: Write) -> None:
    rows = "[[source.lines]]\nmatch = 'TX'\nevent = 'Nothing'\n"
    rows += "[[source.lines]]\nmatch = 'RX'\nevent = 'TransmissionStart'\n"
    told = problems(write(station("gate", "/dev/ttyS9", "line-table") + rows))
    assert 'did you mean "TransmissionStarted"?' in told["source.gate.lines.2.event"][1]
    rows = "[[source.lines]]\nmatch = 'TX'\nevnt = 'Nothing'\n"
    assert problems(write(station("gate", "/dev/ttyS9", "line-table") + rows)).keys() == {
        "source.gate.lines.1.evnt",
        "source.gate.lines.1.event",
    }


def test_one_more_unit_is_one_line_of_change(write: Write) -> None:
    old = load(write('[[unit]]\nunit = "2"\n')).rules
    new = load(write('[[unit]]\nunit = "1"\n[[unit]]\nunit = "2"\nname = "王"\n')).rules
    assert rule_changes(old, new) == ['units.2.name: "" → "王"', "units.1: new"]
