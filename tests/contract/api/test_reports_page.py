"""The page of reports: its figures are those of the records, its files and the API's too, and staff are named as
configured.
"""

import csv
import html
import io
import re
import zipfile

import pytest

from gateway.reports.settings import IdentifyStaff
from tests.fixtures.accounts import page, signed_in
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
    told = {(row["指标"], row["按"], row["部分"], row["时间"]): row for row in rows}
    for row in (
        told["三声接听率", "总计", "", "全部时间"],
        told["三声接听率", "接听人（已接来电）", "008", "全部时间"],
    ):
        assert (row["分子"], row["分母"], row["百分比"]) == ("2", "3", "66.667")
    whole = told["三声接听率", "总计", "", "服务时间内"]
    assert 9 <= float(whole["50 % s"]) < float(whole["95 % s"]) == float(whole["最长 s"])
    assert whole["有用时"] == "3"
    assert whole["规则版本"] == served.pipeline.state.rules.version
    assert "÷" in whole["算法"]


@pytest.mark.parametrize(("identify", "named"), [("number", {"008"}), ("name", {"王芳 008"}), ("none", set())])
async def test_staff_are_named_as_far_as_the_site_says(
    served: Served, identify: IdentifyStaff, named: set[str]
) -> None:
    await three_calls(served)
    await served.stop_web()
    served.identify_staff = identify
    await served.start_web(int(served.url.rpartition(":")[2]))
    _, file = await page(served, "/reports/export.csv")
    rows = csv.DictReader(io.StringIO(file.removeprefix("\ufeff")))
    assert {row["部分"] for row in rows if row["按"] == "接听人（已接来电）"} == named


async def test_the_workbook_holds_the_rows_of_the_csv_file(served: Served) -> None:
    await three_calls(served)
    _, text = await page(served, "/reports/export.csv")
    wanted = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    async with served.http.get(served.url + "/reports/export.xlsx", headers=signed_in(served, "supervisor")) as answer:
        package = zipfile.ZipFile(io.BytesIO(await answer.read()))
    sheet = package.read("xl/worksheets/sheet1.xml").decode()
    found = [re.findall(r"<c(?:/>|[ >].*?</c>)", row) for row in re.findall(r"<row>(.*?)</row>", sheet)]
    told = [[html.unescape(re.sub("<.*?>", "", cell)) for cell in row] for row in found]
    assert told == wanted


async def test_the_api_tells_each_figure_with_what_it_is_made_of(served: Served) -> None:
    await three_calls(served)
    status, told = await served.get("/api/v1/reports")
    assert status == 200
    items = {(one["kpi"], one["by"], one["hours"]): one for one in told["items"]}
    of_calls = items["three_rings", "", "all"]
    assert (of_calls["numerator"], of_calls["denominator"], of_calls["by_receipt_clock"]) == (2, 3, 3)
    times = of_calls["times"]
    assert times["responses"] == 3
    assert 4 < times["p50_s"] < times["p90_s"] == times["p95_s"] == times["max_s"]
    assert times["p50_s"] < times["mean_s"] < times["max_s"]
    assert items["three_rings", "hour", "all"]["times"]["max_s"] == times["max_s"]
    assert items["connect", "", "in"]["numerator"] == 3
    assert (await served.get("/api/v1/reports", hours="never"))[0] == 422


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("2026-11-21", 200),
        ("0001-01-01", 409),
        ("9999-12-31", 409),
        ("", 422),
        ("20261121", 422),
        ("2026-W47-6", 422),
        ("2026-02-30", 422),
    ],
)
async def test_the_api_takes_days_in_one_form(told: str, status: int, served: Served) -> None:
    assert (await served.get("/api/v1/reports", **{"from": told, "to": told}))[0] == status


async def test_rights_and_days_are_looked_at(served: Served) -> None:
    assert (await page(served, "/reports", "operator"))[0] == 403
    for query in ("from=x", "from=2026-11-02&to=2026-11-01", "from=2020-01-01&to=2026-01-01"):
        status, text = await page(served, f"/reports?{query}")
        assert (status, 'role="alert"' in text) == (422, True)
        assert (await page(served, f"/reports/export.csv?{query}"))[0] == (422 if query == "from=x" else 409)


async def test_a_site_without_records_is_told_what_will_stand_there(served: Served) -> None:
    _, text = await page(served, "/reports")
    assert "这段时间没有记录" in text
