"""Charts as SVG: one message each, labels at the things themselves, the target as a line, the board's colours.

What could not be measured is hatched and stands apart. Numbers and words come ready; text is escaped here.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from gateway.reports.report import Row

_WIDTH: Final = 720
_ROW: Final = 28
_LABEL: Final = 150  # room for the labels of rows
_COLUMN_HEIGHT: Final = 120
_SECONDS_MAX: Final = 30  # slower answers stand in the last column
_PATTERN: Final = Markup(
    '<defs><pattern id="{id}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="blind"/><path d="M0 0v6" class="hatch"/></pattern></defs>'
)


def rows(parts: Sequence[Row], name: str, total: str, *, target: float) -> Markup:
    """A bar for each, its length the share that was in time; the count of what nobody could measure hatched behind."""
    height = len(parts) * _ROW + 24
    room = _WIDTH - _LABEL - 130
    drawn = [_PATTERN.format(id=f"hatch-{name}")]
    for place, part in enumerate(parts):
        y = place * _ROW + 4
        drawn.append(_text(_LABEL - 8, y + 15, part.part, "end"))
        known = room * part.denominator / max(part.denominator + part.blind, 1)
        met = known * part.numerator / max(part.denominator, 1)
        drawn += [_rect(_LABEL, y, met, 20, "met"), _rect(_LABEL + met, y, known - met, 20, "late")]
        if part.blind:
            drawn.append(_rect(_LABEL + known, y, room - known, 20, f"url:hatch-{name}"))
        drawn.append(_text(_LABEL + room + 8, y + 15, value(part), "start"))
    x = _LABEL + room * target / 100
    drawn.append(_line(x, 0, x, height - 20))
    drawn.append(_text(x, height - 4, f"{target:g} %", "middle", "small"))
    return _svg(height, total, drawn)


def columns(parts: Sequence[Row], name: str, total: str) -> Markup:
    """A column for each, as high as there were many; late ones on top, what nobody could measure hatched above."""
    most = max((part.denominator + part.blind for part in parts), default=0) or 1
    step = _WIDTH / max(len(parts), 1)
    wide = min(step * 0.7, 48)
    drawn = [_PATTERN.format(id=f"hatch-{name}")]
    every = max(1, round(len(parts) / 24))
    for place, part in enumerate(parts):
        x = place * step + (step - wide) / 2
        base = 24.0 + _COLUMN_HEIGHT
        late = part.denominator - part.numerator
        for count, kind in ((part.numerator, "met"), (late, "late"), (part.blind, f"url:hatch-{name}")):
            high = _COLUMN_HEIGHT * count / most
            base -= high
            drawn.append(_rect(x, base, wide, high, kind))
        if part.percent is not None and step >= 26:
            drawn.append(_text(x + wide / 2, base - 6, f"{part.percent:.0f}", "middle", "small"))
        if place % every == 0:
            drawn.append(_text(x + wide / 2, 24 + _COLUMN_HEIGHT + 16, part.part, "middle", "small"))
    drawn.append(_line(0, 24 + _COLUMN_HEIGHT, _WIDTH, 24 + _COLUMN_HEIGHT, "axis"))
    return _svg(24 + _COLUMN_HEIGHT + 24, total, drawn)


def times(parts: Sequence[Row], total: str) -> Markup:
    """For each how long responses took: half of them within the dark part, 90 % within the bar, 95 % to the tick."""
    room = _WIDTH - _LABEL - 190
    longest = max((part.times.at_95_s for part in parts if part.times), default=0) or 1
    drawn = []
    for place, part in enumerate(parts):
        if part.times is None:
            continue
        y, one = place * _ROW + 4, part.times
        half, most, tick = (room * seconds / longest for seconds in (one.at_50_s, one.at_90_s, one.at_95_s))
        drawn += [_text(_LABEL - 8, y + 15, part.part, "end"), _rect(_LABEL, y, most, 20, "most")]
        drawn += [_rect(_LABEL, y, half, 20, "half"), _line(_LABEL + tick, y, _LABEL + tick, y + 20, "tick")]
        told = f"{one.at_50_s:.1f} · {one.at_90_s:.1f} · {one.at_95_s:.1f} · ≤ {one.max_s:.1f} s"
        drawn.append(_text(_LABEL + room + 10, y + 15, told, "start"))
    return _svg(len(parts) * _ROW + 8, total, drawn)


def answering(tenths: Counter[int], *, limit_s: float, limit: str, slower: str, total: str) -> Markup:
    """How many calls were answered in each second, with the limit as a line."""
    seconds: Counter[int] = Counter()
    for one, count in tenths.items():
        seconds[min(one // 10, _SECONDS_MAX)] += count
    most = max(seconds.values(), default=0) or 1
    step = _WIDTH / (_SECONDS_MAX + 1)
    base = 40 + _COLUMN_HEIGHT
    drawn = []
    for second in range(_SECONDS_MAX + 1):
        high = _COLUMN_HEIGHT * seconds[second] / most
        drawn.append(_rect(second * step + 1, base - high, step - 2, high, "met" if second < limit_s else "late"))
        if second % 5 == 0 and second < _SECONDS_MAX:
            drawn.append(_text(second * step, base + 16, f"{second} s", "middle" if second else "start", "small"))
    drawn.append(_text(_WIDTH, base + 16, slower, "end", "small"))
    drawn.append(_line(0, base, _WIDTH, base, "axis"))
    x = min(limit_s, _SECONDS_MAX) * step
    drawn += [_line(x, 18, x, base), _text(x + 6, 28, limit, "start", "strong")]
    return _svg(base + 24, total, drawn)


def value(part: Row) -> str:
    percent = "–" if part.percent is None else f"{part.percent:.1f} %"
    return f"{percent}  {part.numerator}/{part.denominator}" + (f"  ?{part.blind}" if part.blind else "")


def _svg(height: float, label: str, drawn: list[Markup]) -> Markup:
    head = Markup('<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">')
    return head.format(label, _WIDTH, round(height), _WIDTH, round(height)) + Markup("").join(drawn) + Markup("</svg>")


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    """`kind`: a class of the style sheet, or url:ID of a pattern."""
    if width < 0.05 or height < 0.05:
        return Markup("")
    look = Markup('fill="url(#{})"').format(kind[4:]) if kind.startswith("url:") else Markup('class="{}"').format(kind)
    form = Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" {}/>')
    return form.format(x, y, width, height, look)


def _line(x: float, y: float, x2: float, y2: float, kind: str = "target") -> Markup:
    return Markup('<path class="{}" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>').format(kind, x, y, x2, y2)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> Markup:
    form = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" class="{}">{}</text>')
    return form.format(x, y, anchor, kind, text)
