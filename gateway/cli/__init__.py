"""The command line, `hotline-gateway …`: how it begins, and how users' mistakes are told."""

import gc
import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from adapters.errors import ConfigError, GatewayError
from gateway.cli.commands import Commands

EX_CONFIG = 78  # sysexits.h: the configuration is wrong

app = typer.Typer(
    name="hotline-gateway",
    cls=Commands,
    help="Answers for every call: rings are counted, breaches are told, the record holds the proof.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # [[source]] is no markup
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback(invoke_without_command=True)
def _top(
    *,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if show_version:
        from importlib.metadata import version  # noqa: PLC0415 - costs the other commands 0.03 s

        typer.echo(version("hotline-gateway"))
        raise typer.Exit


def main(arguments: Sequence[str] | None = None) -> None:
    """Foreseen errors end in a sentence and an exit code; a traceback is always a bug."""
    os.umask(os.umask(0o077) | 0o027)  # what we keep names callers: it is not for every account of the machine
    gc.set_threshold(50_000)  # what imports make stays: to look for garbage among it took a twentieth of a start
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an old terminal that cannot show 三声 shows ?? and ends nothing
            stream.reconfigure(errors="replace")
    try:
        app(arguments)
    except ConfigError as error:
        _tell(error)
        sys.exit(EX_CONFIG)
    except GatewayError as error:
        typer.echo(f"hotline-gateway: {error}", err=True)
        sys.exit(1)


def _tell(error: ConfigError) -> None:
    count = len(error.problems)
    typer.echo(f"The configuration has {count} mistake{'s' if count > 1 else ''}; nothing was started:", err=True)
    for key, value, cure in error.problems:
        typer.echo(f"  {typer.style(key, bold=True)} = {value or '(empty)'}\n      {cure}", err=True)
