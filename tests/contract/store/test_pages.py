"""The API's lists: newest first, page by page, unmoved by what comes in meanwhile; the time line; the unread."""

import pytest

from adapters.ports import JournalRow, Store
from rules.effects import Note, Send
from rules.events import Delivered, DeliveriesSettled, DeliverySettled, Entry, Established, Unparsed
from rules.moments import rfc3339
from tests.contract.store.made import START_US, alert_of, batch_of, incident_of, journalled, obligation_of


async def test_pages_neither_repeat_nor_miss_a_row_when_others_come_in(store: Store) -> None:
    incidents = [incident_of(n) for n in range(1, 26)]
    obligations = [obligation_of(n, n) for n in range(1, 26)]
    alerts = [alert_of(f"a{n:02}", raised_us=START_US + n // 3) for n in range(1, 26)]  # some of one moment
    await store.commit(batch_of([journalled(1)], incidents=incidents, obligations=obligations, alerts=alerts))
    seen: dict[str, list[str]] = {"incident": [], "obligation": [], "alert": []}
    cursors: dict[str, str | None] = {"incident": None, "obligation": None, "alert": None}
    for turn in range(3):
        pages = {
            "incident": await store.incidents(limit=10, cursor=cursors["incident"]),
            "obligation": await store.obligations(state="open", limit=10, cursor=cursors["obligation"]),
            "alert": await store.alerts(state="raised", limit=10, cursor=cursors["alert"]),
        }
        for name, page in pages.items():
            seen[name] += [item.get("number") or str(item["id"]) for item in page.items]
            cursors[name] = page.next
        late = 100 + turn
        await store.commit(
            batch_of(
                [journalled(turn + 2)],
                incidents=[incident_of(late)],
                obligations=[obligation_of(late, late)],
                alerts=[alert_of(f"b{late}", raised_us=START_US + late)],
            )
        )
    assert seen["incident"] == [i.number for i in reversed(incidents)]
    assert seen["obligation"] == [str(o.id) for o in reversed(obligations)]
    assert seen["alert"] == [a.id for a in sorted(alerts, key=lambda a: (a.raised_us, a.id), reverse=True)]
    assert cursors == {"incident": None, "obligation": None, "alert": None}


async def test_incidents_can_be_asked_for_by_time_number_outcome_and_caller(store: Store) -> None:
    incidents = [incident_of(n, caller=f"1380013800{n % 2}") for n in range(1, 7)]
    incidents[1].outcome = incidents[4].outcome = "missed"
    await store.commit(batch_of([journalled(1)], incidents=incidents))

    async def ids(**asked: str | int) -> list[int]:
        page = await store.incidents(limit=10, **asked)  # type: ignore[arg-type]  # each has the type that it names
        return [int(item["call"][1:]) for item in page.items]

    assert await ids(since_us=START_US + 4) == [6, 5, 4]
    assert await ids(number="20261121-0003") == [3]
    assert await ids(outcome="missed") == [5, 2]
    assert await ids(caller="13800138001") == [5, 3, 1]
    assert await ids(caller="13800138001", outcome="missed", since_us=START_US + 5) == [5]
    assert await ids(number="20261121-9999") == []
    assert await ids(caller="\0") == []


async def test_an_obligation_tells_whose_call_it_is_about_and_may_be_about_none(store: Store) -> None:
    about_none = obligation_of(3, 0, rule="source_online")
    about_one = obligation_of(2, 1)
    await store.commit(
        batch_of([journalled(1)], incidents=[incident_of(1, caller="139")], obligations=[about_one, about_none])
    )
    page = await store.obligations(state="open", limit=5)
    assert [(item["rule"], item["incident"], item["from"]) for item in page.items] == [
        ("source_online", "", ""),
        ("three_rings", "20261121-0001", "139"),
    ]
    assert (await store.obligations(state="met", limit=5)).items == []


async def test_a_cursor_that_we_did_not_give_is_refused(store: Store) -> None:
    for cursor in ("", "x", "1", "1.x", "1.2.3", f"1.{2**63}"):
        with pytest.raises(ValueError, match="cursor"):
            await store.incidents(limit=5, cursor=cursor)


async def test_the_time_line_tells_events_notes_and_alerts_of_one_incident_in_order(store: Store) -> None:
    await store.commit(
        batch_of(
            [
                journalled(1, Delivered(source="main", call="x", device="8001"), incident=1),
                journalled(2, Delivered(source="main", call="other"), incident=9),
                journalled(9, Established(source="main", call="x"), incident=1),
            ],
            incidents=[incident_of(1), incident_of(9)],
            alerts=[alert_of("a", incident_id=1, raised_us=START_US + 5), alert_of("z", incident_id=9)],
            notes=[
                Note(incident=1, at_us=START_US + 9, what="revised", detail="met", seq=9),
                Note(incident=9, at_us=START_US + 1, what="flag"),
            ],
        )
    )
    told = await store.timeline("20261121-0001")
    assert [(one["at"], one["what"]) for one in told] == [
        (rfc3339(START_US + 1), "Delivered"),
        (rfc3339(START_US + 5), "alert"),
        (rfc3339(START_US + 9), "Established"),
        (rfc3339(START_US + 9), "revised"),
    ]
    assert told[0]["event"]["device"] == "8001"
    assert (told[1]["alert"], told[3]["detail"]) == ("a", "met")
    assert await store.timeline("20261121-0404") == []


async def test_the_time_line_tells_deliveries_that_came_together_with_other_incidents_and_each_once(
    store: Store,
) -> None:
    alone = DeliverySettled(alert="a", notifier="hook", delivered=False, attempts=3, reason="gave_up")
    with_others = DeliverySettled(alert="a", notifier="desk", delivered=True, attempts=1)
    of_another = DeliverySettled(alert="z", notifier="desk", delivered=True, attempts=1)
    await store.commit(
        batch_of(
            [journalled(1, Delivered(source="main", call="x"), incident=1)],
            incidents=[incident_of(1), incident_of(9)],
            alerts=[alert_of("a", incident_id=1, raised_us=START_US + 1), alert_of("z", incident_id=9)],
            sends=[Send("a", "desk"), Send("a", "hook"), Send("z", "desk")],
        )
    )
    await store.commit(batch_of([journalled(2, alone, incident=1)]))
    await store.commit(batch_of([journalled(3, DeliveriesSettled(each=(of_another, with_others)))]))
    told = await store.timeline("20261121-0001")
    assert [(one["at"], one["what"]) for one in told] == [
        (rfc3339(START_US + 1), "Delivered"),
        (rfc3339(START_US + 1), "alert"),
        (rfc3339(START_US + 2), "DeliverySettled"),
        (rfc3339(START_US + 3), "DeliverySettled"),
    ]
    assert told[2]["event"] == {
        "alert": "a",
        "notifier": "hook",
        "delivered": False,
        "attempts": 3,
        "reason": "gave_up",
    }
    assert told[3]["event"] == {"alert": "a", "notifier": "desk", "delivered": True, "attempts": 1}


async def test_what_nobody_could_read_or_decide_is_shown_with_its_bytes(store: Store) -> None:
    unread = journalled(1, Unparsed(source="main", reason="no call id", call="x"), raw=b'{"event":"\xff"}')
    undecided = JournalRow(Entry(3, START_US + 3, Delivered(source="main", call="y")), None, b"raw", 0, "KeyError: 'y'")
    await store.commit(batch_of([unread, journalled(2), undecided]))
    first = await store.unparsed(limit=1)
    assert [(i["seq"], i["reason"], i["call"], i["raw"]) for i in first.items] == [(3, "KeyError: 'y'", "y", "raw")]
    second = await store.unparsed(limit=1, cursor=first.next)
    assert [(i["seq"], i["reason"]) for i in second.items] == [(1, "no call id")]
    assert bytes.fromhex(second.items[0]["raw"]) == b'{"event":"\xff"}'  # as `decode --hex` takes it
    assert second.next is None


async def test_the_journal_is_read_in_pages_up_to_a_moment(store: Store) -> None:
    await store.commit(batch_of([journalled(seq) for seq in range(1, 11)]))
    assert [entry.seq for entry in await store.journal(after_seq=3, limit=4)] == [4, 5, 6, 7]
    assert [entry.seq for entry in await store.journal(after_seq=7, limit=9, until_us=START_US + 9)] == [8, 9]
