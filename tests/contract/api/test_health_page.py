"""The page of sources and health says what to do, and shows raw bytes without letting them do anything."""

from adapters.ports import Incoming
from rules.events import LinkChanged, Unparsed
from tests.fixtures.accounts import page
from tests.fixtures.served import Served

SCRIPT = b'{"<script>alert(1)</script>": "\\u0000"}'


async def test_what_is_wrong_stands_with_its_cure(served: Served) -> None:
    await served.submit(LinkChanged(source="old-pbx", state="refused", reason="wrong password"))
    status, text = await page(served, "/health", "wallboard")
    assert status == 200
    for part in ("old-pbx", "被拒绝", "wrong password", "对端拒绝登录", "存储应答正常", "看不到：等候问候"):
        assert part in text
    assert "没有读不懂的内容" in text


async def test_what_nobody_could_read_is_shown_harmlessly(served: Served) -> None:
    entries = [(SCRIPT, "no call id"), (bytes(range(256)), "not JSON"), (b"x" * 9000, "long")]
    await served.pipeline.submit(
        [Incoming(Unparsed(source="main", reason=why), served.pipeline.now_us(), None, raw) for raw, why in entries]
    )
    _, text = await page(served, "/health")
    assert "&lt;script&gt;" in text
    assert "<script>alert" not in text
    assert bytes(range(256)).hex() in text
    assert "x" * 4001 not in text
    assert (await page(served, "/health?cursor=x"))[0] == 422


async def test_today_s_figures_count_from_the_site_s_midnight(served: Served) -> None:
    call = await served.ring()
    await served.answer(call)
    await served.hang_up(call)
    _, told = await served.get("/api/v1/today")
    assert (told["calls"], told["calls_answered"], told["rules"]) == (1, 1, {"three_rings": {"met": 1}})
    await served.answer(await served.ring())  # they talk yet
    await served.ring()
    await served.later(11)  # it is read at most once in ten seconds
    _, told = await served.get("/api/v1/today")
    assert (told["calls"], told["calls_answered"]) == (3, 2)
