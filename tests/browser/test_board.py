"""What a dispatcher sees and does, in a real browser."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from playwright.async_api import Browser, expect

from rules.events import Delivered
from tests.browser.conftest import open_board, passes_through
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser

SCRIPT = "<img src=x onerror=\"document.title='taken'\">"


SHAPE_OF_WORDS = """async (language) => {
  const words = (await import(`/static/words.${language}.js`)).default;
  const places = (text) => (typeof text === "function" ? text.length : -1);
  return Object.entries(words).map(([key, text]) => [key, places(text)]).sort();
}"""


async def test_a_ringing_call_counts_its_rings_up_to_the_breach(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await expect(board.page.locator("#calls-empty")).to_contain_text("2 个来源")
        await served.ring(name="李先生")
        row = board.page.locator("#calls .row")
        await expect(row).to_have_attribute("data-phase", "new")
        await expect(row.locator(".dots")).to_have_text("●○○")
        await expect(row.locator(".number")).to_have_text("138****8000")
        await expect(row.locator(".route")).to_have_text("4001 热线 → 8001")
        await served.later(5)
        await expect(row).to_have_attribute("data-phase", "warn")
        await expect(row.locator(".dots")).to_have_text("●●○")
        await expect(row.locator(".state b")).to_have_text("第2声")
        await served.later(5)
        await expect(row).to_have_attribute("data-phase", "last")
        await expect(row.locator(".dots")).to_have_text("●●●")
        await served.later(5)
        await expect(row).to_have_attribute("data-phase", "breach")
        await expect(row.locator(".count b")).to_have_text(re.compile(r"[12]\d\.\d s"))
        await expect(board.page.locator("#strip")).to_have_attribute("data-phase", "breach")
        await expect(board.page.locator("#breach-said")).to_contain_text("响铃超时未接")
        assert board.complaints == []


async def test_an_answer_in_time_is_green_then_quiet_and_leaves_its_verdict(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring()
        await served.later(7.4)
        await served.answer(call)
        row = board.page.locator("#calls .row")
        green = await passes_through(board.page, "done")
        assert re.search(r"第2声 [789]\.\d s", green)
        assert "✔" in green
        await expect(row).to_have_attribute("data-phase", "talk")
        await served.hang_up(call)
        await expect(board.page.locator("#recents .row .result b")).to_have_text(re.compile(r"✔ 第2声 [789]\.\d s"))
        await board.page.locator("#recents button").click()
        await expect(board.page.locator("#detail .timeline")).to_contain_text("接通")
        await board.page.keyboard.press("Escape")
        await expect(board.page.locator("#recents .row")).to_be_visible()
        assert board.complaints == []


@pytest.mark.parametrize("how", ["click", "key"])
async def test_a_breach_is_acknowledged(browser: Browser, served: Served, how: str) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await served.later(15.1)
        alert = board.page.locator("#alert-rows .row[data-phase=breach]")
        await expect(alert).to_have_count(1)
        await expect(alert).to_contain_text("138****8000")
        if how == "click":
            await alert.get_by_role("button", name="确认").click()
        else:
            await board.page.keyboard.press("a")
        await expect(alert).to_have_count(0)
        await expect(board.page.locator("#alert-rows")).to_contain_text("王 008 已确认")
        await expect(board.page.locator("#said")).to_have_text("已确认")
        assert board.complaints == []


@pytest.mark.parametrize("how", ["click", "key"])
async def test_a_caller_on_hold_is_greeted(browser: Browser, served: Served, how: str) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring()
        await served.answer(call)
        await served.later(20)
        await served.hold(call)
        row = board.page.locator("#calls .row")
        await expect(row).to_have_attribute("data-phase", "hold")
        await served.later(26)
        await expect(row).to_have_attribute("data-phase", "warn")
        await expect(row.locator(".state b")).to_have_text("请问候")
        await served.later(5)
        await expect(row).to_have_attribute("data-phase", "breach")
        if how == "click":
            await row.locator(".acts").get_by_role("button").click()
        else:
            await board.page.keyboard.press("h")
        await expect(row).to_have_attribute("data-phase", "hold")
        assert board.complaints == []


async def test_a_missed_caller_is_called_back_from_the_list(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring()
        await served.later(9)
        await served.hang_up(call)
        row = board.page.locator("#backs .row")
        await expect(row.locator(".number")).to_have_text("13800138000")
        await row.locator(".acts").get_by_role("button").click()
        await expect(row).to_have_count(0)
        assert board.complaints == []


async def test_a_lost_connection_is_said_at_once_and_mends_itself(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await expect(board.page.locator("#calls .row")).to_have_count(1)
        port = int(served.url.rpartition(":")[2])
        await served.stop_web()
        await expect(board.page.locator("#banner")).to_contain_text("中断")
        await expect(board.page.locator("body")).to_have_class("dead")
        await expect(board.page.locator("#link")).to_have_attribute("data-light", "red")
        await served.start_web(port)
        await expect(board.page.locator("#banner")).to_be_hidden()
        await expect(board.page.locator("#calls .row")).to_have_count(1)


@asynccontextmanager
async def stallable_way(port: int) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """A way to the gateway on which nothing moves while the event is clear; no connection ends."""
    moving = asyncio.Event()
    moving.set()
    carriers: set[asyncio.Task[None]] = set()
    writers: set[asyncio.StreamWriter] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await moving.wait()
                writer.write(data)
        writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writers.update({writer, back})
        carriers.update({asyncio.create_task(carry(reader, back)), asyncio.create_task(carry(there, writer))})

    listener = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", moving
    finally:
        listener.close()
        for task in carriers:
            task.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def test_a_gateway_that_only_falls_silent_is_said_within_five_seconds(browser: Browser, served: Served) -> None:
    port = int(served.url.rpartition(":")[2])
    async with stallable_way(port) as (url, moving), open_board(browser, served, url=url) as board:
        for _ in range(3):  # a machine under load may be late once
            moving.clear()
            began_s = time.monotonic()
            await expect(board.page.locator("#banner")).to_contain_text("中断")
            took_s = time.monotonic() - began_s
            await expect(board.page.locator("body")).to_have_class("dead")
            moving.set()
            await expect(board.page.locator("#banner")).to_be_hidden()
            if took_s < 6:  # it looks each second
                return
    raise AssertionError(f"it was said after {took_s:.1f} s")


async def test_markup_in_a_name_stays_text(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring(name=SCRIPT)
        name = board.page.locator("#calls .name")
        await expect(name).to_have_text(SCRIPT)
        await served.later(16)
        await served.answer(call)
        await served.hang_up(call)
        await board.page.locator("#recents button").click()
        await expect(board.page.locator("#detail .facts")).to_contain_text(SCRIPT)
        assert await board.page.locator("img").count() == 0
        assert "taken" not in await board.page.title()
        assert board.complaints == []


async def test_both_languages_are_whole(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        assert await board.page.evaluate(SHAPE_OF_WORDS, "zh") == await board.page.evaluate(SHAPE_OF_WORDS, "en")
        await expect(board.page.locator("html")).to_have_attribute("lang", "zh-CN")
        await board.page.keyboard.press("l")
        await expect(board.page.locator("html")).to_have_attribute("lang", "en")
        await served.ring()
        await expect(board.page.locator("#calls .state b")).to_have_text("Ring 1")
        await board.page.reload()
        await expect(board.page.locator("#now-title")).to_contain_text("Now")
        assert board.complaints == []


async def test_an_english_browser_is_spoken_to_in_english(browser: Browser, served: Served) -> None:
    async with open_board(browser, served, locale="en-GB") as board:
        await expect(board.page.locator("#alerts-empty")).to_contain_text("No alerts")


async def test_rows_keep_their_place_when_their_state_changes(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        calls = [await served.ring(f"1380013800{n}") for n in range(3)]
        numbers = board.page.locator("#calls .number")
        await expect(numbers).to_have_count(3)
        before = await numbers.all_text_contents()
        await served.later(6)
        await served.answer(calls[1])
        await served.hang_up(calls[0])
        await passes_through(board.page, "done")
        assert await numbers.all_text_contents() == before


async def test_it_fits_a_telephone(browser: Browser, served: Served) -> None:
    async with open_board(browser, served, width=360) as board:
        await served.ring(name="一个相当长的名字，长得在电话上放不下")
        await served.later(16)
        await expect(board.page.locator("#alert-rows .row")).to_have_count(1)
        assert await board.page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_keys_do_nothing_while_somebody_types(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.evaluate("document.body.append(document.createElement('input'))")
        await board.page.locator("body > input").press("l")
        await expect(board.page.locator("html")).to_have_attribute("lang", "zh-CN")


async def test_a_flood_of_alerts_is_a_few_rows_and_a_count(browser: Browser, served: Served) -> None:
    rules = served.pipeline.state.rules
    storm = msgspec.structs.replace(rules.storm, alone=1000)  # each is told by itself
    await served.pipeline.take_rules(msgspec.structs.replace(rules, storm=storm))
    async with open_board(browser, served) as board:
        for n in range(20):
            await served.ring(f"138001380{n:02}")
        await served.later(15.1)
        rows = board.page.locator("#alert-rows .row")
        await expect(rows).to_have_count(8)
        await expect(rows.first).to_contain_text("-0001】")  # oldest first
        keys = board.page.locator("#alert-rows kbd:visible").filter(has_text="A")
        await expect(keys).to_have_count(1)  # the key is for the topmost only
        await expect(board.page.locator("#alerts-count")).to_have_text("20")
        more = board.page.locator("#alerts-more")
        await expect(more).to_have_text("另有 12 条，全部显示")
        await more.click()
        await expect(rows).to_have_count(20)
        await more.click()
        await expect(rows).to_have_count(8)


async def test_a_call_out_shows_who_is_called_not_our_own_number(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await served.submit(
            Delivered(
                source="main", call="out-1", role="agent", direction="outbound", caller="801", called="13800138000"
            )
        )
        row = board.page.locator("#calls .row")
        await expect(row.locator(".number")).to_have_text("138****8000")
        await expect(row.locator(".route")).to_have_text("呼出 801")
        await expect(row.locator(".state b")).to_have_text("呼出")


async def test_in_high_contrast_a_button_has_a_whole_edge(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.context.add_cookies([{"name": "theme", "value": "contrast", "url": served.url}])
        await board.page.reload()
        await served.ring()
        button = board.page.locator("#calls .act:visible").first
        await expect(button).to_have_css("box-shadow", "rgb(0, 0, 0) 0px 0px 0px 1px")
