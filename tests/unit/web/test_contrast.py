"""Every text colour of the board on its fill reaches WCAG AA, 4.5 to 1, in each theme."""

import re
from pathlib import Path

import gateway.web

CSS = (Path(gateway.web.__file__).parent / "static" / "base.css").read_text()
STATES = ("new", "warn", "last", "breach", "done", "unknown")


def themes() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, body in re.findall(r':root(?:\[data-theme="(\w+)"\])? \{(.*?)\}', CSS, re.DOTALL):
        found[name or "day"] = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", body))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_all_themes_are_readable() -> None:
    assert set(themes()) == {"day", "night", "contrast"}
    for theme, colours in themes().items():
        pairs = [(f"{state}-ink", state) for state in STATES]
        pairs += [(ink, fill) for ink in ("ink", "muted", "accent", "breach-text") for fill in ("surface", "page")]
        pairs += [("done-ink", "surface"), ("warn-ink", "surface"), ("unknown-ink", "hatch")]
        for ink, fill in pairs:
            assert contrast(colours[ink], colours[fill]) >= 4.5, (theme, ink, fill)
