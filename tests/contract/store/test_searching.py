"""Records are found by what they hold, on both databases, and no page examines more than a part of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Unpack

from sqlalchemy.sql import ClauseElement

from adapters.intake import database_of, open_store
from adapters.intake.reads import compiled
from adapters.intake.searching import Key, find
from adapters.ports import IncidentsAsked
from adapters.record_store import RecordStore
from adapters.summed import Place
from rules.effects import Send
from rules.events import DeliverySettled
from rules.incidents import Recording
from tests.contract.store.made import START_US, alert_of, batch_of, incident_of, journalled, obligation_of


async def numbers(store: RecordStore, **asked: Unpack[IncidentsAsked]) -> list[int]:
    page = await store.incidents(limit=50, **asked)
    return [int(item["number"].rpartition("-")[2]) for item in page.items]


async def test_each_condition_finds_what_holds_it_and_all_must_hold(store: RecordStore) -> None:
    incidents = [
        incident_of(1, caller="13800138000", line="4001", agent="王 008", direction="inbound"),
        incident_of(2, caller="05718765000", line="4002", agent="Li 012", facts={"matter": "电梯困人"}),
        incident_of(3, medium="radio", unit="100-4002", facts={"place": "3号楼 100%"}),
        incident_of(4, caller="13900139000", caller_name="O'Brien_1"),
    ]
    obligations = [
        obligation_of(11, 1, state="met"),
        obligation_of(12, 2, state="breached"),
        obligation_of(13, 2, rule="hold_checkin", state="met", in_hours=False),
    ]
    await store.commit(batch_of([journalled(1)], incidents=incidents, obligations=obligations))
    assert await numbers(store, medium="radio") == [3]
    assert await numbers(store, direction="inbound") == [1]
    assert await numbers(store, line="4002") == [2]
    assert await numbers(store, caller_ends="8000") == [1]
    assert await numbers(store, caller_ends="5000") == [2]
    assert await numbers(store, person="li") == [2]
    assert await numbers(store, text="困人") == [2]
    assert await numbers(store, text="3号楼 100%") == [3]
    assert await numbers(store, text="100_") == []
    assert await numbers(store, text="o'brien_") == [4]
    assert await numbers(store, verdict="met") == [2, 1]
    assert await numbers(store, rule="three_rings", verdict="met") == [1]
    assert await numbers(store, rule="hold_checkin") == [2]
    assert await numbers(store, in_hours=False) == [2]
    assert await numbers(store, in_hours=False, verdict="breached") == []
    assert await numbers(store, until_us=START_US + 3, line="4001") == [1]
    assert await numbers(store, within=[(START_US + 1, START_US + 2), (START_US + 4, START_US + 5)]) == [4, 1]


async def test_a_search_goes_on_part_by_part_and_finds_each_record_once(tmp_path: Path) -> None:
    store = open_store("sqlite:///hotline.db", tmp_path)
    await store.open()
    rare = {3, 4, 17}
    incidents = [incident_of(n, line="4002" if n in rare else "4001") for n in range(1, 21)]
    await store.commit(batch_of([journalled(1)], incidents=incidents))
    database = database_of("sqlite:///hotline.db", tmp_path)
    connection = database.connect_reader()

    def ask(statement: ClauseElement) -> list[Sequence[Any]]:
        found: list[Sequence[Any]] = connection.execute(*compiled(database, statement)).fetchall()
        return found

    before: Key | None = None
    parts = []
    for _ in range(99):
        found, before = find(ask, {"line": "4002"}, 1, before, examined_max=5)
        parts.append([row[0] for row in found])
        if before is None:
            break
    assert parts == [[17], [], [], [4], [3]]
    connection.close()
    await store.close()


async def test_a_record_tells_whom_its_alerts_reached(store: RecordStore) -> None:
    alert = alert_of("a", incident_id=1, raised_us=START_US + 5)
    await store.commit(
        batch_of(
            [journalled(1)], incidents=[incident_of(1)], alerts=[alert], sends=[Send("a", "desk"), Send("a", "sms")]
        )
    )
    settled = DeliverySettled(alert="a", notifier="sms", delivered=False, attempts=3, reason="refused")
    await store.commit(batch_of([journalled(2, settled)]))
    (told,) = await store.tellings("20261121-0001")
    assert [(one["target"], one["state"], one["attempts"], one["reason"]) for one in told["receivers"]] == [
        ("desk", "pending", 0, ""),
        ("sms", "failed", 3, "refused"),
    ]
    assert await store.tellings("20261121-0404") == []


async def test_many_records_tell_where_they_came_in_and_so_does_the_one_that_holds_a_recording(
    store: RecordStore,
) -> None:
    clip = Recording("20261121-00000000f0e1d2c3", START_US, 1.0)
    incidents = [
        incident_of(1, line="4002"),
        incident_of(2, medium="radio", channel="CH2", talkgroup="9", recordings=(clip,)),
    ]
    await store.commit(batch_of([journalled(1)], incidents=incidents))
    hail = Place("", "CH2", "9", "main")
    asked = ["20261121-0001", "20261121-0002", *(f"20261121-{number}" for number in range(1_000, 2_000))]
    assert await store.places(asked) == {"20261121-0001": Place("4002", "", "", "main"), "20261121-0002": hail}
    assert await store.place_of_recording(clip.id, START_US) == hail
    assert await store.place_of_recording("20261121-0000000000000000", START_US) is None
    assert await store.place_of_recording("%", START_US) is None
