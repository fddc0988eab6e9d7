"""The pages of reception records: the form finds, the file is harmless to a spreadsheet, rights hold."""

import csv
import io
import re

from tests.fixtures.accounts import page, signed_in
from tests.fixtures.served import Served

FORMULA = "=HYPERLINK(1)"


async def two_calls(served: Served) -> tuple[str, str]:
    first = await served.ring("13800138000", name=FORMULA)
    number = served.number(first)
    await served.later(7)
    await served.answer(first)
    await served.hang_up(first)
    second = await served.ring("13900139111", line="4002")
    other = served.number(second)
    await served.later(16)
    await served.hang_up(second)
    return number, other


def listed(text: str) -> list[str]:
    return re.findall(r'href="/incidents/(\d[\d-]+)"', text)


async def test_the_form_finds_by_number_digits_words_and_verdict(served: Served) -> None:
    first, second = await two_calls(served)
    for query, wanted in {
        "": [second, first],
        f"q={first}": [first],
        "q=9111": [second],
        "q=HYPERLINK": [first],
        "line=4002": [second],
        "verdict=breached&rule=three_rings": [second],
        "q=&outcome=": [second, first],
        "from=2000-01-01&to=2000-01-02": [],
    }.items():
        status, text = await page(served, f"/incidents?{query}")
        assert (status, listed(text)) == (200, wanted), query


async def test_a_condition_that_cannot_be_used_is_said_and_finds_nothing(served: Served) -> None:
    await two_calls(served)
    for query in ("from=yesterday", "verdict=good", "q=" + "x" * 201):
        status, text = await page(served, f"/incidents?{query}")
        assert status == 422
        assert 'role="alert"' in text
        assert listed(text) == []


async def test_the_file_holds_one_row_a_verdict_and_nothing_that_a_spreadsheet_would_run(served: Served) -> None:
    first, second = await two_calls(served)
    status, text = await page(served, "/incidents/export.csv")
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["记录号"], row["判定"]) for row in rows] == [(second, "超时"), (first, "按时")]
    assert [row["姓名"] for row in rows] == ["", "'" + FORMULA]


async def test_a_file_that_is_full_names_the_next_one_until_all_is_told(served: Served) -> None:
    first, second = await two_calls(served)
    link, found = "/incidents/export.csv?limit=1&medium=phone", []
    while link:
        async with served.http.get(served.url + link, headers=signed_in(served, "supervisor")) as answer:
            *rows, last = csv.reader(io.StringIO(await answer.text()))
            found += [row[0] for row in rows[1:]]
            named = answer.headers.get("Link", "")
        link = named.removeprefix("<").partition(">")[0]
        assert not link or link in last[0]
    found.append(last[0])
    assert found == [second, first]


async def test_rights_decide_what_of_a_number_is_found_and_shown(served: Served) -> None:
    number, _ = await two_calls(served)
    assert (await page(served, "/incidents/export.csv", "operator"))[0] == 403
    assert (await page(served, "/incidents?q=8000", "wallboard"))[0] == 422
    for path in ("/incidents", f"/incidents/{number}"):
        _, hidden = await page(served, path, "operator")
        assert "138****8000" in hidden
        assert "13800138000" not in hidden
    _, whole = await page(served, "/incidents")
    assert "13800138000" in whole


async def test_one_record_shows_its_verdict_its_alerts_and_its_time_line(served: Served) -> None:
    number, _ = await two_calls(served)
    status, text = await page(served, f"/incidents/{number}")
    assert status == 200
    for part in ("第2声 7.", "按收到时刻判定", "规则版本 web-1", "desk: 待发送", "振铃", "接通"):
        assert part in text
    assert (await page(served, "/incidents/20000101-0001"))[0] == 404


async def test_the_pulse_tells_what_waits(served: Served) -> None:
    await served.ring()
    await served.later(16)
    _, pulse = await served.get("/api/v1/pulse")
    assert (pulse["alerts_waiting"], pulse["ready"], pulse["overdue"]) == (1, "", 0)


async def test_what_somebody_did_stands_once_in_the_time_line_and_a_claim_too_late_nowhere(served: Served) -> None:
    number = served.number(await served.ring())
    base = f"/api/v1/incidents/{number}"
    for deed, body, status in (
        ("claim", {"by": "陈静"}, 200),
        ("claim", {"by": "刘洋"}, 409),
        ("facts", {"by": "陈静", "facts": {"matter": "漏水"}}, 200),
        ("note", {"by": "陈静", "note": "已转工程"}, 200),
        ("park", {"by": "陈静"}, 200),
    ):
        assert (await served.ask("POST", f"{base}/{deed}", json=body))[0] == status
    _, text = await page(served, f"/incidents/{number}")
    line = text.split('<ol class="lines timeline">')[1].split("</ol>")[0]
    told = re.findall(r"<span>([\w ]+?) <small>(.*?)</small>", line)
    assert [what for what, _ in told] == ["振铃", "已认领", "填写要素", "写备注", "已挂起"]
    assert "事由: 漏水" in told[2][1]
    assert "已转工程" in told[3][1]
    assert "刘洋" not in text
