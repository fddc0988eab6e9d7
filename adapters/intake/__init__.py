"""The intake store (接待记录): every call with its proof, and all that a restart needs. SQLite or PostgreSQL."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from adapters.errors import ConfigError
from adapters.intake.documents import incident_document, obligation_document
from adapters.intake.postgres import PostgresDatabase
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.store import IntakeStore
from adapters.intake.writer import Database

__all__ = ["database_of", "incident_document", "obligation_document", "open_store", "parse_url"]

_CURE = "write sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE"


def open_store(url: str, folder: Path) -> IntakeStore:
    """Not yet open: `await store.open()`. A relative SQLite file lies in `folder`. Raises ConfigError."""
    return IntakeStore(database_of(url, folder))


def database_of(url: str, folder: Path) -> Database:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(folder / str(parsed.database))
    return PostgresDatabase(parsed)


def parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError([("gateway.store", url, _CURE)]) from error
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"} and parsed.database not in {None, "", ":memory:"}:
        return parsed
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return parsed
    raise ConfigError([("gateway.store", parsed.render_as_string(hide_password=True), _CURE)])
