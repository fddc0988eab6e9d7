"""The wall board in a real browser: it is read from afar, and nothing on it ever jumps."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser
SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter((node) => node.childElementCount === 0 && node.textContent.trim() && node.checkVisibility())
    .filter((node) => node.tagName !== 'NOSCRIPT')
    .map((node) => parseFloat(getComputedStyle(node).fontSize))) / innerHeight * 100"""


async def test_each_call_keeps_its_place_and_numbers_are_masked(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/wall")
        calls = [await served.ring(f"1380013800{n}") for n in range(3)]
        slots = board.page.locator(".slot")
        for n in range(3):
            await expect(slots.nth(n)).to_contain_text(f"138****800{n}")
        await served.later(16)
        await served.answer(calls[1])
        await served.hang_up(calls[0])
        await expect(slots.nth(1)).to_contain_text("通话")
        await expect(slots.nth(2)).to_have_attribute("data-phase", "breach")
        await expect(slots.nth(2)).to_contain_text("138****8002")
        await expect(board.page.locator("#strip")).to_contain_text("告警待确认")
        assert "13800138" not in await board.page.locator("body").inner_text()
        assert await board.page.evaluate(SMALLEST) >= 2.2
        assert await board.page.locator("a, button, input").count() == 0
        assert board.complaints == []


async def test_a_lost_connection_is_loud_and_a_renewed_gateway_reloads_it(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/wall")
        await expect(board.page.locator("#clock")).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        await board.page.evaluate("document.body.dataset.version = 'of yesterday'")
        port = int(served.url.rpartition(":")[2])
        await served.stop_web()
        await expect(board.page.locator("#lost")).to_contain_text("连接中断")
        await served.start_web(port)
        await expect(board.page.locator("body")).to_have_attribute("data-version", "0.0.test")
        await expect(board.page.locator("#lost")).to_be_hidden()
