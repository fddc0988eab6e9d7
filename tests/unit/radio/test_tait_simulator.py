"""The station against a pretend radio that was written from the manual alone."""

from simulators.radios.tait import Tait
from tests.unit.radio.stations import tait_station
from tests.unit.radio.streams import plain
from tests.unit.radio.wire import Wire


def connected() -> tuple[Wire, Tait]:
    wire = Wire(tait_station(fleet="1234"))
    radio = Tait(wire)
    wire.connect()
    return wire, radio


def names(wire: Wire) -> list[str]:
    return [type(piece.event).__name__ for piece in wire.run()]


def test_opening_has_the_radio_report_all_that_we_need() -> None:
    _, radio = connected()
    assert radio.reporting == {"rings", "progress", "texts"}


def test_a_unit_calls_and_control_answers() -> None:
    wire, radio = connected()
    radio.press("10714")
    radio.release()
    radio.speak()
    radio.fall_silent()
    assert [plain(piece.event) for piece in wire.run()] == [
        {"type": "TransmissionStarted"},
        {"type": "UnitIdentified", "unit": "10714"},
        {"type": "TransmissionEnded"},
        {"type": "ControlTransmitting", "on": True},
        {"type": "ControlTransmitting", "on": False},
    ]


def test_pages_emergencies_statuses_and_texts_name_their_unit() -> None:
    wire, radio = connected()
    radio.page("10714")
    radio.emergency("10714")
    radio.status("10714", "07")
    radio.text("10714", "Lift 3 stuck")
    assert [plain(piece.event) for piece in wire.run()] == [
        {"type": "CallAlert", "unit": "10714"},
        {"type": "Emergency", "unit": "10714"},
        {"type": "Status", "unit": "10714", "status": "07"},
        {"type": "Text", "unit": "10714", "text": "Lift 3 stuck"},
    ]


def test_the_second_text_comes_too_as_the_first_was_deleted() -> None:
    wire, radio = connected()
    for word in ("one", "two"):
        radio.text("10714", word)
        assert [plain(piece.event)["text"] for piece in wire.run()] == [word]


def test_after_a_restart_it_reports_again() -> None:
    wire, radio = connected()
    radio.press("10714")
    wire.run()
    radio.restart()
    assert names(wire) == ["TransmissionEnded"]
    assert radio.reporting == {"rings", "progress", "texts"}


def test_a_text_to_a_unit_goes_out_and_its_acknowledgement_comes_back() -> None:
    wire, radio = connected()
    wire.text("5678", "Please call the desk", "a-1")
    assert [plain(piece.event) for piece in wire.run()] == [{"type": "MachineAck", "id": "a-1"}]
    assert radio.texts == [("12345678", "Please call the desk")]


def test_noise_and_torn_messages_cost_nothing_that_follows() -> None:
    wire, radio = connected()
    for seed in range(40):
        radio.rustle(seed)
        radio.tear()
        radio.bump()
        assert names(wire)[-2:] == ["TransmissionStarted", "TransmissionEnded"]


def test_lost_prompts_only_delay_what_we_send() -> None:
    wire = Wire(tait_station())
    radio = Tait(wire)
    radio.loses_prompts = True
    wire.connect()
    wire.wait(20)
    assert radio.reporting == {"rings", "progress", "texts"}


def test_a_silent_radio_is_asked_twice_and_left_alone() -> None:
    wire = Wire(tait_station())
    radio = Tait(wire)
    radio.silent = True
    wire.connect()
    assert wire.wait(60) == []
    assert radio.commands == []
