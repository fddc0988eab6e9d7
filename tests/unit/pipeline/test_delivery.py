"""Alerts leave in order, are tried again, are settled once, and one notifier's trouble is nobody else's."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.ports import Delivered, Rejected, Retry
from adapters.ports import Delivery as Outcome
from gateway.delivery import Patience
from gateway.links import AcknowledgeLinks
from rules.events import DeliveriesSettled, DeliveriesTried, DeliverySettled, LinkChanged, settlements
from rules.people import Person, Shift
from rules.settings import Ladder
from tests.fixtures.bench import Bench, answered, ringing, until
from tests.fixtures.memory_store import MemoryStore
from tests.fixtures.notifiers import QUICK, Pretend, delivering, settled, warn, yes

_PATIENT = Patience(first_s=600.0, longest_s=600.0, urgent_s=600.0, rest_s=0.0)


class PretendMail(Pretend):
    carries_links = True

    def __init__(self) -> None:
        super().__init__("mail", yes)
        self.links: list[str] = []

    async def send(self, alert: Mapping[str, Any], key: str) -> Outcome:
        self.links.append(alert["acknowledge_url"])
        return await super().send(alert, key)


async def test_only_what_people_read_carries_a_link_and_only_for_what_can_be_acknowledged() -> None:
    mail, desk = (
        PretendMail(),
        Pretend("desk", lambda alert: Rejected("refused") if alert["acknowledge_url"] else Delivered()),
    )
    async with delivering(mail, desk, links=AcknowledgeLinks("s", "test", "https://desk.example", 900.0)) as (bench, _):
        await bench.submit(ringing("c1"))
        bench.clock.move(16.0)
        await bench.look()
        await until(lambda: len(settled(bench)) >= 6)
    assert {one.delivered for one in settled(bench)} == {True}
    assert [link[:23] for link in mail.links] == ["", "", "https://desk.example/a/"]


async def test_a_delivered_alert_is_settled_and_leaves_the_outbox() -> None:
    desk = Pretend("desk", yes)
    async with delivering(desk) as (bench, _):
        await warn(bench)
        await until(lambda: settled(bench))
        assert settled(bench) == [DeliverySettled(alert=desk.given[0], notifier="desk", delivered=True, attempts=1)]
        assert bench.store.pending == []


async def test_deliveries_that_settle_together_are_one_entry_of_the_journal_that_tells_of_each() -> None:
    desk = Pretend("desk", yes)
    desk.hangs = True
    async with delivering(desk) as (bench, _):
        for call in ("c1", "c2", "c3"):
            await bench.submit(ringing(call))
        bench.clock.move(5.0)
        await bench.look()
        await until(lambda: len(desk.given) == 3)
        desk.goes_on.set()
        await until(lambda: settled(bench))
        assert [type(entry.event) for entry in bench.store.entries if settlements(entry.event)] == [DeliveriesSettled]
        assert [one.alert for one in settled(bench)] == desk.given
        assert bench.store.pending == []


async def test_each_person_is_told_by_a_send_of_their_own_and_one_s_trouble_delays_no_other() -> None:
    told: dict[str, Any] = {}

    def answer(alert: Mapping[str, Any]) -> Outcome:
        told[alert["to"]["id"]] = alert["to"]
        return Retry("unreachable") if alert["to"]["id"] == "li" else Delivered()

    sms = Pretend("sms", answer)
    people = (
        Person(id="li", reach={"sms": "+861"}),
        Person(id="wang", name="王芳", number="008", reach={"sms": "+862"}),
    )
    shift = Shift(role="operator", people=("li", "wang"), from_="00:00", to="00:00")
    ladder = Ladder(warn=("role:operator",))
    async with delivering(sms, people=people, shifts=(shift,), ladder=ladder) as (bench, _):
        await warn(bench)
        await until(lambda: settled(bench))
        assert [(one.notifier, one.delivered) for one in settled(bench)] == [("sms/wang", True)]
        assert told["wang"] == {"id": "wang", "name": "王芳", "number": "008", "address": "+862"}
        await until(lambda: sms.given.count(sms.given[0]) > 1)
        assert {key.rpartition("/")[2] for key in sms.given} == {"li", "wang"}
        assert [send.notifier for send in bench.store.pending] == ["sms/li"]


async def test_an_alert_is_tried_until_it_is_delivered_with_the_same_key() -> None:
    answers: Iterator[Outcome] = iter([Retry("unreachable"), Retry("server_error"), Delivered()])
    desk = Pretend("desk", lambda _: next(answers))
    async with delivering(desk) as (bench, _):
        await warn(bench)
        await until(lambda: settled(bench))
        assert len(desk.given) == 3
        assert len(set(desk.given)) == 1
        assert settled(bench)[0].attempts == 3


async def test_a_first_try_that_comes_to_nothing_is_told_once_and_shows_at_its_receiver() -> None:
    answers: Iterator[Outcome] = iter([Retry("timeout"), Retry("server_error"), Delivered()])

    def answer(_: Mapping[str, Any]) -> Outcome:
        desk.hangs = True  # the next try waits
        return next(answers)

    desk = Pretend("desk", answer)
    async with delivering(desk) as (bench, _):
        await warn(bench)
        [alert] = bench.pipeline.state.alerts.values()
        await until(lambda: "desk" in alert.fates)
        assert (alert.fates["desk"].state, alert.fates["desk"].error) == ("sent", "timeout")
        desk.goes_on.set()
        await until(lambda: settled(bench))
        assert sum(isinstance(entry.event, DeliveriesTried) for entry in bench.store.entries) == 1
        assert (alert.fates["desk"].state, alert.fates["desk"].error) == ("delivered", "")


async def test_a_refused_alert_is_settled_as_not_delivered_with_its_reason() -> None:
    desk = Pretend("desk", lambda _: Rejected("refused"))
    async with delivering(desk) as (bench, delivery):
        await warn(bench)
        await until(lambda: settled(bench))
        assert (settled(bench)[0].delivered, settled(bench)[0].reason) == (False, "refused")
        assert delivery.status()[0]["failed"] == 1


async def test_it_gives_up_after_so_many_attempts() -> None:
    desk = Pretend("desk", lambda _: Retry("server_error"))
    async with delivering(desk, patience=QUICK._replace(attempts_max=4)) as (bench, _):
        await warn(bench)
        await until(lambda: settled(bench))
        assert (settled(bench)[0].attempts, settled(bench)[0].reason) == (4, "gave_up")


async def test_it_gives_up_on_what_was_raised_too_long_ago() -> None:
    desk = Pretend("desk", lambda _: Retry("server_error"))
    async with delivering(desk, patience=QUICK._replace(give_up_after_s=60.0)) as (bench, _):
        await warn(bench)
        await until(lambda: len(desk.given) > 2)
        assert not settled(bench)
        bench.clock.move(61.0)
        await until(lambda: any(one.reason == "gave_up" for one in settled(bench)))


async def test_it_waits_as_long_as_the_receiver_asks() -> None:
    answers: Iterator[Outcome] = iter([Retry("throttled", 0.2), Delivered()])
    desk = Pretend("desk", lambda _: next(answers))
    async with delivering(desk) as (bench, _):
        loop = asyncio.get_running_loop()
        await warn(bench)
        await until(lambda: len(desk.given) == 1)
        began = loop.time()
        await until(lambda: settled(bench))
        assert loop.time() - began >= 0.19


async def test_a_notifier_that_hangs_delays_no_other() -> None:
    stuck, desk = Pretend("stuck", yes), Pretend("desk", yes)
    stuck.hangs = True
    async with delivering(stuck, desk) as (bench, delivery):
        for n in range(40):
            await bench.submit(ringing(f"c{n}"))
        bench.clock.move(5.0)
        await bench.look()
        await until(lambda: len(settled(bench)) == 40)
        assert {one.notifier for one in settled(bench)} == {"desk"}
        assert [one["waiting"] for one in delivery.status()] == [40, 0]


async def test_a_try_that_hangs_is_ended() -> None:
    desk = Pretend("desk", yes)
    desk.hangs = True
    async with delivering(desk, patience=QUICK._replace(try_s=0.01, attempts_max=2)) as (bench, _):
        await warn(bench)
        await until(lambda: settled(bench))
        assert len(desk.given) == 2


async def test_it_ends_though_an_answer_that_came_at_that_moment_swallowed_the_cancellation() -> None:
    class Deaf(Pretend):
        async def send(self, alert: Mapping[str, Any], key: str) -> Outcome:
            try:
                return await super().send(alert, key)
            except asyncio.CancelledError:
                return Delivered()

    desk = Deaf("desk", yes)
    desk.hangs = True
    async with asyncio.timeout(60), delivering(desk) as (bench, _):
        await warn(bench)
        await until(lambda: bool(desk.given))


async def test_alerts_of_one_incident_keep_their_order_and_those_of_others_pass() -> None:
    refuses = {"on": True}
    told: list[tuple[str, str]] = []

    def answer(alert: Mapping[str, Any]) -> Outcome:
        if alert["source_call"] == "c1" and refuses["on"]:
            return Retry("server_error")
        told.append((alert["source_call"], alert["kind"]))
        return Delivered()

    async with delivering(Pretend("desk", answer)) as (bench, _):
        await bench.submit(ringing("c1"))
        await bench.submit(ringing("c2"))
        for _ in range(3):
            bench.clock.move(5.0)
            await bench.look()
        await until(lambda: len(told) == 3)
        assert told == [("c2", "warning"), ("c2", "warning"), ("c2", "breach")]
        refuses["on"] = False
        await until(lambda: len(told) == 6)
        assert told[3:] == [("c1", "warning"), ("c1", "warning"), ("c1", "breach")]


async def test_a_connection_that_is_back_is_used_at_once() -> None:
    up = {"is": False}
    desk = Pretend("desk", lambda _: Delivered() if up["is"] else Retry("unreachable"))
    async with delivering(desk, patience=_PATIENT) as (bench, delivery):
        await warn(bench)
        await until(lambda: desk.given)
        up["is"] = True
        desk.link("online", "")
        await until(lambda: settled(bench))
        assert delivery.status()[0]["link"] == "online"


async def test_a_send_for_a_notifier_that_is_gone_is_settled_at_once() -> None:
    store = MemoryStore()
    desk = Pretend("desk", lambda _: Retry("unreachable"))
    async with delivering(desk, store=store) as (bench, _):
        await warn(bench)
    async with delivering(Pretend("other", yes), store=store) as (bench, _):
        await until(lambda: settled(bench))
        assert (settled(bench)[0].notifier, settled(bench)[0].delivered) == ("desk", False)


async def test_after_a_recovery_nothing_is_sent_twice_by_the_same_process() -> None:
    desk = Pretend("desk", yes)
    store = MemoryStore()
    async with delivering(desk, store=store) as (bench, delivery):
        desk.hangs = True
        await warn(bench)
        await until(lambda: desk.given)
        store.fails = lambda n, first=store.commits + 1: "before" if n == first else ""  # type: ignore[misc]
        bench.pipeline.note(LinkChanged(source="main", state="online"))
        await until(lambda: bench.pipeline.ready)
        await bench.ready()
        await until(bench.pipeline.outbox.empty)
        desk.goes_on.set()
        await until(lambda: settled(bench))
        await until(lambda: delivery.status()[0]["waiting"] == 0)
        assert len(desk.given) == len(settled(bench)) == 1


async def test_what_is_told_of_one_key_never_changes() -> None:
    told: list[Mapping[str, Any]] = []

    def answer(alert: Mapping[str, Any]) -> Outcome:
        told.append(alert)
        return Retry("server_error") if len(told) < 4 else Delivered()

    async with delivering(Pretend("desk", answer)) as (bench, _):
        await warn(bench)
        await bench.submit(answered())
        await until(lambda: len(told) >= 4)
        first = [one for one in told if one["key"] == told[0]["key"]]
        assert all(one == first[0] for one in first)


async def _wait_for_another_try(bench: Bench, desk: Pretend, *calls: str) -> None:
    """One warning of each has been tried; `new` rings, and is due before their next."""
    for call in calls:
        await bench.submit(ringing(call))
    bench.clock.move(4.0)
    await bench.submit(ringing("new"))
    bench.clock.move(1.0)
    await bench.look()
    await until(lambda: len(desk.given) == len(calls))


async def _new_is_due(bench: Bench) -> None:
    bench.clock.move(4.0)
    await bench.look()


async def test_one_that_arrives_lets_all_go_that_wait_but_whom_the_receiver_asked_to_wait() -> None:
    up = {"is": False}

    def answer(alert: Mapping[str, Any]) -> Outcome:
        if alert["source_call"] == "asked":
            return Retry("throttled", 600.0)
        return Delivered() if up["is"] else Retry("server_error")

    desk = Pretend("desk", answer)
    async with delivering(desk, patience=_PATIENT) as (bench, delivery):
        await _wait_for_another_try(bench, desk, "asked", *(f"c{n}" for n in range(20)))
        up["is"] = True
        await _new_is_due(bench)
        await until(lambda: len(settled(bench)) == 21)
        assert delivery.status()[0]["waiting"] == 1
        assert len(desk.given) == 21 + 21


async def test_what_fails_again_lets_none_go() -> None:
    desk = Pretend("desk", lambda alert: Delivered() if alert["source_call"] == "new" else Retry("server_error"))
    async with delivering(desk, patience=_PATIENT) as (bench, _):
        await _wait_for_another_try(bench, desk, *(f"c{n}" for n in range(20)))
        await _new_is_due(bench)
        await until(lambda: settled(bench) and len(desk.given) == 20 + 1 + 2)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(desk.given) == 20 + 1 + 2


async def test_what_a_receiver_never_takes_is_not_tried_at_the_rate_of_what_it_takes() -> None:
    desk = Pretend("desk", lambda alert: Retry("server_error") if alert["source_call"] == "bad" else Delivered())
    async with delivering(desk, patience=_PATIENT._replace(rest_s=600.0)) as (bench, _):
        await bench.submit(ringing("bad"))
        for number in range(20):
            await bench.submit(ringing(f"c{number}"))
        bench.clock.move(5.0)
        await bench.look()
        await until(lambda: len(settled(bench)) == 20)
        assert len(desk.given) == 21


async def test_no_alert_waits_for_its_first_try_behind_one_that_waits_for_its_next() -> None:
    desk = Pretend("desk", lambda _: Retry("server_error"))
    async with delivering(desk, patience=_PATIENT) as (bench, _):
        await warn(bench)
        await until(lambda: len(desk.given) == 1)
        bench.clock.move(5.0)
        await bench.look()
        await until(lambda: len(desk.given) == 2)
        assert len(set(desk.given)) == 1  # in order still
