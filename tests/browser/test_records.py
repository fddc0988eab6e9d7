"""The pages of reception records in a real browser."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser


async def test_a_record_is_found_by_keyboard_and_read_at_every_width(browser: Browser, served: Served) -> None:
    call = await served.ring()
    await served.later(16)
    number = served.number(call)
    async with open_board(browser, served, width=360) as board:
        await board.page.get_by_role("link", name="记录", exact=True).click()
        await board.page.locator("input[name=q]").fill("8000")
        await board.page.keyboard.press("Enter")
        await board.page.get_by_role("link", name=number).click()
        await expect(board.page.locator("h2")).to_contain_text(number)
        await expect(board.page.locator(".judged").first).to_contain_text("三声接听")
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= 360
        await expect(board.page.locator("#banner")).to_contain_text("1 条告警待确认")
        await board.page.locator("#banner a").click()
        await expect(board.page.locator("#alert-rows .row")).to_have_count(1)
        assert board.complaints == []


async def test_a_page_beside_the_board_says_at_once_that_the_gateway_is_gone(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/incidents")
        await expect(board.page.locator("#link")).to_have_attribute("data-light", "green")
        port = int(served.url.rpartition(":")[2])
        await served.stop_web()
        await expect(board.page.locator("#banner")).to_contain_text("连接中断")
        await expect(board.page.locator("body")).to_have_class("dead")
        await served.start_web(port)
        await expect(board.page.locator("#banner")).to_be_hidden()
