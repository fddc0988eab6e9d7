"""One definition, two databases: the migrations make exactly it, and a newer one is refused."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import text

from adapters.errors import ConfigError, StoreError
from adapters.intake import database_of, migrations, open_store
from adapters.intake.schema import REVISION, metadata
from adapters.ports import Store


async def test_the_migrations_make_the_tables_of_the_schema(store: Store, store_url: str, tmp_path: Path) -> None:
    with database_of(store_url, tmp_path).engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert context.get_current_revision() == REVISION
        assert compare_metadata(context, metadata) == []


async def test_a_store_made_before_the_radio_keeps_its_records(store_url: str, tmp_path: Path) -> None:
    database = database_of(store_url, tmp_path)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.engine().begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO incident (id, number, site, medium, direction, source, source_call, caller, caller_name, "
                "called, line, device, agent, queue, trunk, opened_us, outcome, holds, hold_us, flags, merged_into) "
                "VALUES (1, '20261121-0001', 's', 'phone', 'inbound', 'main', 'c', '138', '', '', '', '', '', '', '', "
                "5, 'answered', 0, 0, '[]', '')"
            )
        )
    store = open_store(store_url, tmp_path)
    await store.open()
    [kept] = (await store.incidents(limit=9)).items
    await store.close()
    assert (kept["number"], kept["unit"], kept["calls"], kept["facts"]) == ("20261121-0001", "", 0, {})


async def test_a_store_of_a_newer_gateway_is_refused_and_left_alone(store_url: str, tmp_path: Path) -> None:
    store = open_store(store_url, tmp_path)
    await store.open()
    await store.close()
    engine = database_of(store_url, tmp_path).engine()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    newer = open_store(store_url, tmp_path)
    with pytest.raises(StoreError, match=r"schema 9999, made by a newer hotline-gateway.*install the newer version"):
        await newer.open()
    await newer.close()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


@pytest.mark.parametrize(
    "url",
    ["hotline.db", "sqlite://", "sqlite:///:memory:", "mysql://root:geheim@db/x", "postgresql+asyncpg://u:geheim@h/d"],
)
def test_another_store_is_refused_with_the_cure_and_without_the_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"write sqlite:///FILE, or postgresql\+psycopg://") as refused:
        open_store(url, tmp_path)
    assert "geheim" not in str(refused.value)
