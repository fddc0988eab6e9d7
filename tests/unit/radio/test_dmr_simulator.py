"""The station against a pretend DMR module, in both ways to tell the status and to sum a frame."""

import pytest

from simulators.radios.dmr import Dmr
from tests.unit.radio.stations import dmr_station
from tests.unit.radio.streams import plain
from tests.unit.radio.wire import Wire

WAYS = pytest.mark.parametrize(("dialect", "sums_all"), [("wonder", True), ("wonder", False), ("prize", True)])


def connected(dialect: str = "wonder", *, sums_all: bool = True) -> tuple[Wire, Dmr]:
    wire = Wire(dmr_station(dialect=dialect))
    module = Dmr(wire, changes=dialect == "prize", sums_all=sums_all)
    wire.connect()
    return wire, module


def names(wire: Wire) -> list[str]:
    return [type(heard.event).__name__ for heard in wire.run()]


@WAYS
def test_a_unit_speaks_and_control_answers(dialect: str, sums_all: bool) -> None:
    wire, module = connected(dialect, sums_all=sums_all)
    module.press(2345678)
    module.release()
    module.speak()
    module.fall_silent()
    found = [plain(heard.event) for heard in wire.run()]
    assert [event["type"] for event in found if event["type"] != "UnitIdentified"] == [
        "TransmissionStarted",
        "TransmissionEnded",
        "ControlTransmitting",
        "ControlTransmitting",
    ]
    ended = next(event for event in found if event["type"] == "TransmissionEnded")
    assert (ended["unit"], ended["called"], ended["group"]) == ("2345678", "9", True)


@WAYS
def test_texts_are_fetched_sent_and_acknowledged_and_pages_heard(dialect: str, sums_all: bool) -> None:
    wire, module = connected(dialect, sums_all=sums_all)
    module.page(2345678)
    module.text(2345678, "三号电梯困人")
    assert [plain(heard.event) for heard in wire.run()] == [
        {"type": "CallAlert", "unit": "2345678"},
        {"type": "Text", "unit": "2345678", "text": "三号电梯困人"},
    ]
    wire.text("2345678", "收到", "a-1")
    module.reachable = False
    wire.text("2345678", "收到", "a-2")
    assert [plain(heard.event).get("ok", True) for heard in wire.run()] == [True, False]
    assert module.texts == [(2345678, "收到")] * 2


def test_a_transmission_whose_end_is_lost_ends_when_the_status_ceases() -> None:
    wire, module = connected()
    module.speak()
    assert names(wire) == ["ControlTransmitting"]
    assert [plain(heard.event) for heard in wire.wait(10)] == [{"type": "ControlTransmitting", "on": False}]


def test_noise_and_torn_frames_cost_nothing_that_follows() -> None:
    wire, module = connected()
    for seed in range(30):
        module.rustle(seed)
        module.tear()
        module.bump(2345678)
        assert names(wire)[-2:] == ["TransmissionStarted", "TransmissionEnded"]
