"""The wall board in a real browser: it is read from afar, and nothing on it ever jumps."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import open_board
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, Served, serve

pytestmark = pytest.mark.browser
SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')]
    .filter((node) => node.childElementCount === 0 && node.textContent.trim() && node.checkVisibility())
    .filter((node) => node.tagName !== 'NOSCRIPT')
    .map((node) => parseFloat(getComputedStyle(node).fontSize))) / innerHeight * 100"""
NOTE_FIGURES = """
  window.figures = [];
  new MutationObserver(() => window.figures.push(document.getElementById("today")?.textContent ?? ""))
    .observe(document, { subtree: true, childList: true, characterData: true });
"""


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


async def test_who_waits_takes_the_place_of_a_conversation_on_a_full_board(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.goto(served.url + "/wall")
        slots = board.page.locator(".slot")
        for n in range(6):
            await served.answer(await served.ring(f"1380013800{n}"))
            await expect(slots.nth(n)).to_contain_text(f"138****800{n}")
        await served.later(60)
        await served.ring("13800138009")
        await expect(slots.nth(0)).to_contain_text("138****8009")
        for n in range(1, 6):
            await expect(slots.nth(n)).to_contain_text(f"138****800{n}")
        await expect(board.page.locator("#waits")).to_contain_text("另有 1 项")


async def test_an_emergency_is_named_until_somebody_acknowledges_it(browser: Browser, tmp_path: Path) -> None:
    async with serve(tmp_path, rules=RADIO_RULES) as radio, open_board(browser, radio) as board:
        await board.page.goto(radio.url + "/wall")
        await OnAir(radio).emergency("100-4002")
        waits = board.page.locator("#waits")
        await expect(waits).to_contain_text(re.compile("^■■ 紧急 .*100-4002"))
        for alert in [one for one in radio.pipeline.state.alerts.values() if one.state == "raised"]:
            await radio.ask("POST", f"/api/v1/alerts/{alert.id}/acknowledge", json={"by": "王 008"})
        await expect(waits).not_to_contain_text("紧急")
        assert board.complaints == []


async def test_the_first_figures_shown_count_the_call_backs_that_are_owed(browser: Browser, served: Served) -> None:
    call = await served.ring()
    await served.later(7)
    await served.hang_up(call)
    async with open_board(browser, served) as board:
        await board.page.add_init_script(NOTE_FIGURES)
        await board.page.goto(served.url + "/wall")
        await expect(board.page.locator("#today")).to_contain_text("待回电 1")
        assert [one for one in await board.page.evaluate("window.figures") if "待回电 0" in one] == []


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
