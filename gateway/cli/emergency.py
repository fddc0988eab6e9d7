"""The command about emergencies: emergency-list."""

import typer

from gateway.cli.options import DEFAULT_CONFIG, ConfigFile
from gateway.clock import AnchoredClock
from gateway.config import load
from gateway.emergency.sheet import sheet


def emergency_list(*, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Print the emergency numbers and plans as one HTML page, to keep where no network is needed."""
    found = load(config)
    typer.echo(sheet(found.desk.emergency, found.gateway.site, AnchoredClock()(), found.gateway.timezone), nl=False)
