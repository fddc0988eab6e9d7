"""A served gateway for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fixtures.accounts import Browser, add
from tests.fixtures.served import Served, serve


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


@pytest.fixture
async def browser(served: Served) -> Browser:
    await add(served, "operator")
    return Browser(served)
