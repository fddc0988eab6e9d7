"""A flame graph as SVG: each frame as wide as its share of the samples, callees above their callers."""

from collections.abc import Iterator, Mapping
from html import escape

from benchmarks.plots import WIDTH, document

_ROW = 17
_LEFT, _TOP = 24, 44
_LEAST_SHARE = 0.004  # narrower frames are left out
_LETTER = 6.2  # pixels


class _Frame:
    def __init__(self) -> None:
        self.samples = 0
        self.callees: dict[str, _Frame] = {}

    def depth(self, least: float) -> int:
        return 1 + max((one.depth(least) for one in self.callees.values() if one.samples >= least), default=0)


class _Drawing:
    def __init__(self, root: _Frame) -> None:
        self.root = root
        self.least = max(1.0, root.samples * _LEAST_SHARE)
        self.height = _TOP + (root.depth(self.least) + 1) * _ROW
        self._scale = (WIDTH - 2 * _LEFT) / max(1, root.samples)

    def rows(self, frame: _Frame, x: float, y: float) -> Iterator[str]:
        """What `frame` calls, side by side from `x` on, each with all above it."""
        for name, one in sorted(frame.callees.items()):
            if one.samples >= self.least:
                width = one.samples * self._scale
                share = one.samples / self.root.samples
                yield f"<g><title>{escape(name)}: {share:.1%}</title>{_box(name, x, y, width)}</g>"
                yield from self.rows(one, x, y - _ROW)
                x += width


def flame_graph(title: str, stacks: Mapping[tuple[str, ...], int]) -> str:
    root = _Frame()
    for stack, count in stacks.items():
        frame = root
        frame.samples += count
        for name in stack:
            frame = frame.callees.setdefault(name, _Frame())
            frame.samples += count
    drawing = _Drawing(root)
    return document(title, drawing.height, list(drawing.rows(root, _LEFT, drawing.height - _ROW)))


def _box(name: str, x: float, y: float, width: float) -> str:
    letters = int((width - 6) / _LETTER)
    shown = name if len(name) <= letters else name[: max(0, letters - 1)] + "…"
    box = f'<rect x="{x:.1f}" y="{y - _ROW}" width="{max(0.5, width - 0.6):.1f}" height="{_ROW - 1}" rx="2"'
    word = f'<text x="{x + 3:.1f}" y="{y - 5}" font-size="10">{escape(shown)}</text>' if letters > 2 else ""
    return f'{box} fill="var(--c{_floor(name)})" fill-opacity=".28"/>{word}'


def _floor(name: str) -> int:
    """Ours by floor, libraries apart."""
    return next((number for number, place in enumerate(("rules/", "adapters/", "gateway/")) if f"({place}" in name), 3)
