"""The page of reports: its wide table fits a desk's screen, and on a telephone slides under its first column."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser

FRAME = ".scroll:has(.whole)"


async def test_the_table_of_all_figures_fits_the_desk_in_both_languages_and_slides_on_a_telephone(
    browser: Browser, served: Served
) -> None:
    call = await served.ring()
    await served.later(3)
    await served.answer(call)
    await served.hang_up(call)
    for locale, width in (("en-GB", 1440), ("zh-CN", 1440), ("en-GB", 390), ("zh-CN", 390)):
        async with open_board(browser, served, locale=locale, width=width) as board:
            page = board.page
            await page.goto(f"{served.url}/reports")
            frame, figure = page.locator(FRAME), page.locator(".whole tbody th").first
            await expect(figure).to_be_visible()
            hidden = await frame.evaluate("(frame) => frame.scrollWidth - frame.clientWidth")
            assert (hidden > 0) == (width < 1440), (locale, width, hidden)
            await frame.evaluate("(frame) => (frame.scrollIntoView(), frame.scrollTo(frame.scrollWidth, 0))")
            await expect(page.locator(".whole .version").first).to_be_in_viewport()
            await expect(figure).to_be_in_viewport(ratio=0.8)  # what a row is about stays in sight
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert board.complaints == []
