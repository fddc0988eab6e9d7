"""What may stand in `gateway.store`."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.errors import ConfigError

_CURE = "write sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE"


def parse_url(url: str) -> URL:
    """Raises ConfigError, without the password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: its port is no number; a password may stand anywhere
        scheme, mark, _ = url.partition("://")
        raise ConfigError([("gateway.store", f"{scheme}://…" if mark else url, _CURE)]) from error
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"} and parsed.database not in {None, "", ":memory:"}:
        return parsed
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return parsed
    raise ConfigError([("gateway.store", parsed.render_as_string(hide_password=True), _CURE)])


def sqlite_path(url: URL, folder: Path) -> Path:
    """A relative file lies in `folder`, that of the configuration."""
    return folder / str(url.database)
