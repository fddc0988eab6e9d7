"""What a person filters on Now: it hides rows and says how many, hides nothing urgent, and follows them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from rules.settings import Line, RadioChannel
from tests.browser.conftest import command, open_board
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, Served, serve

pytestmark = pytest.mark.browser

LINES = (Line(number="4001", name="热线"), Line(number="4002", name="报修"))
GUARD = "100-4002"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, rules=msgspec.structs.replace(RADIO_RULES, lines=LINES)) as running:
        yield running


async def choose(page: Page, name: str, value: str) -> None:
    """It is kept on return."""
    async with page.expect_response(lambda answer: answer.url.endswith("/view") and answer.ok):
        await page.select_option(f"#filter_{name}", value)


async def test_a_filter_hides_rows_says_how_many_and_follows_its_person(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        page, rows = board.page, board.page.locator("#calls .row")
        await served.ring()
        hail = await OnAir(served).call(GUARD)
        await expect(rows).to_have_count(2)
        await expect(page.locator("#filtered")).to_be_hidden()
        await choose(page, "kind", "radio")
        await expect(rows).to_have_count(1)
        await expect(rows).to_have_class(re.compile("hail"))
        await expect(page.locator("#filtered span")).to_have_text("筛选隐藏了 1 行")
        await page.keyboard.press("c")  # it means no row that nobody sees: a call that rings would come first
        await expect(page.locator("#detail")).to_have_attribute("data-number", hail)
        assert board.complaints == []
    async with open_board(browser, served) as other, open_board(browser, served, by="李 009") as another:
        await expect(other.page.locator("#filter_kind")).to_have_value("radio")
        await expect(other.page.locator("#calls .row")).to_have_count(1)
        await expect(another.page.locator("#calls .row")).to_have_count(2)
        await other.page.click("#unfilter")
        await expect(other.page.locator("#calls .row")).to_have_count(2)
        await expect(other.page.locator("#filtered")).to_be_hidden()


async def test_one_line_alone_is_shown_by_a_command_too(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        page, rows = board.page, board.page.locator("#calls .row")
        await served.ring("13900139000", line="4001")
        await served.ring("13800138000", line="4002")
        await expect(rows).to_have_count(2)
        await command(page, "/只看 报修")
        await expect(page.locator("#filter_place")).to_have_value("line:4002")
        await expect(rows).to_have_count(1)
        await expect(rows.locator(".route")).to_contain_text("4002")
        await command(page, "/只看 没有的")
        await expect(page.locator("#said")).to_contain_text("没有的")
        await command(page, "/show")
        await expect(rows).to_have_count(2)


async def test_no_filter_hides_what_is_overdue_an_emergency_or_an_alert(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        page, rows = board.page, board.page.locator("#calls .row")
        await choose(page, "kind", "alerts")
        await served.ring()
        await expect(page.locator("#filtered span")).to_have_text("筛选隐藏了 1 行")
        await expect(rows).to_have_count(0)
        await served.later(15.1)
        await expect(rows).to_have_attribute("data-phase", "breach")
        await expect(page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await expect(page.locator("#filtered span")).to_have_text("筛选中，没有隐藏")
        await OnAir(served).emergency(GUARD)
        await expect(page.locator("#emergencies > li")).to_have_count(1)
        await expect(page.locator("#calls .hail")).to_have_count(1)
        assert board.complaints == []


async def test_what_is_kept_and_is_no_more_hides_nothing(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.evaluate(
            """async () => fetch("/api/v1/view", {method: "PUT", headers: {"Content-Type": "application/json"},
               body: JSON.stringify({view: {filter_place: "line:4999"}})})"""
        )
    await served.ring()
    async with open_board(browser, served) as board:
        await expect(board.page.locator("#calls .row")).to_have_count(1)
        await expect(board.page.locator("#filtered")).to_be_hidden()


async def test_on_a_desk_of_two_sites_one_alone_is_shown_and_what_is_overdue_elsewhere_all_the_same(
    browser: Browser, tmp_path: Path
) -> None:
    lakeside = (Line(number="5001", name="湖畔热线", site="湖畔"),)
    channels = (*RADIO_RULES.channels, RadioChannel(channel="CH2", name="湖畔秩序", site="湖畔"))
    rules = msgspec.structs.replace(RADIO_RULES, lines=(*LINES, *lakeside), channels=channels)
    async with serve(tmp_path, rules=rules) as served, open_board(browser, served) as board:
        page, rows = board.page, board.page.locator("#calls .row")
        await served.ring("13900139000", line="4001")
        there = await served.ring("13800138000", line="5001", device="8002")
        hail = await OnAir(served, channel="CH2", source="scanner").call(GUARD)
        await expect(rows).to_have_count(3)
        await choose(page, "place", "site:湖畔")
        await expect(rows).to_have_count(2)
        shown = {served.number(there), hail}
        assert {await row.get_attribute("data-number") for row in await rows.all()} == shown
        await expect(page.locator("#filtered span")).to_have_text("筛选隐藏了 1 行")
        await command(page, "/只看 滨江")
        await expect(page.locator("#filter_place")).to_have_value("site:滨江花园")
        await expect(rows).to_have_count(1)
        await expect(rows.locator(".route")).to_contain_text("4001")
        await served.answer("call-1")
        await served.later(15.1)  # nobody answered at the lake
        await expect(page.locator("#calls .call[data-phase=breach]")).to_have_attribute(
            "data-number", served.number(there)
        )
        assert board.complaints == []
