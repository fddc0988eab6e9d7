"""Numbers people can say: the site's day, and a counter that goes on."""

from rules.incident_numbers import IncidentNumbers
from rules.moments import parse_rfc3339


def test_numbers_count_within_the_sites_day() -> None:
    numbers = IncidentNumbers("Asia/Shanghai", "")
    at_us = parse_rfc3339("2026-11-21T15:59:59.999Z")
    assert numbers.next(at_us) == "20261121-0001"
    assert numbers.next(at_us) == "20261121-0002"
    assert numbers.next(at_us + 1000) == "20261122-0001"  # midnight in Shanghai


def test_numbers_go_on_after_a_restart() -> None:
    numbers = IncidentNumbers("Asia/Shanghai", "20261121-0042")
    assert numbers.next(parse_rfc3339("2026-11-21T10:00:00Z")) == "20261121-0043"


def test_a_new_day_begins_anew_after_a_restart() -> None:
    numbers = IncidentNumbers("Asia/Shanghai", "20261120-9999")
    assert numbers.next(parse_rfc3339("2026-11-21T10:00:00Z")) == "20261121-0001"


def test_the_counter_grows_beyond_four_digits() -> None:
    numbers = IncidentNumbers("Asia/Shanghai", "20261121-9999")
    assert numbers.next(parse_rfc3339("2026-11-21T10:00:00Z")) == "20261121-10000"


def test_a_change_of_time_zone_gives_no_number_twice() -> None:
    """In New York it is still the 20th: the 21st goes on until it is the 21st there too."""
    numbers = IncidentNumbers("America/New_York", "20261121-0005")
    assert numbers.next(parse_rfc3339("2026-11-21T01:00:00Z")) == "20261121-0006"
    assert numbers.next(parse_rfc3339("2026-11-22T06:00:00Z")) == "20261122-0001"


def test_the_day_of_a_clock_change_has_its_own_bounds() -> None:
    numbers = IncidentNumbers("America/New_York", "")
    assert numbers.next(parse_rfc3339("2026-11-01T04:00:00Z")) == "20261101-0001"  # midnight, summer time
    assert numbers.next(parse_rfc3339("2026-11-02T04:59:59Z")) == "20261101-0002"  # 25 hours long
    assert numbers.next(parse_rfc3339("2026-11-02T05:00:00Z")) == "20261102-0001"


def test_an_unknown_time_zone_still_gives_numbers() -> None:
    assert IncidentNumbers("Nowhere/Land", "").next(parse_rfc3339("2026-11-21T10:00:00Z")) == "20261121-0001"
