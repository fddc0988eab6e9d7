"""Emergency numbers and plans: started, ticked once by name, late ones shown; and a page that needs no network."""

from tests.fixtures.accounts import by, page
from tests.fixtures.served import Served

FIRE = "火警 Fire"


async def test_a_plan_is_started_ticked_and_ended_by_name(served: Served) -> None:
    number = served.number(await served.ring())
    assert (await by(served, "王芳", "/api/v1/plans", plan="none"))[0] == 404
    assert (await by(served, "王芳", "/api/v1/plans", plan=FIRE, incident="20000101-0001"))[0] == 422
    assert (await by(served, "王芳", "/api/v1/plans", plan=FIRE, incident=number))[0] == 200
    _, told = await served.get("/api/v1/plans")
    run = told["runs"][0]
    assert (run["plan"], run["started_by"], run["running"], run["incident"]) == (FIRE, "王芳", True, number)
    steps = f"/api/v1/plans/{run['id']}/steps"
    assert (await by(served, "李强", f"{steps}/0/done", note="119 已接警"))[0] == 200
    assert (await by(served, "赵刚", f"{steps}/0/done"))[0] == 200  # who comes second changes nothing
    assert (await by(served, "李强", f"{steps}/99/done"))[0] == 404
    await served.later(130)
    _, told = await served.get("/api/v1/plans")
    first, second = told["runs"][0]["steps"][:2]
    assert (first["done_by"], first["note"], first["late"]) == ("李强", "119 已接警", False)
    assert (second["done_by"], second["late"]) == (None, True)
    _, text = await page(served, "/emergency")
    assert "超时" in text
    _, alerts = await served.get("/api/v1/alerts", state="raised")
    assert "plan_step" in {one["rule"] for one in alerts["items"]}
    assert (await by(served, "李强", f"/api/v1/plans/{run['id']}/end", note="误报"))[0] == 200
    assert (await by(served, "李强", f"{steps}/1/done"))[0] == 409
    _, record = await served.get(f"/api/v1/incidents/{number}")
    assert "plan_ended" in {line["what"] for line in record["timeline"]}


async def test_the_numbers_stand_on_a_page_that_needs_no_network(served: Served) -> None:
    status, text = await page(served, "/emergency/list.html", "wallboard")
    assert status == 200
    for part in ("110", "119", "120", "122", "电梯困人", "滨江花园"):
        assert part in text
    assert "http" not in text.replace("http-equiv", "")
    _, shown = await page(served, "/emergency", "wallboard")
    assert 'href="tel:119"' in shown
    assert "data-deed" not in shown
