"""Reports are summed alike on both databases: verdicts by hour, place and unit, how long responses took, outcomes."""

from adapters.record_store import RecordStore
from adapters.summed import Answering, Counted, Judged, Place, Timed
from tests.contract.store.made import START_US, batch_of, incident_of, journalled, obligation_of

HOUR_US = 3_600_000_000
PHONE, CHANNEL = Place("4001", "", "", "main"), Place("", "CH1", "9", "main")


async def test_a_span_adds_up_by_hour_place_and_unit_with_the_time_of_each_response(store: RecordStore) -> None:
    incidents = [
        incident_of(1, line="4001", agent="王 008", direction="inbound", outcome="answered", answered_us=START_US + 9),
        incident_of(2, line="4001", direction="inbound", outcome="abandoned"),
        incident_of(
            3,
            medium="radio",
            unit="100-4002",
            channel="CH1",
            talkgroup="9",
            outcome="answered",
            opened_us=START_US + HOUR_US,
            answered_us=START_US + HOUR_US + 9,
        ),
        incident_of(4, line="4001", opened_us=START_US + 9 * HOUR_US),
    ]
    obligations = [
        obligation_of(11, 1, state="met", seconds=4.2, clock="source", rule_set="v1"),
        obligation_of(12, 1, rule="acknowledge", state="breached", seconds=9.0),
        obligation_of(13, 2, state="breached", seconds=20.0, rule_set="v1"),  # given up: no answer took 20 s
        obligation_of(14, 2, rule="call_back", state="met", seconds=60.0, rule_set="v1"),
        obligation_of(15, 3, rule="two_calls", state="breached", seconds=12.9, rule_set="v2", in_hours=False),
    ]
    await store.commit(batch_of([journalled(1)], incidents=incidents, obligations=obligations))
    found = await store.figures(since_us=START_US, until_us=START_US + 8 * HOUR_US)
    assert set(found.judged) == {
        Judged(0, PHONE, "", "three_rings", "met", True, "source", "v1", 1),
        Judged(0, PHONE, "", "three_rings", "breached", True, "receipt", "v1", 1),
        Judged(0, PHONE, "", "call_back", "met", True, "receipt", "v1", 1),
        Judged(1, CHANNEL, "100-4002", "two_calls", "breached", False, "receipt", "v2", 1),
    }
    assert set(found.timed) == {
        Timed(0, PHONE, "", "three_rings", True, 42, 1),
        Timed(0, PHONE, "", "call_back", True, 600, 1),
        Timed(1, CHANNEL, "100-4002", "two_calls", False, 129, 1),
    }
    assert {type(one.in_hours) for one in found.judged} | {type(one.in_hours) for one in found.counted} == {bool}
    assert Answering("王 008", PHONE, "three_rings", "met", True, 1) in found.answering
    assert set(found.counted) == {
        Counted(0, PHONE, "phone", "inbound", "answered", True, 1),
        Counted(0, PHONE, "phone", "inbound", "abandoned", True, 1),
        Counted(1, CHANNEL, "radio", "", "answered", False, 1),
    }
