"""The stations against pretend Hytera radios and repeaters, APRS units, and Meshtastic nodes."""

from rules.events import Unparsed
from simulators.radios.aprs import Tnc
from simulators.radios.hytera import Hytera
from simulators.radios.meshtastic import Node
from tests.unit.radio.stations import aprs_station, hytera_station, meshtastic_station
from tests.unit.radio.streams import plain
from tests.unit.radio.wire import Wire

UNIT = 2345678


def hytera() -> tuple[Wire, Hytera]:
    wire = Wire(hytera_station(own_units=["1"]))
    base = Hytera(wire)
    wire.connect()
    return wire, base


def aprs() -> tuple[Wire, Tnc]:
    wire = Wire(aprs_station(own_units=["CTRL"]))
    return wire, Tnc(wire)


def mesh() -> tuple[Wire, Node]:
    wire = Wire(meshtastic_station())
    node = Node(wire)
    wire.connect()
    return wire, node


def types(wire: Wire) -> list[str]:
    return [type(heard.event).__name__ for heard in wire.run()]


def test_a_hytera_radio_is_connected_and_its_broadcasts_are_on_before_anybody_speaks() -> None:
    wire, base = hytera()
    assert base.connected
    assert base.broadcasts
    base.press(UNIT)
    base.release(UNIT)
    base.control_press()
    base.control_release()
    assert types(wire) == ["TransmissionStarted", "TransmissionEnded", "ControlTransmitting", "ControlTransmitting"]


def test_hytera_units_register_page_call_for_help_and_sign_off() -> None:
    wire, base = hytera()
    base.register(UNIT)
    base.page(UNIT)
    base.press_emergency(UNIT)
    base.release(UNIT)
    base.deregister(UNIT)
    assert types(wire) == ["UnitSeen", "CallAlert", "Emergency", "TransmissionStarted", "TransmissionEnded", "UnitSeen"]
    assert base.registered == [UNIT]


def test_hytera_texts_are_confirmed_both_ways() -> None:
    wire, base = hytera()
    base.send_text(UNIT, 1, "lift 3", 4711)
    assert types(wire) == ["Text"]
    assert base.confirmed == [4711]
    wire.text(str(UNIT), "on our way", "a-1")
    base.reachable = False
    wire.text(str(UNIT), "still there?", "a-2")
    assert [(plain(heard.event)["id"], plain(heard.event).get("ok", True)) for heard in wire.run()] == [
        ("a-1", True),
        ("a-2", False),
    ]
    assert base.texts == [(UNIT, "on our way"), (UNIT, "still there?")]


def test_a_hytera_radio_that_does_not_answer_is_asked_again_by_the_query() -> None:
    wire = Wire(station := hytera_station())
    base = Hytera(wire)
    base.answers_connect = False
    wire.connect()
    base.answers_connect = True
    wire.heard(station.query())
    wire.run()
    assert base.broadcasts


def test_a_hytera_repeater_that_announces_itself_is_accepted_and_beats() -> None:
    wire = Wire(hytera_station(port="udp://0.0.0.0:50001"))
    repeater = Hytera(wire, framing="hstrp")
    repeater.power_on()
    repeater.beat()
    repeater.repeat(UNIT, 100, status=0)
    repeater.repeat(UNIT, 100, status=1)
    repeater.repeat(99, 100, status=6)
    repeater.repeat(99, 100, status=8)
    assert types(wire) == ["TransmissionStarted", "TransmissionEnded", "ControlTransmitting", "ControlTransmitting"]
    assert repeater.connected
    assert repeater.broadcasts
    assert repeater.beats == 1


def test_noise_and_torn_frames_of_a_hytera_radio_cost_nothing_that_follows() -> None:
    wire, base = hytera()
    for seed in range(20):
        base.rustle(seed)
        base.tear(UNIT)
        base.register(UNIT + seed)
        found = wire.run() + wire.wait(10)
        assert plain(found[-1].event) == {"type": "UnitSeen", "unit": str(UNIT + seed)}


def test_an_aprs_unit_repeats_its_message_until_it_is_confirmed() -> None:
    wire, tnc = aprs()
    tnc.send_text("UNIT07", "CTRL", "lift 3 stuck", "41")
    tnc.send_text("UNIT08-9", "UNIT07", "not for us", "42")
    assert types(wire) == ["Text", "Text"]
    assert set(tnc.unconfirmed) == {("UNIT08-9", "42")}
    tnc.repeat()
    assert types(wire) == ["Text"]


def test_our_aprs_messages_are_confirmed_or_refused_and_told_once() -> None:
    wire, tnc = aprs()
    wire.text("UNIT07", "come to gate 2", "a-1")
    wire.text("UNIT07", "come to gate 2", "a-1")
    assert tnc.texts == [("UNIT07", "come to gate 2")]
    tnc.refuses = True
    wire.text("UNIT07", "now", "a-2")
    assert [(plain(heard.event)["id"], plain(heard.event).get("ok", True)) for heard in wire.run()] == [
        ("a-1", True),
        ("a-1", True),
        ("a-2", False),
    ]


def test_other_aprs_packets_and_what_gateways_pass_on() -> None:
    wire, tnc = aprs()
    tnc.status("UNIT07", "on patrol")
    tnc.position("UNIT07")
    tnc.position("UNIT07", "!EMERGENCY! man down")
    tnc.through_gateway("GATE", "UNIT09", "CTRL", "hello", "7")
    assert types(wire) == ["Status", "UnitSeen", "Emergency", "Text"]


def test_noise_and_torn_frames_of_a_tnc_cost_nothing_that_follows() -> None:
    wire, tnc = aprs()
    for seed in range(20):
        tnc.rustle(seed)
        tnc.tear("UNIT07")
        tnc.status("UNIT08", f"round {seed}")
        assert plain(wire.run()[-1].event) == {"type": "Status", "unit": "UNIT08", "status": f"round {seed}"}


def test_a_mesh_node_is_asked_kept_alive_and_asked_again_after_its_restart() -> None:
    wire, node = mesh()
    assert node.told
    wire.heard(meshtastic_station().query())
    assert node.beats == 1
    node.reboot()
    assert types(wire) == []
    assert node.told


def test_a_mesh_carries_texts_alerts_positions_and_what_it_cannot_read() -> None:
    wire, node = mesh()
    node.log("DEBUG | 08:00 routing")
    node.send_text(UNIT, "门开着")
    node.send_alert(UNIT, "fire")
    node.detect(UNIT, "Door")
    node.show_position(UNIT)
    node.send_encrypted(UNIT)
    assert types(wire) == ["Text", "CallAlert", "Text", "CallAlert", "UnitSeen", "UnitSeen"]


def test_our_texts_on_a_mesh_are_delivered_only_when_the_addressee_says_so() -> None:
    wire, node = mesh()
    wire.text("!0023cace", "come to gate 2 " + "x" * 150, "a-1")
    node.reachable = False
    wire.text("!0023cace", "now", "a-2")
    assert [(plain(heard.event)["id"], plain(heard.event).get("ok", True)) for heard in wire.run()] == [
        ("a-1", True),
        ("a-2", False),
    ]
    assert [text for _, text in node.texts] == ["come to gate 2 " + "x" * 150, "now"]


def test_noise_on_a_mesh_nodes_wire_costs_nothing_that_follows() -> None:
    wire, node = mesh()
    for seed in range(20):
        node.rustle(seed)
        node.stray_start()
        node.impossible_length()
        node.stray_start()
        node.send_text(UNIT, f"round {seed}")
        found = wire.run() + wire.wait(10)
        assert [heard for heard in found if isinstance(heard.event, Unparsed)]
        assert plain(found[-1].event)["text"] == f"round {seed}"
