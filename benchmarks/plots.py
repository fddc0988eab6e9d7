"""Plots as SVG, without a library: lines over time, and a strip of rounds a figure. They follow light and dark.

    panels = [Panel("memory", "MB", [Line("gateway", points)], limit=200)]
    chart = time_chart("Soak, 24 h", panels, marks=[(60, "kill -9")])
    Path("soak.svg").write_text(chart)

The colours are CSS variables, which a dark reader's browser exchanges; so the same file serves both.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

WIDTH = 760
_LEFT, _RIGHT = 64, 24  # of a time chart: room for the axis' numbers
_PANEL, _GAP = 120, 44  # a panel's height, and what stands between two: its heading
_NAMES, _NUMBERS = 276, 176  # of a strip chart: the columns left and right of the rounds
_ROW, _HEADING = 26, 30
_POINTS_MAX = 1_200  # a line has no more: the least and the most of what falls into one step

_STYLE = """
svg { --paper: #ffffff; --ink: #1f2328; --quiet: #656d76; --rule: #e3e6ea; --limit: #c4341f;
      --c0: #1f6fd0; --c1: #c25700; --c2: #0f8266; --c3: #a03a9b;
      font: 12px system-ui, "Segoe UI", "Noto Sans", sans-serif; }
@media (prefers-color-scheme: dark) {
svg { --paper: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --rule: #2b313a; --limit: #ff8170;
      --c0: #62a8ff; --c1: #f59342; --c2: #3fc9a2; --c3: #e08bdc; } }
text { fill: var(--ink); } .quiet { fill: var(--quiet); } .title { font-size: 15px; font-weight: 600; }
.head { font-weight: 600; } .end { text-anchor: end; } .mid { text-anchor: middle; }
.rule { stroke: var(--rule); } .line { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.limit { stroke: var(--limit); stroke-dasharray: 4 3; } .over { fill: var(--limit); }
.mark { stroke: var(--quiet); stroke-dasharray: 1 3; } .last { stroke: var(--quiet); stroke-width: 2; }
"""


class Line(NamedTuple):
    name: str
    points: Sequence[tuple[float, float]]  # seconds since the beginning, value


class Panel(NamedTuple):
    """One value over time, with its own scale. `limit`: what it must not pass."""

    title: str
    unit: str
    lines: Sequence[Line]
    limit: float | None = None


class Strip(NamedTuple):
    """One figure: every round's value, their median, the last run's. `heading` stands above the first of a group."""

    heading: str
    name: str
    unit: str
    rounds: Sequence[float]
    value: float
    last: float | None = None
    target: float | None = None
    verdict: str = ""  # a word behind the value


def time_chart(title: str, panels: Sequence[Panel], *, marks: Sequence[tuple[float, str]] = ()) -> str:
    """Panels one below the other over one time axis; `marks` are moments (seconds) with a word each."""
    moments = [second for panel in panels for line in panel.lines for second, _ in line.points]
    begin_s, end_s = min(moments, default=0.0), max(moments, default=1.0)
    across = _Scale(begin_s, end_s, _LEFT, WIDTH - _RIGHT)
    parts: list[str] = []
    top = 66
    for panel in panels:
        parts += _panel(panel, across, top)
        top += _PANEL + _GAP
    bottom = top - _GAP
    for second, word in marks:
        x = across(second)
        parts.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="56" y2="{bottom}"/>')
        parts.append(_text(x + 3, bottom - 4, word, "quiet"))
    size_s, unit = next(((s, name) for s, name in ((3600, "h"), (60, "min")) if end_s - begin_s >= 3 * s), (1, "s"))
    for tick in nice_ticks(begin_s / size_s, end_s / size_s, 8):
        parts.append(_text(across(tick * size_s), bottom + 18, f"{tick:g} {unit}", "quiet mid"))
    return document(title, bottom + 32, parts)


def _panel(panel: Panel, across: "_Scale", top: float) -> Iterator[str]:
    values = [value for line in panel.lines for _, value in line.points]
    if panel.limit is not None:
        values.append(panel.limit)
    ticks = nice_ticks(min([0.0, *values]), max([*values], default=1.0), 4)
    down = _Scale(ticks[0], max([*ticks, *values]), top + _PANEL, top)
    yield _text(_LEFT, top - 9, f"{panel.title} ({panel.unit})" if panel.unit else panel.title, "head")
    for tick in ticks:
        y = down(tick)
        yield f'<line class="rule" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(_LEFT - 8, y + 4, short(tick), "quiet end")
    for number, line in enumerate(panel.lines):
        path = " ".join(f"{across(second):.1f},{down(value):.1f}" for second, value in thinned(line.points))
        yield f'<polyline class="line" stroke="var(--c{number % 4})" points="{path}"/>'
        if len(panel.lines) > 1:
            x = WIDTH - _RIGHT - 110 * (len(panel.lines) - number)
            yield f'<rect fill="var(--c{number % 4})" x="{x}" y="{top - 15}" width="14" height="3"/>'
            yield _text(x + 20, top - 9, line.name)
    if panel.limit is not None:
        y = down(panel.limit)
        yield f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(WIDTH - _RIGHT, y + 14, f"limit {short(panel.limit)}", "over end")


def strip_chart(title: str, strips: Sequence[Strip]) -> str:
    """A row a figure, each with its own scale from zero: dots are rounds, the bar their median."""
    parts = list(_key(52))
    top, heading = 66.0, ""
    for strip in strips:
        if strip.heading != heading:
            heading = strip.heading
            top += _HEADING
            parts.append(_text(24, top - 8, heading, "head"))
            parts.append(f'<line class="rule" x1="24" x2="{WIDTH - 24}" y1="{top - 1}" y2="{top - 1}"/>')
        parts += _strip(strip, top + _ROW / 2)
        top += _ROW
    return document(title, top + 20, parts)


def _strip(strip: Strip, y: float) -> Iterator[str]:
    known = [*strip.rounds, strip.value, *(one for one in (strip.last, strip.target) if one is not None)]
    across = _Scale(0.0, max(*known, 1e-9) * 1.02, _NAMES, WIDTH - _NUMBERS)
    yield _text(36, y + 4, strip.name)
    yield f'<line class="rule" x1="{_NAMES}" x2="{WIDTH - _NUMBERS}" y1="{y}" y2="{y}"/>'
    if strip.target is not None:
        yield _upright("limit", across(strip.target), y, 10)
    if strip.last is not None:
        yield _upright("last", across(strip.last), y, 7)
    for value in strip.rounds:
        yield f'<circle cx="{across(value):.1f}" cy="{y}" r="3" fill="var(--c0)" fill-opacity=".55"/>'
    yield f'<rect x="{across(strip.value) - 1.5:.1f}" y="{y - 8}" width="3" height="16" fill="var(--c0)"/>'
    yield _text(WIDTH - _NUMBERS + 14, y + 4, f"{short(strip.value)} {strip.unit}")
    if strip.verdict:
        yield _text(WIDTH - 24, y + 4, strip.verdict, "over end" if strip.verdict == "worse" else "quiet end")


def _key(y: float) -> Iterator[str]:
    yield f'<circle cx="27" cy="{y - 4}" r="3" fill="var(--c0)" fill-opacity=".55"/>' + _text(36, y, "a round", "quiet")
    yield f'<rect x="100" y="{y - 11}" width="3" height="14" fill="var(--c0)"/>' + _text(110, y, "median", "quiet")
    yield _upright("last", 172, y - 4, 7) + _text(180, y, "the last run's", "quiet")
    yield _upright("limit", 278, y - 4, 7) + _text(286, y, "target", "quiet")


class _Scale(NamedTuple):
    """From values to pixels."""

    least: float
    most: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.least) / ((self.most - self.least) or 1.0) * (self.end - self.start)


def thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Few enough to draw; peaks stay, for they are what one looks for."""
    if len(points) <= _POINTS_MAX:
        return points
    step = math.ceil(len(points) / (_POINTS_MAX / 2))
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), step):
        some = points[start : start + step]
        kept += sorted({min(some, key=lambda point: point[1]), max(some, key=lambda point: point[1])})
    return kept


def nice_ticks(least: float, most: float, about: int) -> list[float]:
    """Round numbers from `least` to `most`: about so many, 1, 2 or 5 times a power of ten apart."""
    raw = ((most - least) or 1.0) / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= raw * 0.999)
    first = math.ceil(least / step - 1e-9)
    last = math.floor(most / step + 1e-9)
    return [round(number * step, 12) for number in range(first, last + 1)]


def short(value: float) -> str:
    """Three digits that count: 95,200 as it is, 2.03, 0.351."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}".rstrip("0").rstrip(".")


def _upright(kind: str, x: float, y: float, half: float) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{y - half}" y2="{y + half}"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}"{f" class={kind!r}" if kind else ""}>{escape(text)}</text>'


def document(title: str, height: float, parts: Sequence[str]) -> str:
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" role="img">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style>",
            '<rect width="100%" height="100%" fill="var(--paper)"/>',
            _text(24, 28, title, "title"),
            *parts,
            "</svg>\n",
        ]
    )
