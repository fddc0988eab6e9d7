"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The configuration, a TOML file.")]
DEFAULT_CONFIG = Path("hotline.toml")
