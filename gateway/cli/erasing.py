"""The command `erase`: who asks to be forgotten, and what is old enough."""

from typing import Annotated

import typer

from adapters.errors import GatewayError
from adapters.intake import database_of
from adapters.intake.erasing import Wanted
from adapters.intake.erasing import erase as erase_from
from gateway.cli import machine
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.clock import AnchoredClock
from gateway.config import load
from rules.moments import SECOND_US
from rules.phone_numbers import number_key

_DAY_US = 86_400 * SECOND_US


def erase(
    *,
    number: Annotated[str, typer.Option(help="Whose records: a telephone number, in any spelling.")] = "",
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", min=1, max=36_500, help="All records closed before that.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without this it only counts.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
) -> None:
    """Take numbers, names and words out of closed records. Stop the gateway first; it cannot be undone."""
    if bool(number) == (older_than is not None):
        raise GatewayError("name one of --number and --older-than")
    if number and not number_key(number):
        raise GatewayError(f"{number!r} is no telephone number")
    checked = load(config)
    now_us = AnchoredClock()()
    wanted = Wanted(number, None if older_than is None else now_us - older_than * _DAY_US)
    database = database_of(checked.gateway.store, checked.folder)
    done = erase_from(database, wanted, number_key, now_us, really=yes)
    if yes:
        told = {"records": done.records, "entries": done.entries} | ({"days": older_than} if older_than else {})
        machine.tell_audit(checked, "records_erased", "number" if number else "age", **told)
    typer.echo(f"{done.records:,} records and {done.entries:,} journal entries {'are' if yes else 'would be'} erased")
    if done.live:
        typer.echo(f"{done.live:,} more are not over yet, or only since an hour: erase again when they are")
    typer.echo("backups made before still hold it all" if yes else "nothing was changed: --yes does it")
