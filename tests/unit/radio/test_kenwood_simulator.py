"""The station against a pretend Kenwood base."""

from simulators.radios.kenwood import Kenwood
from tests.unit.radio.stations import kenwood_station
from tests.unit.radio.streams import plain
from tests.unit.radio.wire import Wire


def connected() -> tuple[Wire, Kenwood]:
    wire = Wire(kenwood_station())
    base = Kenwood(wire)
    wire.connect()
    return wire, base


def test_units_of_both_systems_press_release_and_show_where_they_are() -> None:
    wire, base = connected()
    base.sends_positions = True
    for unit in ("100-4002", "03001"):
        base.press(unit)
        base.release(unit)
    assert [(piece["type"], piece["unit"]) for piece in (plain(heard.event) for heard in wire.run())] == [
        ("TransmissionStarted", "100-4002"),
        ("TransmissionEnded", "100-4002"),
        ("UnitSeen", "100-4002"),
        ("TransmissionStarted", "03001"),
        ("UnitSeen", "03001"),
        ("TransmissionEnded", "03001"),
    ]


def test_texts_are_confirmed_in_their_order() -> None:
    wire, base = connected()
    wire.text("100-4002", "one", "a-1")
    base.reachable = False
    wire.text("03001", "two", "a-2")
    assert [plain(heard.event) for heard in wire.run()] == [
        {"type": "MachineAck", "unit": "100-4002", "id": "a-1"},
        {"type": "MachineAck", "unit": "03001", "id": "a-2", "ok": False},
    ]
    assert base.texts == [("100-4002", "one"), ("03001", "two")]


def test_garbled_and_torn_packets_cost_nothing_that_follows() -> None:
    wire, base = connected()
    for seed in range(30):
        base.rustle(seed)
        base.garble("100-4002", "100-4003")
        base.tear("100-4002")
        base.bump("100-4004")
        found = [plain(heard.event) for heard in wire.run()]
        assert [event["type"] for event in found][-2:] == ["TransmissionStarted", "TransmissionEnded"]
        assert found[-1]["unit"] == "100-4004"
