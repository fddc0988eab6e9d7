"""The emergency list as one page by itself, to be printed or kept where no network is needed."""

from pathlib import Path
from typing import Final

import jinja2

from gateway.emergency.settings import Emergency
from rules.moments import at_of, zone_of

_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined
)


def sheet(emergency: Emergency, site: str, at_us: int, timezone: str) -> str:
    day = at_of(at_us).astimezone(zone_of(timezone)).date()
    return _TEMPLATES.get_template("sheet.html").render(emergency=emergency, site=site, day=day)
