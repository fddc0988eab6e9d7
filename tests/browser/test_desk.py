"""The operator's work at the board: claim, write, note, complete; by keys, by commands, beside others."""

import asyncio
import re

import msgspec
import pytest
from playwright.async_api import Browser, Route, expect

from gateway.desk_settings import DeskTables
from gateway.directory_file import Resident
from rules.moments import rfc3339
from rules.people import Person, Shift
from tests.browser.conftest import Board, command, open_board
from tests.fixtures.served import Served

pytestmark = pytest.mark.browser

ROW = "#calls .row"
LI = Resident(name="李先生", unit="3-1202", notes="家中有狗", language="zh", vip=True)


async def claimed(board: Board) -> None:
    await board.page.keyboard.press("c")
    await expect(board.page.locator("#detail .care")).to_have_attribute("data-care", "mine")


async def test_a_call_is_claimed_by_a_key_written_down_and_completed(browser: Browser, served: Served) -> None:
    served.desk.take(DeskTables(residents={"13800138000": LI}))
    async with open_board(browser, served) as board:
        call = await served.ring()
        await expect(board.page.locator(f"{ROW} .name")).to_have_text("★ 3-1202 李先生")
        await claimed(board)
        detail = board.page.locator("#detail")
        await expect(board.page.locator(f"{ROW} .owner")).to_have_text("我")
        await expect(detail.locator(".prompts dd").first).to_have_text("您好，滨江花园服务热线，008 号为您服务，请讲。")
        await expect(detail.locator(".caller")).to_contain_text("家中有狗")
        await expect(detail.locator("#fact-place")).to_have_value("3-1202")
        await expect(detail.locator("#fact-person")).to_have_value("李先生")
        await served.answer(call)
        await detail.get_by_role("button", name="报修").click()
        await board.page.keyboard.press("e")
        await board.page.keyboard.type("漏水")
        await board.page.keyboard.press("Escape")
        await expect(detail.locator("small", has_text="已保存")).to_have_count(4)
        await expect(detail.locator(".prompts")).to_contain_text("我重复一下：3-1202，漏水")
        await served.hang_up(call)
        await expect(board.page.locator("#recents .row, #hands .row").first).to_be_attached()
        await board.page.keyboard.press("d")
        await expect(detail.locator(".care")).to_have_attribute("data-care", "completed")
        _, record = await served.get(f"/api/v1/incidents/{served.number(call)}")
        assert record["facts"] == {"kind": "报修", "place": "3-1202", "person": "李先生", "matter": "漏水"}
        assert (record["attention"], record["claimed_by"]) == ("completed", "王 008")
        assert board.complaints == []


async def test_of_two_who_claim_the_same_call_one_has_it_and_the_other_is_told_whose_it_is(
    browser: Browser, served: Served
) -> None:
    async with open_board(browser, served) as one, open_board(browser, served, by="李 009") as other:
        await served.ring()
        for board in (one, other):
            await expect(board.page.locator(ROW)).to_have_count(1)
        await asyncio.gather(
            *(board.page.locator(ROW).get_by_role("button", name="认领").click() for board in (one, other))
        )
        said = [await told(board) for board in (one, other)]
        assert sorted(text.replace("王 008", "x").replace("李 009", "x") for text in said) == ["x 已经认领", "已认领"]
        winner = "王 008" if said[0] == "已认领" else "李 009"
        loser = other if said[0] == "已认领" else one
        await expect(loser.page.locator(f"{ROW} .owner")).to_have_text(winner)
        await expect(loser.page.locator(f"{ROW} .acts button:visible")).to_have_count(0)


async def told(board: Board) -> str:
    said = board.page.locator("#said")
    await expect(said).to_have_text(re.compile("认领"))
    return await said.text_content() or ""


async def test_a_stale_claim_is_amber_and_may_be_taken(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as one, open_board(browser, served, by="李 009") as other:
        await served.ring()
        await expect(one.page.locator(ROW)).to_have_count(1)
        await claimed(one)
        owner = other.page.locator(f"{ROW} .owner")
        await expect(owner).to_have_text("王 008")
        await served.later(301)
        await expect(owner).to_have_attribute("data-care", "stale")
        await other.page.locator(f"{ROW} .number").click()
        await other.page.locator("#detail").get_by_role("button", name="接手", exact=False).first.click()
        await expect(other.page.locator("#detail .care")).to_have_attribute("data-care", "mine")
        await expect(one.page.locator(f"{ROW} .owner")).to_have_text("李 009")


async def test_a_supervisor_overrides_with_a_reason_in_the_command_line(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        call = await served.ring()
        await served.post(f"/api/v1/incidents/{served.number(call)}/claim", by="李 009")
        await board.page.locator(f"{ROW} .number").click()
        await expect(board.page.locator("#detail .care")).to_have_attribute("data-care", "theirs")
        await board.page.keyboard.press("o")
        await board.page.keyboard.type("警察到场")
        await board.page.keyboard.press("Enter")
        await expect(board.page.locator("#detail .care")).to_have_attribute("data-care", "mine")
        await expect(board.page.locator("#detail .timeline")).to_contain_text("警察到场")


async def test_commands_are_found_by_their_beginning_in_both_languages(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await served.later(15.1)
        await expect(board.page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await command(board.page, "/确")
        await expect(board.page.locator("#said")).to_have_text("已确认")
        await command(board.page, "/cl")
        await expect(board.page.locator("#detail .care")).to_have_attribute("data-care", "mine")
        await command(board.page, "/备注 已派人 /kind 报修")
        await expect(board.page.locator("#detail .timeline")).to_contain_text("已派人")
        await expect(board.page.locator("#fact-kind")).to_have_value("报修")
        await command(board.page, "/zzz")
        await expect(board.page.locator("#said")).to_contain_text("没有“zzz”这个命令")
        await board.page.keyboard.press("Escape")
        await expect(board.page.locator("#line")).to_be_hidden()
        assert board.complaints == []


async def test_several_callers_on_hold_are_greeted_in_one_line(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        numbers = []
        for n in range(2):
            call = await served.ring(f"1380013800{n}")
            await served.answer(call)
            await served.hold(call)
            numbers.append(served.number(call))
        await served.later(26)
        await expect(board.page.locator(f"{ROW}[data-phase=warn]")).to_have_count(2)
        await command(board.page, f"/hold {numbers[0][-4:]} ok / {numbers[1][-4:]} 仍在查")
        await expect(board.page.locator(f"{ROW}[data-phase=hold]")).to_have_count(2)
        _, record = await served.get(f"/api/v1/incidents/{numbers[1]}")
        assert "王 008: 仍在查" in [line["detail"] for line in record["timeline"]]


async def test_what_two_people_write_at_once_is_shown_to_the_second_and_not_lost(
    browser: Browser, served: Served
) -> None:
    call = await served.ring()
    number = served.number(call)
    async with open_board(browser, served) as board:
        await board.page.locator(f"{ROW} .number").click()
        await board.page.locator("#fact-place").wait_for()
        held = asyncio.Event()

        async def late(route: Route) -> None:
            await held.wait()
            await route.continue_()

        await board.page.route("**/facts", late)
        await board.page.fill("#fact-place", "5-101")
        await board.page.locator("#fact-place").blur()
        await served.ask(
            "POST", f"/api/v1/incidents/{number}/facts", json={"facts": {"place": "3-1202"}, "by": "李 009"}
        )
        held.set()
        differs = board.page.locator("#detail .differs:visible")
        await expect(differs).to_contain_text("李 009 同时写成了“3-1202”")
        await expect(board.page.locator("#fact-place")).to_have_value("5-101")
        await differs.get_by_role("button", name="用我的").click()
        await expect(differs).to_have_count(0)
        await expect(board.page.locator("#detail small", has_text="已保存")).to_have_count(1)
        _, record = await served.get(f"/api/v1/incidents/{number}")
        assert record["facts"] == {"place": "5-101"}


async def test_what_is_typed_while_the_link_is_cut_is_saved_when_it_is_back(browser: Browser, served: Served) -> None:
    call = await served.ring()
    async with open_board(browser, served) as board:
        await board.page.locator(f"{ROW} .number").click()
        await board.page.locator("#fact-matter").wait_for()
        port = int(served.url.rpartition(":")[2])
        await served.stop_web()
        await expect(board.page.locator("body")).to_have_class("dead")
        await board.page.fill("#fact-matter", "电梯困人")
        await expect(board.page.locator("#detail")).to_contain_text("没有保存")
        await served.start_web(port)
        await expect(board.page.locator("#detail small", has_text="已保存")).to_have_count(1)
        _, record = await served.get(f"/api/v1/incidents/{served.number(call)}")
        assert record["facts"] == {"matter": "电梯困人"}


async def test_a_view_follows_its_person_to_another_browser(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await board.page.keyboard.press("l")
        async with board.page.expect_response(lambda answer: answer.url.endswith("/view") and answer.ok):
            await command(board.page, "/theme contrast")
    async with open_board(browser, served) as other:
        await expect(other.page.locator("html")).to_have_attribute("data-theme", "contrast")
        await expect(other.page.locator("#now-title")).to_contain_text("Now")


async def test_escape_silences_for_me_only_and_mute_is_seen(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await served.later(15.1)
        await expect(board.page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await board.page.locator("h1").click()  # somebody is there: the browser may sound
        await expect(board.page.locator("#sound")).to_have_attribute("data-sound", "on")
        await board.page.keyboard.press("Escape")
        await expect(board.page.locator("#said")).to_have_text("已静音（只对这里）")
        await expect(board.page.locator("#alert-rows .row[data-phase=breach]")).to_have_count(1)
        await board.page.keyboard.press("m")
        await expect(board.page.locator("#sound")).to_have_text("已静音")


async def test_arrows_walk_through_the_rows_and_enter_opens(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        for n in range(3):
            await served.ring(f"1380013800{n}")
        await expect(board.page.locator(ROW)).to_have_count(3)
        await board.page.keyboard.press("ArrowDown")
        await board.page.keyboard.press("ArrowDown")
        await board.page.keyboard.press("Enter")
        await expect(board.page.locator(f"{ROW}[data-open=true] .number")).to_have_text("138****8001")


async def test_two_hundred_calls_that_ring_are_two_hundred_rows(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        for n in range(200):
            await served.ring(f"138001380{n:03}")
        await expect(board.page.locator(ROW)).to_have_count(200)
        await served.later(6)
        await expect(board.page.locator(f"{ROW}[data-phase=warn]")).to_have_count(200)
        await expect(board.page.locator("#now-count")).to_have_text("200")
        assert board.complaints == []


async def test_an_alert_is_put_off_by_a_key_and_says_until_when(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        await served.ring()
        await served.later(15.1)
        alert = board.page.locator("#alert-rows .row")
        await expect(alert).to_have_attribute("data-phase", "breach")
        await expect(alert).to_contain_text("已看到")
        await board.page.keyboard.press("z")
        await expect(alert).to_have_attribute("data-phase", "snoozed")
        await expect(alert).to_contain_text("王 008 推迟至")
        await expect(board.page.locator("#alerts-count")).to_have_text("")
        assert board.complaints == []


async def test_an_alert_is_handed_to_who_stands_for_a_role(browser: Browser, served: Served) -> None:
    always = Shift(role="工程", people=("li",), from_="00:00", to="00:00")
    li = Person(id="li", name="李强", reach={"desk": "x"})
    rules = msgspec.structs.replace(served.pipeline.state.rules, people=(li,), shifts=(always,))
    await served.pipeline.take_rules(rules)
    async with open_board(browser, served) as board:
        await expect(board.page.locator("#duty li")).to_have_count(1)
        await served.ring()
        await served.later(15.1)
        await expect(board.page.locator("#alert-rows .row").first).to_have_attribute("data-phase", "breach")
        await command(board.page, "/give 工程")
        await expect(board.page.locator("#alert-rows")).to_contain_text("王 008 移交给 工程")
        await command(board.page, "/移交 nobody")
        await expect(board.page.locator("#said")).to_contain_text("没有“nobody”")


async def test_maintenance_is_said_at_the_top_while_it_runs(browser: Browser, served: Served) -> None:
    async with open_board(browser, served) as board:
        until = rfc3339(served.pipeline.now_us() + 3_600_000_000)
        status, _ = await served.ask(
            "POST", "/api/v1/maintenance", json={"until": until, "reason": "换交换机", "sources": ["main"], "by": "陈"}
        )
        assert status == 200
        window = board.page.locator("#windows li")
        await expect(window).to_contain_text("维护中，未通知")
        await expect(window).to_have_attribute("title", re.compile("换交换机"))
        await board.page.keyboard.press("l")
        await expect(window).to_contain_text("in maintenance")
        assert board.complaints == []
