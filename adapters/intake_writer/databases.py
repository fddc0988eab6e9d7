"""The database at a place, ready to be owned and written; only the driver that is used is loaded."""

from adapters.intake_writer.messages import PostgresServer, SqliteFile
from adapters.intake_writer.writer import WritableDatabase


def writable(place: SqliteFile | PostgresServer) -> WritableDatabase:
    if isinstance(place, SqliteFile):
        from adapters.intake_writer.sqlite import WritableFile  # noqa: PLC0415 - one driver, the one that is used

        return WritableFile(place.path)
    from adapters.intake_writer.postgres import WritableServer  # noqa: PLC0415

    return WritableServer(place)
