"""Every test that asks for `store` or `store_url` runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.intake import open_store
from adapters.ports import Store

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return "sqlite:///hotline.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def store(store_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(store_url, tmp_path)
    await opened.open()
    yield opened
    await opened.close()
