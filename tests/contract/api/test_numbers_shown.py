"""Numbers in full: who sees one, and that the audit is told of it first."""

from tests.fixtures.accounts import Browser, told
from tests.fixtures.served import CALLER, Served


async def test_a_number_is_revealed_one_by_one_and_each_time_told_first(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    number = served.number(await served.ring(CALLER))
    for _ in range(2):
        status, shown, _ = await browser.ask("POST", f"/api/v1/incidents/{number}/reveal")
        assert (status, shown["from"]) == (200, CALLER)
    entries = await told(served, what="number_shown")
    assert [(one["who"], one["target"], one["address"]) for one in entries] == [("wang", number, "127.0.0.1")] * 2


async def test_numbers_in_full_are_told_once_an_hour_each(served: Served) -> None:
    first, second = served.number(await served.ring(CALLER)), served.number(await served.ring("13900139000"))
    for _ in range(3):
        await served.get("/api/v1/incidents")
    [entry] = await told(served, what="numbers_shown")
    assert (entry["who"], entry["detail"]["records"]) == ("api", sorted([first, second]))
    third = served.number(await served.ring("13700137000"))
    await served.get("/api/v1/incidents")
    assert (await told(served, what="numbers_shown"))[0]["target"] == third
    await served.get("/api/v1/incidents", caller=CALLER)
    assert (await told(served, what="history_shown"))[0]["target"] == "138****8000"


async def test_where_the_audit_cannot_be_told_nothing_is_shown(served: Served, browser: Browser) -> None:
    await browser.sign_in()
    number = served.number(await served.ring(CALLER))
    await served.store.writer.close()
    status, problem, _ = await browser.ask("POST", f"/api/v1/incidents/{number}/reveal")
    assert status == 503
    assert CALLER not in str(problem)
