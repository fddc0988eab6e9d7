"""Shifts are handed over by one and taken over by another, both by name; rules are approved; pages show it."""

from typing import Any

import msgspec

from rules.settings import ThreeRings
from tests.fixtures.accounts import by, page
from tests.fixtures.served import RULES, Served


async def waits(served: Served) -> Any:
    _, told = await served.get("/api/v1/shift")
    return told["waits"]


async def test_both_sign_and_nobody_takes_over_from_themselves_or_twice(served: Served) -> None:
    number = served.number(await served.ring())
    assert (await by(served, "王芳", "/api/v1/shift/notes", text=" 水泵在修\n<b> "))[0] == 200
    assert (await by(served, "王芳", "/api/v1/shift/hand-overs", to="李强", note="清楚了"))[0] == 200
    handed = await waits(served)
    assert (handed["by"], handed["to"], handed["incidents"]) == ("王芳", "李强", [number])
    take = f"/api/v1/shift/hand-overs/{handed['seq']}/take-over"
    assert (await by(served, "王芳", take))[0] == 409
    assert (await by(served, "李强", take, note="看清了"))[0] == 200
    assert (await by(served, "李强", take))[0] == 200  # told again after a cut link
    assert (await by(served, "赵刚", take))[0] == 409
    assert (await by(served, "李强", "/api/v1/shift/hand-overs/999/take-over"))[0] == 404
    _, told = await served.get("/api/v1/shift")
    assert (told["waits"], told["notes"]) == (None, [])
    assert (told["hand_overs"][0]["taken_by"], told["hand_overs"][0]["taken_note"]) == ("李强", "看清了")


async def test_the_page_tells_what_the_next_shift_must_know(served: Served) -> None:
    missed = await served.ring("13800138000")
    number = served.number(missed)
    await served.later(9)
    await served.hang_up(missed)
    await by(served, "王芳", "/api/v1/shift/notes", text="<b>水泵</b>")
    _, text = await page(served, "/hand-over")
    assert f"/incidents/{number}" in text
    assert "&lt;b&gt;水泵" in text
    assert "昨天没有未接通的来电" in text
    served.clock.move(86_400)
    _, text = await page(served, "/hand-over", "operator")
    assert "138****8000" in text
    assert "已超时" in text
    assert "昨天没有未接通的来电" not in text


async def test_empty_notes_and_strangers_to_the_desk_are_refused(served: Served) -> None:
    assert (await by(served, "王芳", "/api/v1/shift/notes", text="  "))[0] == 422
    assert (await by(served, "王芳", "/api/v1/shift/notes", text="x" * 2001))[0] == 422
    _, text = await page(served, "/hand-over", "wallboard")
    assert "data-deed" not in text


async def test_a_rule_set_in_force_is_approved_by_name_and_its_history_kept(served: Served) -> None:
    changed = msgspec.structs.replace(RULES, version="web-2", three_rings=ThreeRings(rings=4))
    await served.pipeline.take_rules(changed)
    assert (await by(served, "张经理", "/api/v1/rules/approve", version="web-1"))[0] == 409
    _, text = await page(served, "/rules")
    assert "还没有批准" in text
    assert "来电须在4 声之内由人接起" in text
    assert "three_rings.rings: 3 → 4" in text
    assert (await by(served, "张经理", "/api/v1/rules/approve", version="web-2", note="复审"))[0] == 200
    _, text = await page(served, "/rules", "operator")
    assert "张经理" in text


async def test_the_week_shows_for_any_day_and_refuses_what_is_none(served: Served) -> None:
    assert (await page(served, "/people?week=2026-11-21"))[0] == 200
    assert (await page(served, "/people?week=1"))[0] == 422
    assert (await page(served, "/people?week=9999-12-31"))[0] == 422
