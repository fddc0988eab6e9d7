"""Key figures: what is divided by what, and what is left out."""

from collections import Counter
from datetime import date

from adapters.summed import Place
from gateway.reports import charts
from gateway.reports.days import Answer, Day, Ended, Response, Verdicts, at, only
from gateway.reports.key_figures import Shares, by, connecting, of_rule, tenths_of, times_of
from gateway.reports.report import Row, over_all, parted
from rules.settings import RuleSet, Unit

_HOTLINE, _REPAIRS, _CHANNEL = Place("4001", "", ""), Place("4002", "", ""), Place("", "CH1", "")
DAY = Day(
    date(2026, 11, 22),
    Counter(
        {
            Verdicts(9, _HOTLINE, "", "three_rings", "met", clock="source", rule_set="v1"): 8,
            Verdicts(10, _HOTLINE, "", "three_rings", "breached", rule_set="v2"): 2,
            Verdicts(10, _REPAIRS, "", "three_rings", "not_measurable"): 5,
            Verdicts(10, _REPAIRS, "", "three_rings", "waived"): 1,
            Verdicts(3, _CHANNEL, "100-4002", "two_calls", "met", in_hours=False): 3,
            Verdicts(3, _CHANNEL, "100-4003", "two_calls", "breached"): 1,
        }
    ),
    Counter({Answer("王 008", _HOTLINE, "three_rings", "met", True): 10}),
    Counter(
        {Response(9, _HOTLINE, "", "three_rings", True, tenths): 1 for tenths in (*range(10, 100, 10), 200)}
        | {Response(3, _CHANNEL, "100-4002", "two_calls", False, tenths): 1 for tenths in (20, 40, 60)}
    ),
    Counter(
        {
            Ended(9, _HOTLINE, "phone", "inbound", "answered"): 8,
            Ended(9, _HOTLINE, "phone", "inbound", "abandoned"): 2,
            Ended(9, _HOTLINE, "phone", "inbound", "merged"): 4,
            Ended(9, _HOTLINE, "phone", "outbound", "answered"): 50,
            Ended(9, _CHANNEL, "radio", "", "answered"): 50,
        }
    ),
)


def test_what_nobody_could_measure_is_neither_met_nor_late() -> None:
    found = of_rule([DAY, DAY], "three_rings")
    assert found[:4] == (16, 4, 10, 2)
    assert found.percent == 80
    assert of_rule([DAY], "call_back").percent is None


def test_a_share_tells_the_clocks_and_the_rule_sets_that_judged_it() -> None:
    found = of_rule([DAY], "three_rings")
    assert (found.judged, found.by_source, found.rule_sets) == (10, 8, ("v1", "v2"))


def test_parts_add_up_to_the_whole() -> None:
    parts = by([DAY], "three_rings", lambda _day, one: one.place.line)
    assert {line: one[:4] for line, one in parts.items()} == {"4001": (8, 2, 0, 0), "4002": (0, 0, 5, 1)}


def test_only_calls_from_outside_that_ended_count_as_offered() -> None:
    assert connecting([DAY])[:3] == (10, 8, 2)


def test_quantiles_name_the_time_within_which_so_many_were_answered() -> None:
    found = times_of(tenths_of([DAY], "three_rings"))
    assert found == (10, 6.5, 5.0, 9.0, 20.0, 20.0)
    assert times_of(Counter()) is None
    assert times_of(Counter({7: 1})) == (1, 0.7, 0.7, 0.7, 0.7, 0.7)


def test_hails_are_told_by_channel_unit_and_hour_each_with_their_times() -> None:
    rules = RuleSet(version="v1", site="riverside", units=(Unit(unit="100-4002", name="东门"),))
    rows = list(parted([DAY], "all", rules, lambda _place: "riverside", lambda one: one.agent))
    told = {(row.by, row.part): row for row in rows if row.kpi == "two_calls"}
    assert told.keys() == {
        *(("site", "riverside"), ("day", "11-22"), ("hour", "03"), ("channel", "CH1")),
        *(("unit", "100-4002 东门"), ("unit", "100-4003")),
    }
    assert told["unit", "100-4002 东门"].times == (3, 4.0, 4.0, 6.0, 6.0, 6.0)
    assert told["unit", "100-4003"].times is None
    assert (told["channel", "CH1"].numerator, told["channel", "CH1"].denominator) == (3, 4)


def test_the_whole_is_told_for_all_hours_and_for_those_of_service() -> None:
    every = {row.kpi: row for row in over_all([DAY], "all")}
    inside = {row.kpi: row for row in over_all([DAY], "in")}
    assert (every["two_calls"].numerator, every["two_calls"].denominator) == (3, 4)
    assert (inside["two_calls"].numerator, inside["two_calls"].denominator) == (0, 1)
    assert (every["answered_in_15_s"].numerator, every["answered_in_15_s"].denominator) == (9, 10)
    assert (every["service_level"].numerator, every["service_level"].denominator) == (9, 12)
    assert (every["abandon"].numerator, every["abandon"].denominator) == (2, 10)
    assert "promise" not in every


def test_a_chart_escapes_names_and_draws_what_is_unknown_apart() -> None:
    row = Row("three_rings", "line", "<b>4002", "all", 1, 1, blind=3)
    drawn = charts.rows([row], "x", '"all"', target=95)
    assert "<b>" not in drawn
    assert "&lt;b&gt;4002" in drawn
    assert 'fill="url(#hatch-x)"' in drawn
    assert "100.0 %  1/1  ?3" in drawn
    assert 'fill="url' not in charts.rows([row._replace(blind=0)], "x", "", target=95)


def test_hours_of_service_are_told_apart() -> None:
    late = Verdicts(2, _HOTLINE, "", "three_rings", "breached", in_hours=False)
    night = DAY._replace(verdicts=Counter({late: 3}))
    assert of_rule(only([DAY, night], "in"), "three_rings").breached == 2
    assert of_rule(only([DAY, night], "out"), "three_rings")[:2] == (0, 3)
    assert of_rule(only([DAY, night], "all"), "three_rings").breached == 5


def test_records_of_other_places_are_left_out() -> None:
    here = at([DAY], lambda place: place == _REPAIRS)
    assert of_rule(here, "three_rings") == Shares(blind=5, waived=1)
    assert connecting(here).offered == 0
    assert times_of(tenths_of(here, "three_rings")) is None
