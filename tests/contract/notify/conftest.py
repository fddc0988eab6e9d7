"""Services that take what a notifier sends, and the log that is written meanwhile."""

import io
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from gateway import logs
from tests.contract.notify.services import Mailbox, WebService, mail_server, web_service


@pytest.fixture
async def web_server() -> AsyncIterator[WebService]:
    async with web_service() as here:
        yield here


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as here:
        yield here


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that our log gets, at its most talkative."""
    root = logging.getLogger()
    before, level, config = root.handlers[:], root.level, structlog.get_config()
    out = io.StringIO()
    logs.configure("json", stream=out)
    root.setLevel(logging.DEBUG)
    yield out
    root.handlers[:] = before
    root.setLevel(level)
    structlog.configure(**config)
