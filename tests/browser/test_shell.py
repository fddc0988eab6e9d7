"""The frame of every page: its navigation, its language and colours, in a real browser."""

import re

import pytest
from playwright.async_api import Browser, expect

from gateway.web.pages.table import PAGES
from tests.browser.conftest import open_board
from tests.browser.looking import faults
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser


async def test_every_page_opens_without_a_complaint_in_both_languages(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        for language in ("zh-CN", "en"):
            for row in PAGES:
                await board.page.goto(served.url + row.path)
                await expect(board.page.locator("html")).to_have_attribute("lang", language)
                alive = board.page.locator("#clock")  # told only by a gateway that answers
                await expect(alive).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
            await board.page.goto(served.url)
            await board.page.keyboard.press("l")
        assert board.complaints == []


async def test_colours_and_language_hold_on_all_pages(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        for _ in range(2):  # by the machine, day, night
            await board.page.keyboard.press("t")
        await board.page.keyboard.press("l")
        await board.page.reload()
        await expect(board.page.locator("html")).to_have_attribute("data-theme", "night")
        await expect(board.page.locator("nav.pages a").first).to_have_text("Now")


@pytest.mark.parametrize("width", [360, 1440])
async def test_the_navigation_is_there_for_the_keyboard_at_every_width(
    browser: Browser, served: Served, width: int
) -> None:
    async with open_board(browser, served, width=width) as board:
        last = board.page.locator("nav.pages a").last
        await last.focus()
        await expect(last).to_be_in_viewport()
        await expect(board.page.locator("nav.pages [aria-current=page]")).to_have_count(1)
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/nothing-here", "/incidents/20200101-0001", "/incidents?cursor=nonsense"])
async def test_what_cannot_be_shown_is_said_in_words_with_a_way_back(
    browser: Browser, served: Served, path: str
) -> None:
    async with open_board(browser, served, width=390) as board:
        await board.page.goto(served.url + path)
        await expect(board.page.locator("main")).to_be_visible()
        assert "{" not in await board.page.locator("body").inner_text()
        assert await faults(board.page) == []
        if path != "/incidents?cursor=nonsense":  # its page stands, and says what is wrong
            await expect(board.page.locator("main")).to_contain_text("没有这一页，或没有这条记录")
            await expect(board.page.locator("main")).to_contain_text("There is no such page or record")
            await board.page.get_by_role("link", name="回到").click()
            await expect(board.page.locator("#now-title")).to_be_visible()


async def test_a_program_is_told_a_problem_as_a_document(served: Served) -> None:
    status, told = await served.ask("GET", "/api/v1/incidents/20200101-0001", headers={"Accept": "text/html"})
    assert (status, told["title"]) == (404, "No such incident")
    status, told = await served.get("/incidents/20200101-0001")
    assert (status, told["status"]) == (404, 404)
