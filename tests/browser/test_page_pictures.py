"""Each page beside the board on a site with some days behind it, without a serious fault of access; its pictures are
those of the docs: `PICTURES=docs/images` (make test-browser PICTURES=docs/images) keeps them there.
"""

import tomllib
from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from gateway.desk_settings import DeskTables
from gateway.emergency.settings import EmergencyNumber, Plan, emergency
from rules.events import LinkChanged
from rules.people import Person, Shift
from rules.quiet import Opening, ServiceHours
from rules.settings import Approval, Ladder, RuleSet
from tests.browser.busy_minute import RESIDENTS, a_busy_minute, pass_
from tests.browser.conftest import open_board
from tests.browser.looking import faults, keep
from tests.fixtures.on_air import OnAir
from tests.fixtures.served import RADIO_RULES, RULES, Served, serve

pytestmark = pytest.mark.browser

_DAY_S = 86_400
_MORNING_S = 34_000  # from when the tests' clock begins
_AGENTS = ("陈静 008", "刘洋 012", "赵敏 016")
_DEMO = files("gateway") / "demo_site"


def _tables(name: str) -> dict[str, Any]:
    return tomllib.loads((_DEMO / name).read_text(encoding="utf-8"))


def _rules() -> RuleSet:
    staff = _tables("people.toml")
    return msgspec.structs.replace(
        RADIO_RULES,
        lines=RULES.lines,
        people=tuple(msgspec.convert(staff["person"], list[Person])),
        shifts=tuple(msgspec.convert(staff["shift"], list[Shift])),
        ladder=msgspec.convert(staff["ladder"], Ladder),
        hours=(ServiceHours(medium="phone", opening=(Opening(from_="08:00", to="20:00"),)),),
        approval=Approval(review_every_days=90),
        substance="radio-1",
    )


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serve(tmp_path, rules=_rules()) as running:
        told = _tables("emergency.toml")
        numbers = msgspec.convert(told["emergency_number"], list[EmergencyNumber])
        plans = msgspec.convert(told["plan"], list[Plan])
        running.desk.take(DeskTables(residents=RESIDENTS, emergency=emergency(numbers, plans)))
        yield running


async def _some_days(served: Served) -> None:
    """Calls on two lines, most answered in time; hails of two posts; one caller who was not answered."""
    await served.submit(*(LinkChanged(source=name, state="online") for name in ("main", "tower", "scanner")))
    await served.later(_MORNING_S)
    air = OnAir(served)
    for day in range(3):
        for nth in range(12):
            call = await served.ring(f"138{day}{nth:02}45678", line="4002" if nth % 3 == 0 else "4001")
            await served.later((3.2, 6.1, 9.4, 2.7, 17.5, 12.2)[(nth + day) % 6])
            if nth == 7:
                await served.hang_up(call)
            else:
                await served.answer(call, agent=_AGENTS[nth % 3])
                await served.later(45)
                if nth % 4 == 0:
                    await served.hold(call)
                    await served.later(24 + nth)
                    await served.retrieve(call)
                await served.hang_up(call)
            if nth % 3 == 1:
                await air.call("100-4002" if nth % 2 else "100-4003")
                await served.later((1.6, 3.4, 12.5)[(nth + day) % 3])
                await air.control_speaks()
                await served.later(30)
            await served.later(1500)
        await _acknowledge_all(served)
        await served.later(_DAY_S - 12 * 1600)


async def _acknowledge_all(served: Served) -> None:
    for alert in [one for one in served.pipeline.state.alerts.values() if one.state == "raised"]:
        await served.ask("POST", f"/api/v1/alerts/{alert.id}/acknowledge", json={"by": _AGENTS[0]})


class Look(NamedTuple):
    name: str
    path: str
    locale: str = "zh-CN"
    theme: str = "day"
    width: int = 1440


LOOKS = (
    Look("incidents", "/incidents"),
    Look("record", "/incidents/{number}"),
    Look("hand-over", "/hand-over"),
    Look("emergency", "/emergency"),
    Look("emergency.phone", "/emergency", theme="night", width=390),
    Look("reports", "/reports"),
    Look("reports.en", "/reports", locale="en-GB", theme="night"),
    Look("people", "/people"),
    Look("rules", "/rules"),
    Look("health", "/health", theme="night"),
    Look("audit", "/audit", locale="en-GB"),
    Look("wall", "/wall", theme="night"),
)


async def test_each_page_has_no_serious_fault_of_access_where_there_is_much_to_show(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    await _some_days(served)
    talk = served.number(await _now(served))
    for look in LOOKS:
        async with open_board(browser, served, locale=look.locale, width=look.width, by="陈静 008") as board:
            page = board.page
            await page.context.add_cookies([{"name": "theme", "value": look.theme, "url": served.url}])
            await page.goto(served.url + look.path.format(number=talk))
            await page.locator("h1").first.wait_for()
            await _whole(page, look)
            await keep(page, look.name, tmp_path)
            assert await faults(page) == [], look
            assert await page.evaluate("document.documentElement.scrollWidth") <= look.width, look
            assert board.complaints == [], look


async def _now(served: Served) -> str:
    talk = await a_busy_minute(served)
    number = served.number(talk)
    for path, body in (
        (f"incidents/{number}/claim", {}),
        (f"incidents/{number}/facts", {"facts": {"matter": "厨房漏水，已关总阀", "place": "3-1202", "kind": "报修"}}),
        (f"incidents/{number}/note", {"note": "已转工程，吴师傅 15 分钟内到"}),
        ("shift/notes", {"text": "3 号楼 2 单元电梯今晚检修，22:00 前恢复"}),
        ("shift/hand-overs", {"to": "赵敏 016", "note": "地下车库道闸偶尔不抬，已报修"}),
        ("rules/approve", {"version": served.pipeline.state.rules.version, "note": "第四季度复审"}),
        ("plans", {"plan": served.desk.tables.emergency.plans[0].name}),
    ):
        status, told = await served.ask("POST", f"/api/v1/{path}", json={"by": "陈静 008"} | body)
        assert status == 200, told
    await pass_(served, 2)
    return talk


async def _whole(page: Page, look: Look) -> None:
    """As much of the page as a document shows, once its clock runs; the wall board is as large as its screen."""
    await expect(page.locator("#clock")).not_to_have_text("--:--:--")
    height = await page.evaluate("document.documentElement.scrollHeight")
    if look.name != "wall":
        await page.set_viewport_size(
            {
                "width": look.width,
                "height": min(max(height, 600), 2400 if look.path == "/reports" and look.theme == "day" else 1100),
            }
        )
