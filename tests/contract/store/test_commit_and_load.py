"""What is committed is there, all of it or nothing; a restart reads what is open."""

import asyncio
import itertools
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.errors import StoreError
from adapters.intake import incident_document, obligation_document, open_store
from adapters.ports import Store
from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Note, Send
from rules.events import ClockAnchored, DeliveriesSettled, DeliverySettled, Event, RulesTaken
from rules.incidents import Incident, SourceStatus
from rules.obligations import INTERNAL_RULES, Obligation
from rules.quiet import Quiet, Storm, Window
from rules.settings import RuleSet
from tests.contract.store.made import (
    alert_of,
    any_of,
    batch_of,
    incident_of,
    journalled,
    key_of,
    obligation_of,
)

FEW = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
EVENTS = [any_of(kind) for kind in Event.__args__]
ids = itertools.count(1)  # an example may not meet the rows of the one before


async def test_a_new_store_is_empty(store: Store) -> None:
    live = await store.load()
    assert (live.seq, live.at_us, live.last_id, live.last_number) == (0, 0, 0, "")
    assert (live.incidents, live.alerts, live.sources, live.pending, live.rules) == ([], [], [], [], None)


@FEW
@given(data=st.data())
async def test_live_things_come_back_as_they_were(store: Store, data: st.DataObject) -> None:
    before = await store.load()
    number = next(ids)
    incident = data.draw(any_of(Incident, id=number, number=f"n{number}"))
    alert = data.draw(any_of(Alert, id=f"a{number}", key=f"k{number}"))
    source = data.draw(any_of(SourceStatus, name=f"s{number}"))
    send = Send(alert.id, "desk")
    await store.commit(
        batch_of(
            [journalled(before.seq + 1)],
            incidents=[incident],
            alerts=[alert],
            sources=[source],
            sends=[send],
            last_id=number,
        )
    )
    live = await store.load()
    assert incident in live.incidents
    assert alert in live.alerts
    assert source in live.sources
    assert send in live.pending
    assert (live.last_id, live.last_number, live.seq) == (number, incident.number, before.seq + 1)


@FEW
@given(data=st.data())
async def test_the_record_reads_the_same_from_the_database_as_from_memory(store: Store, data: st.DataObject) -> None:
    before = await store.load()
    number = next(ids)
    obligations = [data.draw(any_of(Obligation, id=next(ids), incident=number)) for _ in range(2)]
    incident = data.draw(any_of(Incident, id=number, number=f"n{number}", obligations=obligations))
    rows = batch_of([journalled(before.seq + 1)], incidents=[incident], obligations=obligations)
    await store.commit(rows)
    page = await store.incidents(limit=1, number=incident.number)
    assert page.items == [incident_document(incident)]
    ours = [ob for ob in (await store.obligations(state=None, limit=2)).items if ob["incident"] == incident.number]
    assert ours == [obligation_document(ob, incident) for ob in reversed(obligations)]


@FEW
@given(data=st.data())
async def test_the_journal_gives_back_every_kind_of_event(store: Store, data: st.DataObject) -> None:
    before = await store.load()
    events = [data.draw(kind) for kind in EVENTS]
    entries = [journalled(before.seq + place, event) for place, event in enumerate(events, 1)]
    await store.commit(batch_of(entries))
    assert await store.journal(after_seq=before.seq, limit=100) == [row.entry for row in entries]


@FEW
@given(data=st.data())
async def test_channels_and_units_come_back_as_they_were_until_they_are_gone(store: Store, data: st.DataObject) -> None:
    seq = (await store.load()).seq
    number = next(ids)
    channel = data.draw(any_of(Channel, id=number, name=f"CH{number}"))
    unit = data.draw(any_of(UnitStatus, id=number, unit=f"u{number}"))
    await store.commit(batch_of([journalled(seq + 1)], channels=[channel], units=[unit]))
    live = await store.load()
    assert (live.channels[-1], live.units[-1]) == (channel, unit)
    await store.commit(batch_of([journalled(seq + 2)], channels_gone=[channel.name], units_gone=[unit.unit]))
    assert ((await store.load()).channels, (await store.load()).units) == ([], [])


async def test_a_changed_thing_replaces_its_former_state(store: Store) -> None:
    await store.commit(batch_of([journalled(1)], incidents=[incident_of(1)], obligations=[obligation_of(2, 1)]))
    answered = incident_of(1, outcome="answered", rings=2)
    met = obligation_of(2, 1, state="met", seconds=7.5)
    answered.obligations = [met]
    await store.commit(batch_of([journalled(2)], incidents=[answered], obligations=[met]))
    assert (await store.load()).incidents == [answered]
    assert (await store.incidents(limit=5)).items == [incident_document(answered)]


async def test_what_is_forgotten_and_settled_leaves_the_live_things_but_not_the_record(store: Store) -> None:
    await store.commit(batch_of([journalled(1)], incidents=[incident_of(1), incident_of(2)], alerts=[alert_of("a")]))
    await store.commit(batch_of([journalled(2)], incidents=[incident_of(1)], forgotten=[1], settled=["a"]))
    live = await store.load()
    assert (live.incidents, live.alerts) == ([incident_of(2)], [])
    assert [item["number"] for item in (await store.incidents(limit=5)).items] == ["20261121-0002", "20261121-0001"]
    assert [item["id"] for item in (await store.alerts(state=None, limit=5)).items] == ["a"]


async def test_alerts_leave_in_the_order_in_which_they_were_made_until_they_are_settled(store: Store) -> None:
    first, second, third = Send("b", "desk"), Send("a", "desk"), Send("a", "hook")
    await store.commit(batch_of([journalled(1)], alerts=[alert_of("b"), alert_of("a")], sends=[first, second]))
    await store.commit(batch_of([journalled(2)], sends=[third, second]))
    assert (await store.load()).pending == [first, second, third]
    for seq, event in enumerate(
        (
            DeliverySettled(alert="b", notifier="desk", delivered=True, attempts=1),
            DeliverySettled(alert="a", notifier="hook", delivered=False, attempts=9, reason="gave_up"),
        ),
        3,
    ):
        await store.commit(batch_of([journalled(seq, event)]))
    assert (await store.load()).pending == [second]


async def test_an_entry_that_folds_many_deliveries_settles_each(store: Store) -> None:
    sends = [Send("a", "desk"), Send("a", "hook"), Send("b", "desk")]
    await store.commit(batch_of([journalled(1)], alerts=[alert_of("a"), alert_of("b")], sends=sends))
    together = DeliveriesSettled(
        each=(
            DeliverySettled(alert="a", notifier="desk", delivered=True, attempts=1),
            DeliverySettled(alert="b", notifier="desk", delivered=False, attempts=9, reason="gave_up"),
        )
    )
    await store.commit(batch_of([journalled(2, together)]))
    assert (await store.load()).pending == [Send("a", "hook")]
    assert (await store.journal(after_seq=1, limit=5))[0].event == together


async def test_the_rules_last_taken_are_remembered(store: Store) -> None:
    for seq, version in enumerate(("one", "two"), 1):
        await store.commit(batch_of([journalled(seq, RulesTaken(rules=RuleSet(version=version, site="riverside")))]))
    await store.commit(batch_of([journalled(3)]))
    assert b'"version":"two"' in ((await store.load()).rules or b"")


async def test_the_clock_of_the_last_process_is_remembered(store: Store) -> None:
    assert (await store.load()).anchor_us is None
    for seq, anchor_us in enumerate((7, -1_800_000_000_000_000), 1):
        await store.commit(batch_of([journalled(seq, ClockAnchored(anchor_us=anchor_us))]))
    await store.commit(batch_of([journalled(3)]))
    assert (await store.load()).anchor_us == -1_800_000_000_000_000


async def test_known_tells_which_keys_the_journal_has(store: Store) -> None:
    await store.commit(batch_of([journalled(seq, key=key_of(seq)) for seq in range(1, 101)]))
    asked = [key_of(number) for number in range(51, 151)]
    assert await store.known(asked) == {key_of(number) for number in range(51, 101)}
    assert await store.known([]) == set()


async def test_a_batch_that_fails_leaves_nothing(store: Store) -> None:
    await store.commit(batch_of([journalled(1)], incidents=[incident_of(1)]))
    same_number = incident_of(2, number=incident_of(1).number)
    with pytest.raises(StoreError):
        await store.commit(
            batch_of(
                [journalled(2, key=key_of(2))],
                incidents=[same_number],
                obligations=[obligation_of(3, 2)],
                notes=[Note(incident=1, at_us=1, what="x")],
                last_id=3,
            )
        )
    live = await store.load()
    assert (live.seq, live.last_id, live.incidents) == (1, 0, [incident_of(1)])
    assert await store.known([key_of(2)]) == set()
    assert (await store.obligations(state=None, limit=5)).items == []
    await store.commit(batch_of([journalled(2, key=key_of(2))]))  # and the store goes on
    assert (await store.load()).seq == 2


async def test_a_journal_entry_is_never_replaced(store: Store) -> None:
    await store.commit(batch_of([journalled(1, key=key_of(1))]))
    for row in (journalled(1, key=key_of(2)), journalled(2, key=key_of(1))):
        with pytest.raises(StoreError):
            await store.commit(batch_of([row]))
    assert [entry.seq for entry in await store.journal(after_seq=0, limit=9)] == [1]


async def test_two_batches_may_be_under_way_and_what_is_asked_behind_them_knows_both(store: Store) -> None:
    one, other = (store.commit(batch_of([journalled(seq, key=key_of(seq))])) for seq in (1, 2))
    assert await store.known([key_of(seq) for seq in (1, 2, 3)]) == {key_of(1), key_of(2)}
    await asyncio.gather(one, other)
    assert (await store.load()).seq == 2


async def test_what_was_decided_on_top_of_a_batch_that_fails_fails_too(store: Store) -> None:
    await store.commit(batch_of([journalled(1, key=key_of(1))]))
    again = [journalled(2, key=key_of(1))]
    outcomes = await asyncio.gather(
        store.commit(batch_of(again)), store.commit(batch_of([journalled(3)])), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [StoreError, StoreError]
    await store.commit(batch_of([journalled(2, key=key_of(2))]))
    assert [entry.seq for entry in await store.journal(after_seq=0, limit=9)] == [1, 2]


async def test_a_zero_character_in_a_name_does_not_stop_the_line(store: Store) -> None:
    incident = incident_of(1, caller_name="a\0b")
    await store.commit(batch_of([journalled(1, key=key_of(1))], incidents=[incident]))
    assert (await store.load()).incidents == [incident]
    assert (await store.incidents(limit=1)).items[0]["from_name"] in {"a\0b", "a\ufffdb"}


async def test_everything_is_there_after_closing_and_opening_again(store_url: str, tmp_path: Path) -> None:
    first = open_store(store_url, tmp_path)
    await first.open()
    await first.commit(batch_of([journalled(1)], incidents=[incident_of(1)], sends=[Send("a", "desk")], last_id=1))
    before = await first.load()
    await first.close()
    with pytest.raises(StoreError, match="closed"):
        await first.load()
    again = open_store(store_url, tmp_path)
    await again.open()
    assert await again.load() == before
    await again.close()


async def test_a_loop_that_never_rests_does_not_keep_the_writer_waiting(store: Store) -> None:
    async def work_on() -> None:
        while True:
            sum(range(500))
            await asyncio.sleep(0)

    busy = asyncio.create_task(work_on())
    begin = time.perf_counter()
    for seq in range(1, 21):
        await store.known([key_of(seq)])
        await store.commit(batch_of([journalled(seq, key=key_of(seq))], incidents=[incident_of(seq)]))
    taken_s = time.perf_counter() - begin
    busy.cancel()
    assert taken_s < 30, f"20 commits took {taken_s:.1f} s beside a busy loop"


def test_internal_obligations_are_no_verdicts() -> None:
    incident = incident_of(1)
    incident.obligations = [
        obligation_of(n, 1, rule=rule, state="met") for n, rule in enumerate(sorted(INTERNAL_RULES))
    ]
    assert incident_document(incident)["verdicts"] == []


@FEW
@given(data=st.data())
async def test_windows_and_storms_come_back_as_they_were_until_they_are_gone(store: Store, data: st.DataObject) -> None:
    seq = (await store.load()).seq
    things: list[Quiet] = [data.draw(any_of(Storm, key=f"storm/{next(ids)}")), data.draw(any_of(Window, key="window"))]
    await store.commit(batch_of([journalled(seq + 1)], quiet=things))
    assert (await store.load()).quiet == things
    await store.commit(batch_of([journalled(seq + 2)], quiet_gone=[thing.key for thing in things]))
    assert (await store.load()).quiet == []


async def test_alerts_that_another_stands_for_are_found_by_it(store: Store) -> None:
    seq = (await store.load()).seq
    held = alert_of("held", silenced="storm", tied_to="line")
    await store.commit(batch_of([journalled(seq + 1)], alerts=[alert_of("alone"), held, alert_of("line")]))
    found = await store.alerts(state=None, limit=10, tied_to="line")
    assert [alert["id"] for alert in found.items] == ["held"]
