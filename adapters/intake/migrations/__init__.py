"""Brings a database to `schema.REVISION`; refuses one that a newer gateway made."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from adapters.errors import StoreError
from adapters.intake.schema import REVISION


def upgrade(engine: Engine, found: str | None) -> None:
    """`found`: the revision the database names; None for an empty one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    if found is not None:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found not in known:
            raise StoreError(
                f"the store has schema {found}, made by a newer hotline-gateway; this one knows up to {REVISION}: "
                "install the newer version again, or restore the backup made before its first start"
            )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
