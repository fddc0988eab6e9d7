"""Commands about what was recorded: decode, replay, backup."""

import asyncio
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import Progress

from adapters.errors import GatewayError
from adapters.intake import open_store
from adapters.intake.backup import backup as copy_store
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.clock import AnchoredClock
from gateway.config import Config, load
from gateway.config_tables import ConfiguredSource
from gateway.decoded import as_json_lines, as_lines_with_bytes, show_events, show_judgement
from gateway.decoding import Decoded, Hints
from gateway.decoding import decode as decode_bytes
from gateway.reading import nearest
from gateway.replaying import LEAD_US, Replayed, day_range_us, show
from gateway.replaying import replay as replay_day
from gateway.terminal import terminal
from rules.events import Unparsed
from rules.settings import RuleSet

_SAMPLE_RULES = RuleSet(version="rs-defaults", site="sample")


def decode(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recorded body or stream; - reads standard input.")],
    *,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", metavar="FILE", help="Whose source and rules.")
    ] = None,
    source: Annotated[str, typer.Option(help="Name of the [[source]] it came from; guessed without it.")] = "",
    kind: Annotated[str, typer.Option(help="Kind of source; prints JSON lines with the bytes of each event.")] = "",
    is_hex: Annotated[bool, typer.Option("--hex", help="FILE holds hexadecimal digits, a datagram a line.")] = False,
    content_type: Annotated[str, typer.Option(help="As the sender gave it; guessed without it.")] = "",
    query: Annotated[str, typer.Option(help="The part of the address behind the question mark.")] = "",
    judge: Annotated[
        bool, typer.Option("--judge", help="Also what the rules would say, by the source's times.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The events as JSON lines instead of a table.")] = False,
) -> None:
    """Show what the gateway makes of a recording. A webhook's body, Asterisk's manager stream, or a radio's bytes.

    Exit code 1: nothing of it could be read.
    """
    checked = load(config) if config is not None else None
    told_by = _source(checked, source)
    zone = checked.gateway.timezone if checked is not None else _SAMPLE_RULES.timezone
    hints = Hints(kind=kind, is_hex=is_hex, content_type=content_type, query=query, zone=zone)
    decoded = decode_bytes(_read(file), told_by, hints)
    _show(decoded, hints, checked.rules if checked is not None else _SAMPLE_RULES, judge=judge, as_json=as_json)
    if decoded.events and all(isinstance(event, Unparsed) for event in decoded.events):
        raise typer.Exit(1)


def _show(decoded: Decoded, hints: Hints, rules: RuleSet, *, judge: bool, as_json: bool) -> None:
    if hints.kind and not judge:
        for line in as_lines_with_bytes(decoded):
            typer.echo(line)
        for remark in decoded.remarks:
            typer.echo(remark, err=True)
        return
    if as_json:
        for line in as_json_lines(decoded):
            typer.echo(line)
        return
    console = terminal()
    show_events(console, decoded)
    if judge:
        show_judgement(console, decoded.events, rules)


def replay(
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="A configuration whose rules are tried.")],
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The site's day; today without it.")
    ] = None,
) -> None:
    """Judge a past day again under other rules. Shows which verdicts and alerts would differ; changes nothing."""
    checked = load(config)
    rules = checked.rules, load(other).rules
    chosen = (day or datetime.now(ZoneInfo(checked.gateway.timezone))).date()
    show(terminal(), asyncio.run(_replay(checked, rules, chosen)))


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write; it must not be there yet.")],
    *,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Copy the store to a file while the gateway goes on. How to restore: docs/OPERATIONS.md."""
    checked = load(config)
    with Progress(console=terminal(to_stderr=True), transient=True) as bar:
        task = bar.add_task("copying", total=None)
        copy_store(
            checked.gateway.store,
            checked.folder,
            target.absolute(),
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    typer.echo(f"{target}: the whole store, checked, {target.stat().st_size:,} bytes")


async def _replay(checked: Config, rules: tuple[RuleSet, RuleSet], day: date) -> Replayed:
    from_us, until_us = day_range_us(day, checked.gateway.timezone)
    day_us = from_us, min(until_us, AnchoredClock()())  # what is not yet due today is no breach
    store = open_store(checked.gateway.store, checked.folder)
    try:
        with Progress(console=terminal(to_stderr=True), transient=True) as bar:
            task = bar.add_task(f"judging {day}", total=day_us[1] - day_us[0] + LEAD_US)
            return await replay_day(
                store, rules, day_us, lambda at_us: bar.update(task, completed=at_us - day_us[0] + LEAD_US)
            )
    finally:
        await store.close()


def _source(checked: Config | None, name: str) -> ConfiguredSource | None:
    if not name:
        return None
    if checked is None:
        raise GatewayError("--source names a [[source]] of a configuration: name that by --config")
    names: dict[str, Any] = {source.settings.name: source for source in checked.sources}
    if name not in names:
        raise GatewayError(f'no [[source]] "{name}": {nearest(name, names)}there are: {", ".join(names)}')
    found: ConfiguredSource = names[name]
    return found


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except FileNotFoundError as error:
        raise GatewayError(f"there is no file {file}: check its path") from error
    except IsADirectoryError as error:
        raise GatewayError(f"{file} is a folder: name a file in it") from error
    except OSError as error:
        raise GatewayError(f"{file} cannot be read ({error.strerror}): your user must be able to read it") from error
