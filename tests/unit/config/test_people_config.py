"""The tables of people: shifts, days off, rosters; and the gaps they leave."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import ConfigError
from gateway.config import load
from gateway.people_checks import gap_remarks
from gateway.showing import config_as_toml
from rules.moments import us_of
from rules.people import Shift
from rules.settings import RuleSet
from tests.unit.config.loading import TWO_PEOPLE, Write, calendar, writer

STAFF = """
[[shift]]
role = "operator"
people = ["wang", "li"]
from = "08:00"
to = "20:00"
days = ["workday"]
turn = "week"
since = 2026-11-23

[[day_off]]
date = 2027-01-01
until = 2027-01-03
name = "元旦"

[[roster]]
role = "guard"
calendar_file = "guards.ics"
"""
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path, TWO_PEOPLE)


def test_the_tables_make_the_rule_set_and_are_shown_as_they_can_be_read_again(write: Write, tmp_path: Path) -> None:
    day = f"{datetime.now(UTC).year}1123"  # what is long past is not read
    (tmp_path / "guards.ics").write_text(
        calendar(f"UID:1\r\nSUMMARY:李强\r\nDTSTART:{day}T000000Z\r\nDTEND:{day}T120000Z"), encoding="utf-8"
    )
    config = load(write(STAFF))
    assert config.rules.shifts[0].since == date(2026, 11, 23)
    assert [stint.person for stint in config.rules.stints] == ["li"]
    again = tmp_path / "again.toml"
    again.write_text(config_as_toml(config), encoding="utf-8")
    assert load(again).rules == config.rules


def test_mistakes_name_their_cure(write: Write) -> None:
    path = write(
        """
[[person]]
id = "wang"
number = "012"

[[shift]]
role = "day desk"
people = ["wnag"]
from = "8:00"
to = "24:00"
days = ["workdays"]
turn = "day"

[[shift]]
role = "night"
people = []
from = "20:00"
to = "08:00"
since = 2026-12-01
until = 2026-11-01

[[day_off]]
date = 2027-01-03
until = 2027-01-01

[[roster]]
role = "guard"
calendar_file = "nowhere.ics"
"""
    )
    with pytest.raises(ConfigError) as raised:
        load(path)
    told = {key: cure for key, _, cure in raised.value.problems}
    assert told["person.wang.id"] == "2 [[person]] tables have this id: each needs its own"
    assert told["person.number"] == "2 people have this number: each needs their own"
    assert told["shift.day desk.role"] == "a role is a short word without spaces, /, + or #"
    assert told["shift.day desk.people"].startswith('did you mean "wang"? ')
    assert told["shift.day desk.from"] == 'a time of day as "08:00", from 00:00 to 23:59'
    assert told["shift.day desk.to"] == told["shift.day desk.from"]
    assert '"workday"' in told["shift.day desk.days"]
    assert "since = DATE" in told["shift.day desk.turn"]
    assert told["shift.night.people"] == "nobody: name at least one [[person]] by id"
    assert told["shift.night.until"] == "the last day is before the first (2026-12-01)"
    assert told["day_off.2027-01-03.until"] == "the last day is before the first (2027-01-03)"
    assert told["roster.guard.calendar_file"].endswith("write the file there, or name another")


def test_gaps_of_the_next_fortnight_are_told() -> None:
    rules = RuleSet(version="", site="x", shifts=(Shift(role="operator", people=("wang",), from_="08:00", to="20:00"),))
    told = list(gap_remarks(rules, us_of(datetime(2026, 11, 22, tzinfo=SHANGHAI))))
    assert told[0] == "nobody stands for operator from 2026-11-22 00:00 to 2026-11-22 08:00"
    assert told[3] == "… and 12 more such gaps within fourteen days: hotline-gateway duty"
