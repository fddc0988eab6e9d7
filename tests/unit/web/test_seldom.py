"""What strangers can make us log is bounded, and nothing is passed over in silence."""

import asyncio

from structlog.testing import capture_logs

from gateway.web.door.seldom import LINES_MAX, Seldom


async def test_a_flood_of_one_kind_is_a_few_lines_and_a_sum_and_another_source_has_lines_of_its_own() -> None:
    with capture_logs() as logged:
        seldom = Seldom(window_s=0.01)
        for number in range(1_000):
            seldom.warning("unproven_request", "main", field=str(number))
        seldom.warning("unproven_request", "other", field="x")
        async with asyncio.timeout(60):
            while not any("more" in line for line in logged):  # noqa: ASYNC110 - a log line wakes nobody
                await asyncio.sleep(0.01)
        seldom.warning("unproven_request", "main", field="again")
    main = [line for line in logged if line["source"] == "main"]
    assert [line.get("field") for line in main] == ["0", "1", "2", "3", "4", None, "again"]
    assert main[LINES_MAX]["more"] == 1_000 - LINES_MAX
    assert [line["field"] for line in logged if line["source"] == "other"] == ["x"]
