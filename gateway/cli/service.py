"""Commands about the service itself: run, check-config, show-config."""

import sys
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer
import uvloop

from adapters.errors import GatewayError, StoreError
from gateway import logs
from gateway.access.kept import ACCOUNT
from gateway.app import Gateway, serve
from gateway.cli import machine
from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.clock import AnchoredClock
from gateway.config import Config, load
from gateway.people_checks import gap_remarks
from gateway.showing import config_as_toml, reference

EX_SOFTWARE = 70  # sysexits.h: a bug of ours


def run(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Serve until SIGTERM or Ctrl-C. SIGHUP reads rules and secrets again. Exit code 78: the configuration is wrong."""
    checked = load(config)
    logs.configure(checked.gateway.log, mask=checked.gateway.mask_numbers)
    try:
        uvloop.run(serve(checked, _announce))
    except GatewayError:
        raise
    except Exception:  # noqa: BLE001 (the top of the program: a bug is logged as one event, and ends it)
        structlog.get_logger().critical("a bug ended the gateway; start it again, it recovers", exc_info=True)
        sys.exit(EX_SOFTWARE)


def check_config(config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say all that is wrong with the configuration, or that it is right. Exit code 78 if wrong."""
    checked = load(config)
    for remark in (*checked.remarks, *gap_remarks(checked.rules, AnchoredClock()()), *_account_remarks(checked)):
        typer.echo(f"note: {remark}")
    typer.echo(
        f"{config} is right: site {checked.gateway.site}, {len(checked.sources)} source(s), "
        f"{len(checked.notifiers)} notifier(s), rule set {checked.rules.version}"
    )


def _account_remarks(config: Config) -> Iterator[str]:
    """A store that is away is none of this command's business: `run` waits for it."""
    try:
        kept = machine.on_store(config, lambda store: store.access())
    except StoreError:  # also one that is not made yet
        kept = {}
    if not any(key.startswith(ACCOUNT) for key in kept):
        yield (
            "no accounts: who has the token or a one-time link may do all, under any name; "
            "hotline-gateway account add NAME --role operator"
        )


def show_config(
    *,
    config: ConfigFile = DEFAULT_CONFIG,
    as_reference: Annotated[bool, typer.Option("--reference", help="Instead, all keys there are (Markdown).")] = False,
) -> None:
    """Print every value in force, defaults too. Secrets are hidden."""
    typer.echo(reference() if as_reference else config_as_toml(load(config)), nl=False)


def _announce(gateway: Gateway) -> None:
    """For whoever sits at the terminal: where the board is. The first start also shows the token it made."""
    if gateway.token_made:
        made = gateway.config.token_file.read_text(encoding="utf-8").strip()
        typer.echo(f"First start: made the API token {made}\n  It is kept in {gateway.config.token_file}")
    if gateway.token_made or sys.stderr.isatty():
        typer.echo(f"Board: {gateway.sign_in_link}\n  The link signs one visitor in, within ten minutes.")
