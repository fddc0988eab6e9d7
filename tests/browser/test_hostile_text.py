"""Markup in everything that strangers can say: it is shown as text on the board, and nothing of it runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, expect

from rules.events import Delivered, Status, Text, Unparsed
from rules.settings import Unit
from tests.browser.conftest import open_board
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, Served, serve

pytestmark = pytest.mark.browser

MARKUP = "\"'><img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
ALIASED = "100-4009"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    alias = Unit(unit=ALIASED, name=MARKUP, post=MARKUP)
    async with serve(tmp_path, rules=msgspec.structs.replace(RADIO_RULES, units=(alias,))) as running:
        yield running


async def test_nothing_that_strangers_say_runs_on_the_board(browser: Browser, served: Served) -> None:
    air = OnAir(served)
    async with open_board(browser, served, locale="en-US") as board:
        await served.submit(
            Delivered(
                source="main", call=MARKUP, leg=MARKUP, role="agent", direction="inbound", caller=MARKUP,
                caller_name=MARKUP, called=MARKUP, device=MARKUP,
            ),
            Text(source="tower", channel="CH1", unit=MARKUP, text=MARKUP, id=MARKUP),
            Status(source="tower", channel="CH1", unit=ALIASED, status=MARKUP),
            Unparsed(source="tower", reason=MARKUP),
        )  # fmt: skip
        await air.call(ALIASED)
        await air.emergency(MARKUP)
        await served.later(40)
        await expect(board.page.locator("#alert-rows .row").first).to_contain_text("<img src=x")
        await expect(board.page.locator("#calls .row").first).to_contain_text("<img src=x")
        await served.hang_up(MARKUP)
        await board.page.locator("#recents button").first.click()
        await expect(board.page.locator("#detail .facts")).to_contain_text("<img src=x")
        assert await board.page.locator("img").count() == 0
        assert await board.page.locator("script:not([src])").count() == 0
        assert "taken" not in await board.page.title()
        assert board.complaints == []
