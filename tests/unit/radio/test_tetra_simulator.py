"""The station against a pretend TETRA terminal."""

import pytest

from simulators.radios.tetra import Tetra
from tests.unit.radio.stations import tetra_station
from tests.unit.radio.streams import plain
from tests.unit.radio.wire import Wire


def connected() -> tuple[Wire, Tetra]:
    wire = Wire(tetra_station())
    terminal = Tetra(wire)
    wire.connect()
    return wire, terminal


def names(wire: Wire) -> list[str]:
    return [type(heard.event).__name__ for heard in wire.run()]


@pytest.mark.parametrize("long", [True, False])
def test_a_unit_speaks_and_control_answers(long: bool) -> None:
    wire, terminal = connected()
    terminal.writes_long_identities = long
    terminal.press("23404")
    terminal.release()
    terminal.speak()
    terminal.fall_silent()
    terminal.hang_up()
    found = [plain(heard.event) for heard in wire.run()]
    assert [event["type"] for event in found] == [
        "TransmissionStarted",
        "TransmissionEnded",
        "ControlTransmitting",
        "ControlTransmitting",
    ]
    assert {event.get("unit", "23404") for event in found} == {"23404"}


def test_statuses_texts_and_emergencies_name_their_unit_and_texts_are_confirmed() -> None:
    wire, terminal = connected()
    terminal.status("23404", "8002")
    terminal.text("23404", "三号电梯困人")
    terminal.emergency("23404")
    found = [plain(heard.event) for heard in wire.run()]
    assert [event["type"] for event in found] == ["Status", "Text", "Emergency"]
    assert found[1]["text"] == "三号电梯困人"
    assert terminal.reports == ["82100007"]


def test_a_text_is_told_sent_and_then_arrived_or_not() -> None:
    wire, terminal = connected()
    wire.text("23404", "Please call the desk", "a-1")
    assert [plain(heard.event).get("ok", True) for heard in wire.run()] == [True, True]
    terminal.reachable = False
    wire.text("23404", "呼叫总台", "a-2")
    assert [plain(heard.event).get("ok", True) for heard in wire.run()] == [True, False]
    assert terminal.texts == [("23404", "Please call the desk"), ("23404", "呼叫总台")]


def test_noise_torn_lines_and_lost_data_cost_nothing_that_follows() -> None:
    wire, terminal = connected()
    for seed in range(30):
        terminal.rustle(seed)
        terminal.tear()
        terminal.forget_the_data("23404")
        terminal.bump("23404")
        assert names(wire)[-2:] == ["TransmissionStarted", "TransmissionEnded"]
