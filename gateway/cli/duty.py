"""The command about people: duty."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from adapters.errors import GatewayError
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.clock import AnchoredClock
from gateway.config import load
from gateway.duty_calendar import as_calendar
from gateway.reading import nearest
from gateway.terminal import terminal
from rules.duty import gaps, person, roles, shown_name, stints
from rules.moments import SECOND_US, at_of, us_of, zone_of
from rules.settings import RuleSet

_DAY_US = 86_400 * SECOND_US
_NOBODY = "nobody"


def duty(
    role: Annotated[str, typer.Argument(metavar="[ROLE]", help="Only this role; all of them without it.")] = "",
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="From then on; now without it.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days.")] = 7,
    calendar: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as an iCalendar file instead.")
    ] = None,
) -> None:
    """Show who stands for which role when, and when nobody does."""
    rules = load(config).rules
    known = roles(rules)
    if not known:
        raise GatewayError("nobody stands for anything: add [[person]] and [[shift]], see docs/PEOPLE.md")
    if role and role not in known:
        raise GatewayError(f'no role "{role}": {nearest(role, known)}there are: {", ".join(known)}')
    named = (role,) if role else known
    from_us = AnchoredClock()() if at is None else us_of(at.replace(tzinfo=zone_of(rules.timezone)))
    until_us = from_us + days * _DAY_US
    if calendar is not None:
        calendar.write_bytes(as_calendar(rules, named, from_us, until_us))
        typer.echo(f"{calendar}: {', '.join(named)}, {days} days")
        return
    console = terminal()
    for one in named:
        console.print(_table(rules, one, from_us, until_us))


def _table(rules: RuleSet, role: str, from_us: int, until_us: int) -> Table:
    zone = zone_of(rules.timezone)

    def moment(at_us: int) -> str:
        return f"{at_of(at_us).astimezone(zone):%a %Y-%m-%d %H:%M}"

    table = Table("from", "until", "who", title=f"{role} ({rules.timezone})", title_justify="left")
    lines = []
    for stint in stints(rules, role, from_us, until_us):
        who = shown_name(person(rules, stint.person))
        lines.append((stint.from_us, stint.until_us, f"{who} (instead)" if stint.instead else who))
    lines += [(gap.from_us, gap.until_us, _NOBODY) for gap in gaps(rules, role, from_us, until_us)]
    for begin_us, end_us, who in sorted(lines):
        table.add_row(moment(begin_us), moment(end_us), Text(who, "bold red" if who == _NOBODY else ""))
    return table
