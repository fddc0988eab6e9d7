"""The intake store (接待记录): every call with its proof, and all that a restart needs. SQLite or PostgreSQL."""

from pathlib import Path

from adapters.intake.backup import backup
from adapters.intake.documents import incident_document, obligation_document
from adapters.intake.reads import Database
from adapters.intake.sqlite import SqliteDatabase
from adapters.intake.store import IntakeStore
from adapters.intake.urls import parse_url, sqlite_path

__all__ = ["backup", "database_of", "incident_document", "obligation_document", "open_store", "parse_url"]


def open_store(url: str, folder: Path) -> IntakeStore:
    """Not yet open: `await store.open()`. A relative SQLite file lies in `folder`. Raises ConfigError."""
    return IntakeStore(database_of(url, folder))


def database_of(url: str, folder: Path) -> Database:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(sqlite_path(parsed, folder))
    from adapters.intake.postgres import PostgresDatabase  # noqa: PLC0415 - its driver costs a start 0.2 s: only if used

    return PostgresDatabase(parsed)
