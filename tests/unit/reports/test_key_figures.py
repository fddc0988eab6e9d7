"""Key figures: what is divided by what, and what is left out."""

from collections import Counter
from datetime import date

from adapters.summed import Place
from gateway.reports import charts
from gateway.reports.days import Answer, Day, Ended, Verdicts, at, only
from gateway.reports.key_figures import Shares, answer_times, by, connecting, of_rule, speed

_HOTLINE, _REPAIRS, _CHANNEL = Place("4001", "", ""), Place("4002", "", ""), Place("", "CH1", "")
DAY = Day(
    date(2026, 11, 22),
    Counter(
        {
            Verdicts(9, _HOTLINE, "three_rings", "met"): 8,
            Verdicts(10, _HOTLINE, "three_rings", "breached"): 2,
            Verdicts(10, _REPAIRS, "three_rings", "not_measurable"): 5,
            Verdicts(10, _REPAIRS, "three_rings", "waived"): 1,
        }
    ),
    Counter(
        {Answer("王 008", _HOTLINE, "main", "three_rings", "met", True, tenths): 1 for tenths in range(10, 110, 10)}
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
    assert found == Shares(met=16, breached=4, blind=10, waived=2)
    assert found.percent == 80
    assert of_rule([DAY], "two_calls").percent is None


def test_parts_add_up_to_the_whole() -> None:
    parts = by([DAY], "three_rings", lambda _day, one: one.place.line)
    assert parts == {"4001": Shares(met=8, breached=2), "4002": Shares(blind=5, waived=1)}


def test_only_calls_from_outside_that_ended_count_as_offered() -> None:
    assert connecting([DAY])[:3] == (10, 8, 2)


def test_quantiles_name_the_time_within_which_so_many_were_answered() -> None:
    found = speed(answer_times([DAY]))
    assert found is not None
    assert (found.answers, found.mean_s, found.at_50_s, found.at_90_s, found.at_95_s) == (10, 5.5, 5.0, 9.0, 10.0)
    assert speed(Counter()) is None


def test_a_chart_escapes_names_and_draws_what_is_unknown_apart() -> None:
    drawn = charts.rows({"<b>4002": Shares(met=1, blind=3)}, name="x", target=95, total='"all"')
    assert "<b>" not in drawn
    assert "&lt;b&gt;4002" in drawn
    assert 'fill="url(#hatch-x)"' in drawn
    assert "100.0 %  1/1  ?3" in drawn
    assert 'fill="url' not in charts.rows({"4001": Shares(met=1)}, name="x", target=None, total="")


def test_hours_of_service_are_told_apart() -> None:
    night = DAY._replace(verdicts=Counter({Verdicts(2, _HOTLINE, "three_rings", "breached", in_hours=False): 3}))
    assert of_rule(only([DAY, night], "in"), "three_rings").breached == 2
    assert of_rule(only([DAY, night], "out"), "three_rings") == Shares(breached=3)
    assert of_rule(only([DAY, night], "all"), "three_rings").breached == 5


def test_records_of_other_places_are_left_out() -> None:
    here = at([DAY], lambda place: place == _REPAIRS)
    assert of_rule(here, "three_rings") == Shares(blind=5, waived=1)
    assert connecting(here).offered == 0
    assert speed(answer_times(here)) is None
