"""The plots of benchmarks and soaks: well-formed SVG, every peak kept, axes with round numbers."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks.plots import Line, Panel, Strip, nice_ticks, short, strip_chart, thinned, time_chart

SVG = "{http://www.w3.org/2000/svg}"


def of_kind(tag: str, chart: str) -> list[ET.Element]:
    return list(ET.fromstring(chart).iter(SVG + tag))  # noqa: S314 - our own words


def texts(chart: str) -> list[str]:
    return [text.text or "" for text in of_kind("text", chart)]


def test_a_time_chart_has_a_line_a_series_and_says_what_they_are() -> None:
    memory = Panel(
        "memory", "MB", [Line("gateway", [(0, 80), (600, 90)]), Line("writer <1>", [(0, 30), (600, 31)])], 200
    )
    chart = time_chart("Soak", [memory, Panel("tasks", "", [Line("tasks", [(0, 5), (600, 5)])])], marks=[(300, "kill")])
    assert len(of_kind("polyline", chart)) == 3
    assert {"Soak", "memory (MB)", "gateway", "writer <1>", "tasks", "kill", "limit 200", "10 min"} <= {*texts(chart)}


def test_a_chart_of_nothing_yet_is_still_a_chart() -> None:
    assert texts(time_chart("Soak", [Panel("memory", "MB", [Line("gateway", [])])]))


def test_a_strip_chart_has_a_dot_a_round() -> None:
    strips = [
        Strip("decide", "steps", "/s", [90_000, 95_200, 99_000], 95_200, last=101_000, target=100_000, verdict="worse")
    ]
    chart = strip_chart("Figures", strips)
    in_key = 1
    assert len(of_kind("circle", chart)) == 3 + in_key
    assert {"decide", "steps", "95,200 /s", "worse"} <= {*texts(chart)}


def test_a_long_line_is_thinned_and_keeps_its_peak() -> None:
    points = [(float(second), 1.0) for second in range(86_400)]
    points[50_001] = (50_001.0, 900.0)
    kept = thinned(points)
    assert len(kept) <= 1_200
    assert (50_001.0, 900.0) in kept
    assert list(kept) == sorted(kept)


@pytest.mark.parametrize(
    ("least", "most", "ticks"), [(0, 100, [0, 50, 100]), (0, 0.9, [0, 0.5]), (12, 48, [20, 40]), (0, 0, [0])]
)
def test_ticks_are_round_numbers_within_the_axis(least: float, most: float, ticks: list[float]) -> None:
    assert nice_ticks(least, most, 2) == pytest.approx(ticks)


@pytest.mark.parametrize(
    ("value", "written"), [(95_200, "95,200"), (2.034, "2.03"), (0.3512, "0.351"), (0, "0"), (17.6, "17.6")]
)
def test_a_figure_is_written_with_the_digits_that_count(value: float, written: str) -> None:
    assert short(value) == written
