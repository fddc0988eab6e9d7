"""What waits for a robot, when it goes and with whom, by a clock that the test moves."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.notify.apprise import Settings
from adapters.notify.apprise.notifier import AppriseNotifier, notifier
from adapters.notify.apprise.words import Words
from adapters.ports import Delivered, Delivery, Rejected, Retry
from tests.unit.notify.apprise_alerts import alert


class Desk:
    """A notifier, its clock, and what the services behind it got."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.got: list[tuple[str, Words]] = []
        self.answers: dict[str, Callable[[], Delivery]] = {}  # by the URL's scheme
        self.told: list[tuple[str, str]] = []
        self.notifier: AppriseNotifier

    def post(self, url: str, words: Words) -> Delivery:
        answer = self.answers.get(url.partition("://")[0], Delivered)()
        self.got.append((url, words))
        return answer

    async def send(self, *documents: dict[str, Any]) -> list[Delivery]:
        return await asyncio.gather(*(self.notifier.send(one, one["key"]) for one in documents))

    async def waiting_after(self, *documents: dict[str, Any]) -> list[dict[str, Any]]:
        """Those that are not settled, asked twice: what went along with another is known at the second time."""
        for _ in range(2):
            outcomes = await self.send(*documents)
            documents = tuple(
                one for one, outcome in zip(documents, outcomes, strict=True) if isinstance(outcome, Retry)
            )
        return list(documents)

    def texts(self) -> list[str]:
        return [words.whole for _, words in self.got]


@asynccontextmanager
async def desk(tmp_path: Path, *urls: str, **settings: Any) -> AsyncIterator[Desk]:
    (tmp_path / "robot.urls").write_text("\n".join(urls))
    made = Desk()
    all_settings = Settings(name="im", kind="apprise", url_file=str(tmp_path / "robot.urls"), **settings)
    made.notifier = notifier(all_settings, "滨江花园", post=made.post, clock=lambda: made.now_s)
    running = asyncio.create_task(made.notifier.run(lambda state, reason: made.told.append((state, reason))))
    await asyncio.sleep(0)
    try:
        yield made
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


WECOM = "wecombot://693axxx6-7aoc"
OTHER = "json://127.0.0.1/other"


async def test_a_flood_goes_as_few_single_messages_and_one_digest_that_settles_all(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, link="https://desk.example/") as here:
        flood = [alert(number) for number in range(1, 31)]
        outcomes = [(await here.send(one))[0] for one in flood]
        assert outcomes[:5] == [Delivered()] * 5, "a quarter of a minute's messages"
        waits = outcomes[5:]
        assert all(isinstance(one, Retry) and one.reason == "throttled" and (one.after_s or 0) <= 4.1 for one in waits)
        assert len(here.got) == 5
        here.now_s += 4.1
        assert await here.waiting_after(*flood[5:]) == []
        assert len(here.got) == 6, "one message for 25 alerts"
        assert here.texts()[5].startswith("【超时】滨江花园\n25 条告警：超时 25\n")
        assert here.texts()[5].endswith("\nhttps://desk.example/")
        assert here.told[-1] == ("online", "")


async def test_what_is_over_while_it_waits_is_only_counted(tmp_path: Path) -> None:
    """The end of a matter stands behind its begin: it is heard of before its turn comes."""
    async with desk(tmp_path, WECOM, per_minute=1) as here:
        await here.send(alert(1))
        waiting = [alert(number) for number in range(2, 7)]
        assert await here.waiting_after(*waiting) == waiting
        over = alert(9, kind="cleared", severity="info", clears=("a2",))
        here.notifier.expect(over, "k9")
        here.now_s += 121
        assert await here.waiting_after(*waiting) == []
        assert here.texts()[1].splitlines()[1] == "4 条告警：超时 4；另有 1 条已解除"
        assert await here.send(over) == [Delivered()]
        assert len(here.got) == 2


async def test_what_is_expected_never_overtakes_what_stands_before_it(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, per_minute=1) as here:
        await here.send(alert(1))
        warning = alert(2, kind="warning", severity="warning")
        assert await here.waiting_after(warning) == [warning]
        here.notifier.expect(alert(3), "k3")
        here.now_s += 121
        assert await here.send(warning) == [Delivered()]
        assert "【提醒】" in here.texts()[1]
        assert isinstance((await here.send(alert(3)))[0], Retry)


async def test_few_that_wait_go_one_by_one_the_most_urgent_first(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, per_minute=1) as here:
        assert await here.send(alert(1)) == [Delivered()]
        waiting = [alert(2), alert(3), alert(4, severity="emergency")]
        assert all(isinstance(one, Retry) for one in await here.send(*waiting))
        here.now_s += 121
        assert await here.waiting_after(*waiting) == waiting[:2]
        assert "紧急" in here.texts()[1]
        assert len(here.got) == 2


async def test_what_is_for_different_people_never_goes_in_one_message(tmp_path: Path) -> None:
    async with desk(tmp_path, "json://127.0.0.1/{address}", per_minute=1, digest_after=1) as here:
        await here.send(alert(1) | {"to": to("zero")})
        waiting = [alert(number) | {"to": to(name)} for number, name in enumerate(["ann", "bob", "ann", "bob"], 2)]
        assert await here.waiting_after(*waiting) == waiting
        while waiting:
            here.now_s += 121
            waiting = await here.waiting_after(*waiting)
        assert [url for url, _ in here.got] == [f"json://127.0.0.1/{name}" for name in ("zero", "ann", "bob")]
        assert "20261122-0002" in here.texts()[1]
        assert "20261122-0004" in here.texts()[1]
        assert "20261122-0003" not in here.texts()[1]


def to(name: str) -> dict[str, str]:
    return {"id": name, "name": name, "number": "", "address": name}


async def test_an_address_is_quoted_and_must_be_one(tmp_path: Path) -> None:
    async with desk(tmp_path, "json://127.0.0.1/{address}/?to={address}") as here:
        assert await here.send(alert(1) | {"to": to("+86a@b:c")}) == [Delivered()]
        assert here.got[0][0] == "json://127.0.0.1/%2B86a%40b%3Ac/?to=%2B86a%40b%3Ac"
        assert await here.send(alert(2) | {"to": to("../admin")}) == [Rejected("refused")]
        assert len(here.got) == 1


async def test_an_alert_for_nobody_in_particular_cannot_go_to_a_person_s_address(tmp_path: Path) -> None:
    async with desk(tmp_path, "json://127.0.0.1/{address}") as here:
        assert await here.send(alert(1) | {"to": None}) == [Rejected("refused")]
        assert here.got == []


async def test_an_alert_for_one_person_goes_by_the_lines_that_ask_for_an_address(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, "json://127.0.0.1/{address}") as here:
        await here.send(alert(1) | {"to": to("ann")}, alert(2) | {"to": None})
        assert sorted(url for url, _ in here.got) == ["json://127.0.0.1/ann", WECOM]
    async with desk(tmp_path, WECOM) as here:
        assert await here.send(alert(1) | {"to": to("ann")}) == [Delivered()]
        assert here.texts()[0].startswith("【超时】滨江花园 → ann\n")


async def test_all_lines_are_told_and_each_once(tmp_path: Path) -> None:
    async with desk(tmp_path, "# the desk's group", WECOM, "", OTHER) as here:
        here.answers["json"] = lambda: Retry("server_error")
        assert await here.send(alert(1)) == [Retry("server_error", 1.0)]
        del here.answers["json"]
        assert await here.send(alert(1)) == [Delivered()]
        assert [url for url, _ in here.got] == [WECOM, OTHER, OTHER]


async def test_a_dead_robot_is_left_alone_and_holds_nothing_back_from_the_others(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, OTHER) as here:
        here.answers["json"] = lambda: Retry("unreachable")
        for _ in range(3):
            outcome = await here.send(alert(1))
        assert outcome == [Delivered()], "the third failure: it is left alone, and the alert has reached somebody"
        assert here.told[-1] == ("offline", "line 2 (json): unreachable, left alone for 15 s")
        assert await here.send(alert(2)) == [Delivered()]
        assert len([url for url, _ in here.got if url == OTHER]) == 3


async def test_a_robot_that_comes_back_is_tried_once_and_gets_all_that_waits(tmp_path: Path) -> None:
    async with desk(tmp_path, OTHER) as here:
        here.answers["json"] = lambda: Retry("unreachable")
        waiting = [alert(number) for number in range(1, 7)]
        while here.told[-1:] != [("offline", "line 1 (json): unreachable, left alone for 15 s")]:
            await here.send(waiting[0])
        tried = len(here.got)
        outcomes = await here.send(*waiting)
        assert len(here.got) == tried, "left alone"
        assert {outcome for outcome in outcomes if isinstance(outcome, Retry)} == {Retry("unreachable", 15.0)}
        here.now_s += 15
        await here.send(*waiting)
        assert len(here.got) == tried + 1, "one probe"
        assert here.told[-1] == ("offline", "line 1 (json): unreachable, left alone for 30 s")
        here.now_s += 30
        del here.answers["json"]
        assert await here.waiting_after(*waiting) == []
        assert len(here.got) == tried + 2
        assert here.texts()[-1].startswith("【超时】滨江花园\n6 条告警：超时 6\n")
        assert here.told[-1] == ("online", "")


async def test_one_probe_at_a_time(tmp_path: Path) -> None:
    released, begun = threading.Event(), threading.Event()

    def slow() -> Delivery:
        begun.set()
        released.wait(60)
        return Delivered()

    async with desk(tmp_path, OTHER) as here:
        here.answers["json"] = lambda: Retry("throttled")
        await here.send(alert(1))
        here.now_s += 60
        here.answers["json"] = slow
        probe = asyncio.create_task(here.send(alert(1)))
        assert await asyncio.to_thread(begun.wait, 60)
        assert await here.send(alert(2), alert(3)) == [Retry("throttled", 1.0)] * 2
        released.set()
        assert await probe == [Delivered()]
        assert len(here.got) == 1 + 1


async def test_a_wrong_token_is_seen_in_the_state_of_the_link(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM) as here:
        here.answers["wecombot"] = lambda: Rejected("refused")
        assert await here.send(alert(1)) == [Rejected("refused")]
        assert here.told[-1] == ("offline", "line 1 (wecombot): refused")


async def test_threads_that_hang_are_few_and_keep_nobody_waiting(tmp_path: Path) -> None:
    released, numbers = threading.Event(), count()

    def hang() -> Delivery:
        next(numbers)
        released.wait(60)
        return Delivered()

    async with desk(tmp_path, OTHER) as here:
        here.answers["json"] = hang
        for robot in here.notifier.robots:
            robot.try_s = 0.01
        async with asyncio.timeout(60):
            for number in range(1, 20):
                here.now_s += 700
                outcome = (await here.send(alert(number)))[0]
                assert isinstance(outcome, Retry)
        assert next(numbers) == 4, "each of the four hangs"
        released.set()


async def test_a_try_that_is_given_up_from_outside_is_not_lost(tmp_path: Path) -> None:
    released, begun = threading.Event(), threading.Event()

    def slow() -> Delivery:
        begun.set()
        released.wait(60)
        return Delivered()

    async with desk(tmp_path, OTHER) as here:
        here.answers["json"] = slow
        trying = asyncio.create_task(here.send(alert(1)))
        assert await asyncio.to_thread(begun.wait, 60)
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying
        released.set()
        del here.answers["json"]
        assert await here.send(alert(1)) == [Delivered()]


async def test_no_more_is_remembered_than_has_room(tmp_path: Path) -> None:
    async with desk(tmp_path, WECOM, per_minute=1) as here:
        here.notifier.robots[0].waiting_max = 3
        await here.send(alert(1))
        outcomes = await here.send(*(alert(number) for number in range(2, 7)))
        assert outcomes.count(Retry("throttled", 60.0)) >= 2


async def test_before_it_runs_it_sends_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, OTHER) as here:
        pass
    assert await here.send(alert(1)) == [Retry("unreachable")]
    assert here.got == []
