"""A station of lines that must be asked: the same answer again is no news."""

import msgspec

from adapters.radio.line_table import KIND
from adapters.radio.line_table.station import TableStation
from rules.events import ControlTransmitting, TransmissionStarted

ROWS = [
    {"match": "PTT: 1", "event": "ControlTransmitting", "on": True},
    {"match": "PTT: 0", "event": "ControlTransmitting", "on": False},
    {"match": "DCD: 1", "event": "TransmissionStarted"},
    {"match": "DCD: 0", "event": "TransmissionEnded"},
]


def station(ask: str) -> TableStation:
    table = {"name": "rig", "kind": "line-table", "port": "socket://h:1", "lines": ROWS, "ask": ask}
    return TableStation(msgspec.convert(table, KIND.settings))


def test_it_is_asked_at_once_and_again_in_time() -> None:
    rig = station("+t\n")
    rig.opened()
    assert rig.wake_us == 0
    rig.passed(1_000_000)
    assert rig.to_send() == [b"+t\n"]
    assert rig.to_send() == []
    assert rig.wake_us == 1_100_000


def test_only_a_changed_answer_is_told_about_the_key_and_the_squelch_apart() -> None:
    rig = station("+t\n")
    rig.opened()
    told = rig.feed(b"PTT: 1\nDCD: 1\n" * 3 + b"PTT: 0\nDCD: 1\nPTT: 1\n", 0)
    assert [type(one.event) for one in told] == [
        ControlTransmitting,
        TransmissionStarted,
        ControlTransmitting,
        ControlTransmitting,
    ]


def test_without_a_question_every_line_is_told_and_nothing_is_sent() -> None:
    rig = station("")
    rig.opened()
    assert rig.wake_us is None
    assert len(rig.feed(b"PTT: 1\nPTT: 1\n", 0)) == 2
