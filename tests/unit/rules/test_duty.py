"""Who stands for a role: by the week, by turns, over midnight, on days off, instead of others, over a clock change."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.duty import gaps, on_duty, person, roles, roster_of, stints
from rules.moments import us_of
from rules.people import DayOff, DutyChange, Person, Shift, Stint
from rules.settings import RuleSet

SHANGHAI = ZoneInfo("Asia/Shanghai")


def rules(**changes: Any) -> RuleSet:
    return RuleSet(version="rs-test", site="riverside", **changes)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return us_of(datetime.fromisoformat(text).replace(tzinfo=zone))


def who(rule_set: RuleSet, text: str, role: str = "operator") -> list[str]:
    return [stint.person for stint in on_duty(rule_set, role, local(text))]


DAY = Shift(role="operator", people=("wang",), from_="08:00", to="20:00")
NIGHT = Shift(role="operator", people=("li",), from_="20:00", to="08:00")


def test_a_shift_begins_on_its_minute_and_the_next_one_takes_over_on_its_own() -> None:
    both = rules(shifts=(DAY, NIGHT))
    assert who(both, "2026-11-23T07:59:59.999999") == ["li"]
    assert who(both, "2026-11-23T08:00") == ["wang"]
    assert who(both, "2026-11-23T19:59") == ["wang"]
    assert who(both, "2026-11-23T20:00") == ["li"]
    assert who(both, "2026-11-24T03:00") == ["li"]


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    weekend = rules(shifts=(Shift(role="operator", people=("li",), from_="20:00", to="08:00", days=("sun",)),))
    assert who(weekend, "2026-11-22T21:00") == ["li"]  # a Sunday
    assert who(weekend, "2026-11-23T07:00") == ["li"]
    assert who(weekend, "2026-11-22T07:00") == []


def test_equal_ends_are_a_whole_day() -> None:
    watch = rules(shifts=(Shift(role="operator", people=("li",), from_="09:00", to="09:00", days=("mon",)),))
    assert who(watch, "2026-11-24T08:59") == ["li"]
    assert who(watch, "2026-11-24T09:00") == []


def test_all_of_a_shift_stand_together_unless_they_take_turns() -> None:
    shift: dict[str, Any] = {"role": "operator", "people": ("wang", "li", "zhao"), "from_": "08:00", "to": "08:00"}
    assert who(rules(shifts=(Shift(**shift),)), "2026-11-23T10:00") == ["li", "wang", "zhao"]
    daily = rules(shifts=(Shift(**shift, turn="day", since=date(2026, 11, 23)),))
    assert [who(daily, f"2026-11-{day}T10:00") for day in (22, 23, 24, 25, 26)] == [
        [],
        ["wang"],
        ["li"],
        ["zhao"],
        ["wang"],
    ]
    weekly = rules(shifts=(Shift(**shift, turn="week", since=date(2026, 11, 23)),))
    assert who(weekly, "2026-11-29T10:00") == ["wang"]
    assert who(weekly, "2026-11-30T07:00") == ["wang"]  # the turn changes with the shift, not at midnight
    assert who(weekly, "2026-11-30T10:00") == ["li"]


def test_days_off_are_no_workdays_and_a_worked_weekend_is_one() -> None:
    office = Shift(role="operator", people=("wang",), from_="09:00", to="18:00", days=("workday",))
    holiday = Shift(role="operator", people=("li",), from_="09:00", to="18:00", days=("day_off",))
    off = (
        DayOff(day=date(2026, 10, 1), until=date(2026, 10, 7), name="国庆"),
        DayOff(day=date(2026, 10, 10), name="调休", worked=True),
    )
    both = rules(shifts=(office, holiday), days_off=off)
    assert who(both, "2026-10-01T10:00") == ["li"]
    assert who(both, "2026-10-07T10:00") == ["li"]
    assert who(both, "2026-10-08T10:00") == ["wang"]
    assert who(both, "2026-10-10T10:00") == ["wang"]  # a Saturday that is worked
    assert who(both, "2026-10-11T10:00") == ["li"]


def test_a_shift_lasts_from_its_first_to_its_last_day() -> None:
    spring = rules(
        shifts=(
            Shift(
                role="operator",
                people=("li",),
                from_="20:00",
                to="08:00",
                since=date(2026, 11, 23),
                until=date(2026, 11, 24),
            ),
        )
    )
    assert [who(spring, f"2026-11-{day}T21:00") for day in (22, 23, 24, 25)] == [[], ["li"], ["li"], []]
    assert who(spring, "2026-11-25T07:00") == ["li"]


def test_who_stands_in_stands_alone_and_the_others_come_back() -> None:
    swap = Stint(
        role="operator",
        person="zhao",
        from_us=local("2026-11-23T12:00"),
        until_us=local("2026-11-23T14:00"),
        instead=True,
    )
    day = rules(shifts=(DAY, NIGHT), stints=(swap,))
    assert who(day, "2026-11-23T11:59") == ["wang"]
    assert who(day, "2026-11-23T12:00") == ["zhao"]
    assert who(day, "2026-11-23T14:00") == ["wang"]
    listed = stints(day, "operator", local("2026-11-23T08:00"), local("2026-11-23T20:00"))
    assert [(stint.person, stint.until_us - stint.from_us) for stint in listed] == [
        ("wang", 4 * 3600_000_000),
        ("zhao", 2 * 3600_000_000),
        ("wang", 6 * 3600_000_000),
    ]


def test_a_role_that_no_shift_fills_is_held_by_its_people_all_the_time() -> None:
    staff = (Person(id="wang", roles=("manager",)), Person(id="li", roles=("manager", "operator")))
    held = rules(people=staff, shifts=(DAY,))
    assert who(held, "2026-11-23T03:00", "manager") == ["wang", "li"]
    assert who(held, "2026-11-23T03:00") == []  # the day shift fills it: by night nobody
    assert who(held, "2026-11-23T03:00", "stoker") == []
    assert roles(held) == ("operator", "manager")
    assert person(held, "wang").roles == ("manager",)
    assert person(held, "gone").name == ""


def test_gaps_are_found() -> None:
    gap = gaps(rules(shifts=(DAY,)), "operator", local("2026-11-23T00:00"), local("2026-11-24T00:00"))
    assert [(found.from_us, found.until_us) for found in gap] == [
        (local("2026-11-23T00:00"), local("2026-11-23T08:00")),
        (local("2026-11-23T20:00"), local("2026-11-24T00:00")),
    ]
    assert gaps(rules(shifts=(DAY, NIGHT)), "operator", local("2026-11-23T00:00"), local("2026-11-30T00:00")) == []


def test_the_night_of_a_clock_change_leaves_no_gap() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    both = rules(shifts=(DAY, NIGHT), timezone="Europe/Berlin")
    for day in ("2026-03-28", "2026-10-24"):
        begin = local(f"{day}T00:00", berlin)
        assert gaps(both, "operator", begin, begin + 3 * 86_400_000_000) == []
    (night,) = on_duty(both, "operator", us_of(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)))
    assert (night.person, night.until_us - night.from_us) == ("li", 11 * 3600_000_000)  # an hour was left out


def changed(rule_set: RuleSet, *changes: dict[str, Any]) -> RuleSet:
    """As the desk changed it; `from` and `until` as people write them."""
    made = [
        DutyChange(
            id=str(place),
            role="operator",
            person=told["person"],
            from_us=local(told["from"]),
            until_us=local(told["until"]),
            instead=told.get("instead", False),
            instead_of=told.get("instead_of", ""),
        )
        for place, told in enumerate(changes)
    ]
    return roster_of(rule_set, tuple(made))


def test_who_stands_in_for_somebody_takes_their_shifts_and_no_others() -> None:
    leave = {"person": "zhao", "instead_of": "wang", "from": "2026-11-23T00:00", "until": "2026-11-25T12:00"}
    both = changed(rules(shifts=(DAY, NIGHT)), leave)
    assert who(both, "2026-11-23T08:00") == ["zhao"]
    assert who(both, "2026-11-23T20:00") == ["li"]
    assert who(both, "2026-11-25T11:59") == ["zhao"]
    assert who(both, "2026-11-25T12:00") == ["wang"]
    assert gaps(both, "operator", local("2026-11-23T00:00"), local("2026-11-26T00:00")) == []


def test_a_role_is_taken_beside_those_planned_or_instead_of_them() -> None:
    beside = {"person": "zhao", "from": "2026-11-23T09:00", "until": "2026-11-23T10:00"}
    assert who(changed(rules(shifts=(DAY,)), beside), "2026-11-23T09:30") == ["wang", "zhao"]
    alone = changed(rules(shifts=(DAY,)), beside | {"instead": True})
    assert [who(alone, f"2026-11-23T{at}") for at in ("08:59", "09:30", "10:00")] == [["wang"], ["zhao"], ["wang"]]


def test_the_latest_change_has_the_last_word_and_who_always_holds_a_role_keeps_the_rest() -> None:
    always = rules(people=(Person(id="wang", roles=("operator",)),))
    first = {"person": "zhao", "instead_of": "wang", "from": "2026-11-23T08:00", "until": "2026-11-23T20:00"}
    second = {"person": "li", "instead_of": "zhao", "from": "2026-11-23T10:00", "until": "2026-11-23T11:00"}
    both = changed(always, first, second)
    found = [who(both, f"2026-11-23T{at}") for at in ("07:00", "09:00", "10:30", "11:00", "20:00")]
    assert found == [["wang"], ["zhao"], ["li"], ["zhao"], ["wang"]]
