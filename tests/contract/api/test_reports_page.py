"""The page of reports: its figures are those of the records, its file too, and staff are named as configured."""

import csv
import io

from tests.contract.api.test_record_pages import page
from tests.fixtures.served import Served


async def three_calls(served: Served) -> None:
    for seconds in (4.0, 9.0, 17.0):
        call = await served.ring()
        await served.later(seconds)
        await served.answer(call, agent="王芳 008")
        await served.hang_up(call)


async def test_the_figures_are_those_of_the_records(served: Served) -> None:
    await three_calls(served)
    status, text = await page(served, "/reports")
    assert status == 200
    for part in ("66.7 %", "按时 2 ÷ 应判 3", "接通 3 ÷ 呼入 3", "规定 15 s", '<svg class="chart"'):
        assert part in text
    assert "王芳" not in text
    _, file = await page(served, "/reports/export.csv")
    rows = list(csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))))
    assert {(row["部分"], row["按时"], row["超时"]) for row in rows} >= {("three_rings", "2", "1"), ("008", "2", "1")}


async def test_rights_and_days_are_looked_at(served: Served) -> None:
    assert (await page(served, "/reports", "operator"))[0] == 403
    for query in ("from=x", "from=2026-11-02&to=2026-11-01", "from=2020-01-01&to=2026-01-01"):
        status, text = await page(served, f"/reports?{query}")
        assert (status, 'role="alert"' in text) == (422, True)
        assert (await page(served, f"/reports/export.csv?{query}"))[0] == 422


async def test_a_site_without_records_is_told_what_will_stand_there(served: Served) -> None:
    _, text = await page(served, "/reports")
    assert "这段时间没有记录" in text
