"""What a dispatcher sees and does about the radio, in a real browser."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import open_board, passes_through
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, Served, serve

pytestmark = pytest.mark.browser

GUARD = "100-4002"
HAIL = "#calls .hail"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, rules=RADIO_RULES) as running:
        yield running


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path) as running:
        yield running


@pytest.fixture
def air(served: Served) -> OnAir:
    return OnAir(served)


async def test_a_hail_counts_its_calls_up_to_the_breach(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served) as board:
        await air.call(GUARD)
        row = board.page.locator(HAIL)
        await expect(row).to_have_attribute("data-phase", "new")
        await expect(row.locator(".dots")).to_have_text("●○")
        await expect(row.locator(".number")).to_have_text("东门岗 王建国")
        await expect(row.locator(".route")).to_have_text("100-4002 · CH1 秩序")
        await expect(row.locator(".count small")).to_have_text(re.compile(r"还有 \d\.\d s"))
        await served.later(3)
        await air.call(GUARD)
        await expect(row).to_have_attribute("data-phase", "warn")
        await expect(row.locator(".state b")).to_have_text("第2声")
        await served.later(2.5)
        await air.call(GUARD)
        await expect(row).to_have_attribute("data-phase", "breach")
        await expect(row.locator(".dots")).to_have_text("●●●")
        await expect(board.page.locator("#strip")).to_have_attribute("data-phase", "breach")
        await expect(board.page.locator("#alert-rows .row[data-phase=breach]")).to_contain_text(GUARD)
        assert board.complaints == []


async def test_control_s_reply_is_green_and_leaves_its_verdict(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served) as board:
        await air.call(GUARD)
        await served.later(3)
        await air.control_speaks()
        row = board.page.locator(HAIL)
        assert re.search(r"1 声 [3-9]\.\d s", await passes_through(board.page, "done"))
        await expect(row.get_by_role("button", name="请稍等")).to_be_hidden()
        result = board.page.locator("#recents .row .result")
        await expect(result).to_contain_text("已应答")
        await expect(board.page.locator("#recents .row .number")).to_have_text("东门岗 王建国")
        assert board.complaints == []


@pytest.mark.parametrize("how", ["click", "key"])
async def test_a_hail_is_answered_by_hand(browser: Browser, served: Served, air: OnAir, how: str) -> None:
    async with open_board(browser, served) as board:
        await air.call(GUARD)
        row = board.page.locator(HAIL)
        await expect(row).to_have_count(1)
        if how == "click":
            await row.get_by_role("button", name="已应答").click()
        else:
            await board.page.keyboard.press("r")
        await passes_through(board.page, "done")
        await expect(board.page.locator("#said")).to_have_text("已记录应答")
        assert board.complaints == []


async def test_a_promise_is_owed_until_it_is_kept(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served) as board:
        await air.call(GUARD)
        await board.page.locator(HAIL).get_by_role("button", name="请稍等").click()
        owed = board.page.locator("#promises .row")
        await expect(owed).to_have_attribute("data-phase", "hold")
        await expect(owed.locator(".count b")).to_have_text(re.compile(r"^(10:00|09:5\d)$"))
        await served.later(490)
        await expect(owed).to_have_attribute("data-phase", "warn")
        await served.later(120)
        await expect(owed).to_have_attribute("data-phase", "breach")
        await owed.get_by_role("button", name="已答复").click()
        await expect(owed).to_have_count(0)
        assert board.complaints == []


async def test_a_hail_that_nobody_answered_stays_listed_as_missed(browser: Browser, served: Served, air: OnAir) -> None:
    for _ in range(3):
        await air.call(GUARD)
        await served.later(2.5)
    async with open_board(browser, served) as board:
        for _ in range(12):
            await served.later(31)
        missed = board.page.locator("#missed .row")
        await expect(missed).to_contain_text("东门岗 王建国")
        await expect(missed).to_contain_text("3 声")
        await board.page.reload()
        await expect(missed).to_have_count(1)
        await missed.get_by_role("button").click()
        await expect(board.page.locator("#detail .facts")).to_contain_text("无人应答")


@pytest.mark.parametrize("how", ["click", "key"])
async def test_an_emergency_stands_above_all_until_it_is_acknowledged(
    browser: Browser, served: Served, air: OnAir, how: str
) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await served.later(16)
        await air.emergency(GUARD)
        alarm = board.page.locator("#emergencies .emergency")
        await expect(alarm).to_have_count(1)
        await expect(alarm).to_contain_text("紧急")
        await expect(alarm).to_contain_text("100-4002")
        await expect(board.page.locator("#sound")).to_have_attribute("data-asked", "true")
        await expect(board.page.locator("kbd:visible").filter(has_text="A")).to_have_count(1)
        if how == "click":
            await alarm.locator(".text button").click()
            await expect(board.page.locator("#detail h3")).to_contain_text("记录")
            await alarm.locator(".acts button").click()
        else:
            await board.page.keyboard.press("a")
        await expect(alarm).to_have_count(0)
        assert board.complaints == []


async def test_the_strip_tells_who_is_on_each_channel(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served) as board:
        channels = board.page.locator("#channels .channel")
        await expect(channels).to_have_count(2)
        await expect(channels.nth(1)).to_contain_text("看不到应答")
        first = channels.nth(0)
        await expect(first).to_contain_text("还没有声音")
        await air.press(GUARD)
        await expect(first).to_have_attribute("data-phase", "open")
        await expect(first).to_contain_text("东门岗 王建国 (100-4002)")
        await served.later(1)
        await air.release(GUARD)
        await expect(first).to_have_attribute("data-phase", "quiet")
        await expect(first.locator("small")).to_have_text(re.compile(r"^\d+ s 前$"))
        await air.press_control()
        await expect(first).to_have_attribute("data-phase", "control")
        await expect(first).to_contain_text("控制台发话")


async def test_a_post_that_is_not_heard_in_time_is_missed_first(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served) as board:
        await board.page.locator("#units summary").click()
        await air.call(GUARD)
        units = board.page.locator("#unit-rows .unit")
        await expect(units.first).to_contain_text("东门岗 王建国")
        await served.at(601)
        await expect(board.page.locator("#units-missing")).to_have_text("■ 1 个岗位没有声音")
        await expect(units.first).to_contain_text("车库岗 (100-4003)")
        await air.call("100-4003")
        await expect(board.page.locator("#units-missing")).to_have_text("")


async def open_record(page: Page) -> None:
    await page.locator(f"{HAIL} .number").click()
    await expect(page.locator("#detail .told")).to_be_visible()


async def test_the_record_asks_for_the_five_facts_and_keeps_each(browser: Browser, served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    async with open_board(browser, served) as board:
        await open_record(board.page)
        lacks = board.page.locator("#detail .lacks")
        await expect(lacks).to_have_text("还缺：时间、地点、事由、当事人或通报人、需如何处理")
        await board.page.fill("#fact-place", "3栋 电梯")
        await board.page.fill("#fact-matter", "困人")
        await board.page.locator("#fact-matter").blur()
        await expect(lacks).to_have_text("还缺：时间、当事人或通报人、需如何处理")
        await expect(board.page.locator("#detail small", has_text="已保存")).to_have_count(2)
        _, record = await served.get(f"/api/v1/incidents/{number}")
        assert record["facts"] == {"place": "3栋 电梯", "matter": "困人"}
        assert board.complaints == []


async def test_nothing_typed_is_lost(browser: Browser, served: Served, air: OnAir) -> None:
    number = await air.call(GUARD)
    async with open_board(browser, served) as board:

        async def refuse(route: Route) -> None:
            await route.fulfill(status=503, json={"title": "The intake store does not answer"})

        await board.page.route("**/facts", refuse)
        await open_record(board.page)
        await board.page.fill("#fact-place", "地下车库")
        await board.page.locator("#fact-place").blur()
        await expect(board.page.locator("#detail .told")).to_contain_text("没有保存")
        await board.page.fill("#fact-person", "老李")  # and this field is not even left
        await air.control_speaks()  # the board goes on around it, the record too
        await expect(board.page.locator("#detail .verdicts")).to_contain_text("✔ 1 声")
        await expect(board.page.locator("#fact-person")).to_have_value("老李")
        await board.page.keyboard.press("Escape")
        await board.page.reload()
        await board.page.unroute("**/facts")
        await board.page.locator("#recents .record").click()
        await expect(board.page.locator("#fact-place")).to_have_value("地下车库")
        await expect(board.page.locator("#fact-person")).to_have_value("老李")
        await expect(board.page.locator("#detail small", has_text="已保存")).to_have_count(2)
        _, record = await served.get(f"/api/v1/incidents/{number}")
        assert record["facts"] == {"place": "地下车库", "person": "老李"}


async def test_the_language_changes_around_what_is_typed(browser: Browser, served: Served, air: OnAir) -> None:
    await air.call(GUARD)
    async with open_board(browser, served) as board:
        await open_record(board.page)
        await board.page.fill("#fact-place", "gate")
        await board.page.locator("#language").click()
        await expect(board.page.locator("#detail .told label").first).to_have_text("Time")
        await expect(board.page.locator("#fact-place")).to_have_value("gate")
        await expect(board.page.locator(f"{HAIL} .state b")).to_have_text("Call 1")


async def test_the_radio_fits_a_telephone(browser: Browser, served: Served, air: OnAir) -> None:
    async with open_board(browser, served, width=360) as board:
        await air.emergency(GUARD)
        await air.call("100-4003")
        await expect(board.page.locator(HAIL)).to_have_count(2)
        await open_first(board.page)
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= 360


async def open_first(page: Page) -> None:
    await page.locator(f"{HAIL} .number").first.click()
    await expect(page.locator("#detail .told")).to_be_visible()


async def test_a_site_without_radio_sees_none(browser: Browser, phones: Served) -> None:
    async with open_board(browser, phones) as board:
        await expect(board.page.locator("#calls-empty")).to_be_visible()
        await expect(board.page.locator("#radio")).to_be_hidden()
        await expect(board.page.locator("#units")).to_be_hidden()
