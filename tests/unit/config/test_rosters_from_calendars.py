"""Rosters written in a calendar program (iCalendar): what their events are; nothing in them ends the reading."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.kinds import Problem
from gateway.duty_calendar import as_calendar
from gateway.roster_file import RosterTable, read_roster
from rules.duty import stints
from rules.moments import us_of
from rules.people import Person, Shift, Stint
from rules.settings import RuleSet
from tests.fixtures.counting import calls_of
from tests.unit.config.loading import calendar

PEOPLE = (Person(id="wang", name="王芳", number="008"), Person(id="li", name="李强", number="012"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 22)


def read(tmp_path: Path, text: str) -> tuple[list[Stint], list[Problem]]:
    (tmp_path / "duty.ics").write_text(text, encoding="utf-8")
    found: list[Problem] = []
    table = RosterTable(role="operator", calendar_file="duty.ics")
    return read_roster(table, tmp_path / "duty.ics", PEOPLE, zone=SHANGHAI, today=TODAY, problems=found), found


def hours(read_stints: list[Stint]) -> list[tuple[str, str, str]]:
    def local(at_us: int) -> str:
        return f"{datetime.fromtimestamp(at_us / 1e6, SHANGHAI):%m-%d %H:%M}"

    return [(stint.person, local(stint.from_us), local(stint.until_us)) for stint in read_stints]


def test_a_calendars_events_are_stints_of_whom_their_title_names(tmp_path: Path) -> None:
    found, wrong = read(
        tmp_path,
        calendar(
            "UID:1\r\nSUMMARY:008\r\nDTSTART;TZID=Asia/Shanghai:20261123T080000\r\nDURATION:PT12H",
            "UID:2\r\nSUMMARY:李强、wang\r\nDTSTART:20261124T000000Z\r\nDTEND:20261124T010000Z",
            "UID:3\r\nSUMMARY:li\r\nDTSTART;VALUE=DATE:20261125\r\nDTEND;VALUE=DATE:20261126",
            "UID:4\r\nSUMMARY:wang\r\nDTSTART:20261126T080000\r\nDTEND:20261126T090000\r\nSTATUS:CANCELLED",
        ),
    )
    assert wrong == []
    assert hours(found) == [
        ("wang", "11-23 08:00", "11-23 20:00"),
        ("li", "11-24 08:00", "11-24 09:00"),
        ("wang", "11-24 08:00", "11-24 09:00"),
        ("li", "11-25 00:00", "11-26 00:00"),
    ]


def test_repetitions_end_skip_and_move(tmp_path: Path) -> None:
    found, wrong = read(
        tmp_path,
        calendar(
            "UID:1\r\nSUMMARY:wang\r\nDTSTART;TZID=Asia/Shanghai:20261123T080000\r\n"
            "DTEND;TZID=Asia/Shanghai:20261123T200000\r\nRRULE:FREQ=DAILY;UNTIL=20261127T235959Z\r\n"
            "EXDATE;TZID=Asia/Shanghai:20261125T080000\r\nRDATE;TZID=Asia/Shanghai:20261130T080000",
            "UID:1\r\nSUMMARY:li\r\nRECURRENCE-ID;TZID=Asia/Shanghai:20261126T080000\r\n"
            "DTSTART;TZID=Asia/Shanghai:20261126T090000\r\nDTEND;TZID=Asia/Shanghai:20261126T100000",
        ),
    )
    assert wrong == []
    assert [(who, begin) for who, begin, _ in hours(found)] == [
        ("wang", "11-23 08:00"),
        ("wang", "11-24 08:00"),
        ("li", "11-26 09:00"),
        ("wang", "11-27 08:00"),
        ("wang", "11-30 08:00"),
    ]


def test_a_repeated_shift_keeps_its_hour_when_the_clocks_change(tmp_path: Path) -> None:
    found, _ = read(
        tmp_path,
        calendar(
            "UID:1\r\nSUMMARY:wang\r\nDTSTART;TZID=Europe/Berlin:20260327T080000\r\n"
            "DTEND;TZID=Europe/Berlin:20260327T160000\r\nRRULE:FREQ=DAILY;COUNT=4"
        ),
    )
    assert [f"{datetime.fromtimestamp(stint.from_us / 1e6, UTC):%d %H}" for stint in found] == [
        "27 07",
        "28 07",
        "29 06",
        "30 06",
    ]


def test_for_ever_is_until_the_end_of_next_year(tmp_path: Path) -> None:
    found, wrong = read(
        tmp_path,
        calendar("UID:1\r\nSUMMARY:li\r\nDTSTART;VALUE=DATE:20100101\r\nRRULE:FREQ=WEEKLY"),
    )
    assert wrong == []
    assert f"{datetime.fromtimestamp(found[0].from_us / 1e6, SHANGHAI):%Y-%m-%d}" == "2025-01-03"
    assert f"{datetime.fromtimestamp(found[-1].from_us / 1e6, SHANGHAI):%Y-%m-%d}" == "2027-12-31"


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("not a calendar", "no iCalendar file"),
        (calendar("UID:1\r\nSUMMARY:Wang F\r\nDTSTART:20261123T080000\r\nDURATION:PT1H"), "the title names nobody"),
        (calendar("UID:1\r\nSUMMARY:\r\nDTSTART:20261123T080000\r\nDURATION:PT1H"), "the event has no title"),
        (calendar("UID:1\r\nSUMMARY:li"), "no beginning"),
        (calendar("UID:1\r\nSUMMARY:li\r\nDTSTART:20261123T080000"), "must end after it begins"),
        (calendar("UID:1\r\nSUMMARY:li\r\nDTSTART:nonsense"), "cannot be read"),
        (calendar("UID:1\r\nSUMMARY:li\r\nDTSTART:20261123\r\nDTSTART:20261124"), "more than once"),
        (
            calendar("UID:1\r\nSUMMARY:li\r\nDTSTART:20261123T080000\r\nDURATION:PT1S\r\nRRULE:FREQ=SECONDLY"),
            "repeats more than once a day",
        ),
        (
            calendar(
                "UID:1\r\nSUMMARY:li\r\nDTSTART:20261123T080000\r\nDURATION:PT1S\r\n"
                "RRULE:FREQ=DAILY;BYSECOND=0,1,2,3,4,5,6,7,8,9"
            ),
            "repeats more than once a day",
        ),
        (
            calendar(
                "UID:1\r\nSUMMARY:li\r\nDTSTART:20261123T080000\r\nDURATION:PT1H\r\nEXDATE:20261123T080000\r\n"
                "RRULE:FREQ=DAILY;INTERVAL=0"
            ),
            "INTERVAL",
        ),
        (
            calendar(
                *(
                    f"UID:{n}\r\nSUMMARY:li\r\nDTSTART:20200101T{n:02}0000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY"
                    for n in range(8)
                )
            ),
            "more than 5000 stints",
        ),
    ],
)
def test_a_calendar_that_is_no_roster_is_told_with_its_cure(tmp_path: Path, text: str, cure: str) -> None:
    _, wrong = read(tmp_path, text)
    assert any(cure in problem.cure for problem in wrong), wrong


LINES = st.sampled_from(
    [
        *(
            "BEGIN:VEVENT",
            "END:VEVENT",
            "BEGIN:VCALENDAR",
            "END:VCALENDAR",
            "UID:1",
            "SUMMARY:li",
            "DTSTART:20261123T080000",
        ),
        *("DTEND:20261123T090000", "DTSTART;VALUE=DATE:20261123", "DURATION:P1D", "DURATION:-P1D", "DTSTART:nonsense"),
        *("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3", "RRULE:", "RRULE:FREQ=DAILY;INTERVAL=0"),
        *("EXDATE:20261123T080000", "RDATE:20261124T080000Z", "RDATE;VALUE=PERIOD:20261124T080000Z/PT1H"),
        *("RECURRENCE-ID:20261123T080000", "DTSTART;TZID=Mars/Base:20261123T080000", "RRULE:FREQ=DAILY;UNTIL=20261201"),
        *(
            "DTSTART:00010101T000000",
            "DTSTART:99991231T235959",
            "DURATION:P9999999D",
            "BEGIN:VTIMEZONE",
            "END:VTIMEZONE",
        ),
    ]
)


@given(st.lists(LINES, max_size=14))
def test_no_calendar_ends_the_reading(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    text = calendar("\r\n".join(lines))
    stints_read, wrong = read(tmp_path_factory.mktemp("ics"), text)
    assert all(problem.cure for problem in wrong)
    assert all(stint.until_us > stint.from_us for stint in stints_read)


def test_what_is_written_as_a_calendar_is_read_as_the_same_stints(tmp_path: Path) -> None:
    rules = RuleSet(
        version="",
        site="riverside",
        people=PEOPLE,
        shifts=(
            Shift(
                role="operator", people=("wang", "li"), from_="20:00", to="08:00", turn="day", since=date(2026, 11, 1)
            ),
        ),
    )
    begin = us_of(datetime(2026, 11, 22, tzinfo=SHANGHAI))
    found, wrong = read(tmp_path, as_calendar(rules, ("operator",), begin, begin + 7 * 86_400_000_000).decode())
    assert wrong == []
    assert found == stints(rules, "operator", begin, begin + 7 * 86_400_000_000)


IMPOSSIBLE = ("DAILY;BYMONTH=2;BYMONTHDAY=30", "WEEKLY;BYMONTH=2;BYMONTHDAY=31", "DAILY;INTERVAL=7;BYDAY=SU")


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_a_rule_that_no_day_fulfils_is_not_looked_for_through_eight_thousand_years(tmp_path: Path, rule: str) -> None:
    """Counted in steps of the library, not timed. 23 November 2026 is a Monday."""
    text = calendar(f"UID:1\r\nSUMMARY:wang\r\nDTSTART:20261123T080000\r\nDURATION:PT9H\r\nRRULE:FREQ={rule}")
    steps = calls_of(lambda: read(tmp_path, text), within="rrule.py")
    found, wrong = read(tmp_path, text)
    assert (hours(found), wrong) == ([("wang", "11-23 08:00", "11-23 17:00")], [])
    assert steps < 500_000, steps


@pytest.mark.parametrize(
    ("event", "cure"),
    [
        ("DTSTART:20261123T080000\r\nDURATION:PT9H\r\nRRULE:FREQ=MONTHLY;BYDAY=99MO", "cannot be read"),
        ("DTSTART:00010101T080000\r\nDURATION:PT9H\r\nRRULE:FREQ=DAILY", "before 1900"),
        ("DTSTART:20261123T080000\r\nDURATION:PT9H\r\nRRULE:FREQ=DAILY;BYEASTER=1", "more than once a day"),
        ("DTSTART:20261123T080000\r\nDURATION:PT9H\r\nRRULE:FREQ=DAILY;UNTIL=080000", "cannot be read"),
    ],
)
def test_what_the_library_cannot_unroll_is_told_with_its_event(tmp_path: Path, event: str, cure: str) -> None:
    found, wrong = read(tmp_path, calendar(f"UID:1\r\nSUMMARY:wang\r\n{event}"))
    assert found == []
    assert [cure in one.cure for one in wrong] == [True]


def test_a_monthly_duty_of_long_standing_falls_on_its_days(tmp_path: Path) -> None:
    """Unrolled near the end of the library's time: leap days and days of the week are as they are now."""
    rule = "RRULE:FREQ=MONTHLY;BYDAY=-1SU\r\nEXDATE:20261227T080000"
    found, wrong = read(
        tmp_path, calendar(f"UID:1\r\nSUMMARY:wang\r\nDTSTART:20000130T080000\r\nDURATION:PT9H\r\n{rule}")
    )
    assert wrong == []
    begins = [begin for _, begin, _ in hours(found)]
    assert begins[0] == "01-26 08:00"  # 2025
    assert len(begins) == 35  # of 36 months, one left out


@pytest.mark.parametrize(
    "text",
    ["BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:wang\r\nEND:VEVENT\r\n", calendar("UID:1\r\nRDATE;VALUE=,E:20261201")],
    ids=["an event without its calendar", "a parameter that is a list"],
)
def test_what_is_no_calendar_is_told_with_its_file(tmp_path: Path, text: str) -> None:
    found, wrong = read(tmp_path, text)
    assert found == []
    assert ["no iCalendar file" in one.cure for one in wrong] == [True]
