"""A site's days across daylight-saving changes: 23, 24 or 25 hours long, none skipped, none twice."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from gateway.replaying import day_range_us
from rules.incident_numbers import IncidentNumbers

HOUR_US = 3_600_000_000
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # half an hour
    "America/Havana",  # changes at midnight
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Santiago",
    "Pacific/Chatham",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize("zone", ZONES)
def test_each_number_has_the_date_of_its_moment(zone: str) -> None:
    numbers = IncidentNumbers(zone, "")
    at_us = us_of(datetime(2026, 1, 1, tzinfo=UTC))
    given = set()
    for _ in range(366 * 48):
        number = numbers.next(at_us)
        local = datetime.fromtimestamp(at_us / 1_000_000, ZoneInfo(zone))
        assert number.startswith(f"{local:%Y%m%d}-"), local
        given.add(number)
        at_us += HOUR_US // 2
    assert len(given) == 366 * 48


@pytest.mark.parametrize("zone", ZONES)
def test_the_days_of_a_year_follow_each_other_without_gap(zone: str) -> None:
    days = [date(2026, 1, 1) + timedelta(days=nth) for nth in range(366)]
    lengths = set()
    for day, following in pairwise(days):
        from_us, until_us = day_range_us(day, zone)
        assert until_us == day_range_us(following, zone)[0]
        for inside_us in (from_us, until_us - 1_000_000):
            assert datetime.fromtimestamp(inside_us / 1_000_000, ZoneInfo(zone)).date() == day
        lengths.add((until_us - from_us) / HOUR_US)
    shift_h = 0.5 if zone == "Australia/Lord_Howe" else 1.0
    assert lengths == ({24.0} if zone == "Asia/Shanghai" else {24.0 - shift_h, 24.0, 24.0 + shift_h})
