"""The board with all that it shows at once, without a serious fault of access; its pictures are those of the docs.

`PICTURES=docs/images` (make test-browser PICTURES=docs/images) keeps them there.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from playwright.async_api import Browser, expect

from gateway.desk_settings import DeskTables
from gateway.web.pages.table import PAGES
from tests.browser.busy_minute import RESIDENTS, a_busy_minute
from tests.browser.conftest import open_board
from tests.browser.looking import faults, keep
from tests.fixtures.served import RADIO_RULES, RULES, Served, serve

pytestmark = pytest.mark.browser


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    rules = msgspec.structs.replace(RADIO_RULES, lines=RULES.lines)
    async with serve(tmp_path, rules=rules) as running:
        running.desk.take(DeskTables(residents=RESIDENTS))
        yield running


class Look(NamedTuple):
    """One way to look at the board."""

    name: str
    locale: str
    theme: str
    width: int


LOOKS = (
    Look("desk", "zh-CN", "day", 1440),
    Look("desk.en", "en-GB", "night", 1440),
    Look("desk.contrast", "zh-CN", "contrast", 1440),
    Look("desk.phone", "zh-CN", "night", 390),
)


@pytest.mark.parametrize("look", LOOKS, ids=[look.name for look in LOOKS])
async def test_the_board_at_work_has_no_serious_fault_of_access(
    browser: Browser, served: Served, tmp_path: Path, look: Look
) -> None:
    call = await a_busy_minute(served)
    async with open_board(browser, served, locale=look.locale, width=look.width) as board:
        page = board.page
        await page.keyboard.press("/")
        await page.fill("#order", f"/theme {look.theme}")
        await page.keyboard.press("Enter")
        await expect(page.locator("html")).to_have_attribute("data-theme", look.theme)
        await expect(page.locator("#calls .row")).to_have_count(6)
        await keep(page, look.name.replace("desk", "board"), tmp_path)
        assert await faults(page) == []
        await page.locator(f"#calls .row[data-number='{served.number(call)}'] .number").click()
        await page.locator("#detail .told").wait_for()
        await page.keyboard.press("c")
        await expect(page.locator("#detail .care")).to_have_attribute("data-care", "mine")
        await page.fill("#fact-matter", "厨房漏水，已关总阀")
        await page.locator("#fact-matter").press("Escape")
        await expect(page.locator("#detail [data-saved=kept]")).to_have_count(3)  # two of them by the directory
        await page.evaluate("scrollTo(0, 0)")
        await keep(page, look.name, tmp_path)
        assert await faults(page) == []
        await page.keyboard.press("?")
        await expect(page.locator("#keys")).to_be_visible()
        assert await faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= look.width
        assert board.complaints == []


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
async def test_no_page_has_a_serious_fault_of_access(browser: Browser, served: Served, locale: str) -> None:
    await a_busy_minute(served)
    async with open_board(browser, served, locale=locale) as board:
        for path in [page.path for page in PAGES] + ["/login"]:
            await board.page.goto(served.url + path)
            await board.page.locator("h1").first.wait_for()
            assert await faults(board.page) == [], path
