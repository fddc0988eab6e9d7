"""SvxLink's state lines, PTT and digits: what was recorded of a real one, and what its manual promises."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.radio.sample import decode_pieces, pieces_of
from adapters.radio.station import CannotSend, Heard
from adapters.radio.svxlink import KIND, Settings, check
from adapters.radio.svxlink.station import SvxlinkStation
from rules.events import TransmissionStarted, UnitIdentified
from tests.unit.radio.streams import AT_US, all_in_order, cuts, events, plain, play, sign, told, torn

RECORDED = Path("tests/fixtures/radio/svxlink/calls_and_replies.bin").read_bytes()
S = 1_000_000


def settings(**table: Any) -> Settings:
    return msgspec.convert({"name": "base", "kind": "svxlink", "port": "/run/state", **table}, Settings)


def station(**table: Any) -> SvxlinkStation:
    made = SvxlinkStation(settings(**table))
    made.opened()
    return made


def line(at: float, words: str) -> bytes:
    return f"{1795310000 + at:.3f} {words} \n".encode()


def short(heard: list[Heard]) -> list[str]:
    return [one.event.unit if isinstance(one.event, UnitIdentified) else sign(one.event) for one in heard]


def test_what_a_real_svxlink_told_is_read_as_it_happened() -> None:
    heard = play(station(), [RECORDED])
    assert short(heard) == ["+", "-", "C", "c", "+", "10714", "-", "A", "a", "+", "-"]
    began = heard[0].event
    assert isinstance(began, TransmissionStarted)
    assert began.occurred_us == 1795310376597000


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ("Voter:sql_state Rx1*+000 Rx2_+000", {"type": "TransmissionStarted"}),
        ("Voter:sql_state Rx1_+000 Rx_2:-012", {"type": "TransmissionStarted"}),
        ('Rx:sql_state {"name":"Rx1","id":"A","sql_open":true,"siglev":57}', {"type": "TransmissionStarted"}),
        (
            'Voter:sql_state [{"name":"Rx1","id":"A","enabled":true,"sql_open":true,"active":true,"siglev":9}]',
            {"type": "TransmissionStarted"},
        ),
        ('Tx:state {"id":"T","name":"Tx1","transmit":true}', {"type": "ControlTransmitting", "on": True}),
        ('MultiTx:state [{"name":"Tx1","id":"T","transmit":true}]', {"type": "ControlTransmitting", "on": True}),
        ("Logic:squelch_open rx=A open=1", {"type": "TransmissionStarted"}),
        ("Logic:transmit tx=1", {"type": "ControlTransmitting", "on": True}),
        ("Logic:dtmf_cmd cmd=*10714", {"type": "UnitIdentified", "unit": "10714"}),
    ],
)
def test_a_line_of_either_format_becomes_the_event_it_means(data: str, event: dict[str, Any]) -> None:
    assert told(station(), line(0, data)) == [{**event, "occurred_us": 1795310000 * S}]


@pytest.mark.parametrize("data", ["Voter:sql_state Rx1_+000", "Module:state {}", "Logic:dtmf_digit digit=5 ms=90"])
def test_a_line_that_says_nothing_new_gives_no_event(data: str) -> None:
    assert events(station(), line(0, data)) == []


@pytest.mark.parametrize(
    "data",
    [
        b"Loading TX: Tx1\n",
        b"1795310000.000 Rx:sql_state {broken\n",
        b'1795310000.000 Rx:sql_state {"name":"Rx1"}\n',
        b"1795310000.000 Voter:sql_state Rx1\n",
        b"1795310000.000 Tx:state 7\n",
        b"\xff\xfe\xfd\n",
    ],
)
def test_a_line_that_cannot_be_read_is_kept_and_costs_nothing(data: bytes) -> None:
    heard = play(station(), [data + line(0, "Voter:sql_state Rx1*+000")])
    assert short(heard) == ["Unparsed", "+"]
    assert heard[0].raw == data.rstrip(b"\n")


def test_rubbish_before_a_line_does_not_cost_the_line() -> None:
    heard = play(station(), [b"\x80\x0017" + line(0, "Voter:sql_state Rx1*+000")])
    assert [one.raw[:4] for one in heard] == [b"\x80", b"17", b"1795"]
    assert short(heard) == ["Unparsed", "Unparsed", "+"]


def test_the_heartbeat_of_an_open_receiver_is_no_new_call() -> None:
    data = b"".join(line(at, "Voter:sql_state Rx1*+010") for at in range(5)) + line(5, "Voter:sql_state Rx1_+000")
    assert short(play(station(), [data])) == ["+", "-"]


def test_a_receiver_that_takes_over_does_not_end_the_transmission() -> None:
    data = line(0, "Voter:sql_state Rx1*+010 Rx2_+000") + line(1, "Voter:sql_state Rx1_+000 Rx2*+050")
    assert short(play(station(), [data])) == ["+"]


def test_what_the_voter_and_our_own_events_tell_of_one_call_is_one_call() -> None:
    data = line(0, "Logic:squelch_open rx=A open=1") + line(0, "Voter:sql_state Rx1*+000")
    data += line(2, "Logic:squelch_open rx=A open=0") + line(2, "Voter:sql_state Rx1_+000")
    assert short(play(station(), [data])) == ["+", "-"]


def ended(at: float) -> bytes:
    return line(0, "Voter:sql_state Rx1*+000") + line(at, "Voter:sql_state Rx1_+000")


@pytest.mark.parametrize(("after_s", "wanted"), [(0.033, "A"), (0.2, "A"), (0.201, "C"), (2.0, "C")])
def test_only_svxlink_itself_answers_within_a_moment_of_the_call(after_s: float, wanted: str) -> None:
    data = ended(2) + line(2 + after_s, "Logic:transmit tx=1")
    assert short(play(station(), [data])) == ["+", "-", wanted]


def test_a_repeater_that_repeats_is_not_control() -> None:
    data = line(0, "Voter:sql_state Rx1*+000") + line(0.1, "Logic:transmit tx=1")
    data += line(2, "Voter:sql_state Rx1_+000") + line(4, "Logic:transmit tx=0")
    assert short(play(station(), [data])) == ["+", "-"]


def test_where_a_receiver_is_controls_microphone_only_it_shows_a_reply() -> None:
    made = station(control_rx=["Desk"])
    data = ended(2) + line(4, "Rx:sql_state " + '{"name":"Desk","id":"D","sql_open":true,"siglev":0}')
    data += line(4.1, "Logic:transmit tx=1") + line(6, 'Rx:sql_state {"name":"Desk","id":"D","sql_open":false}')
    data += line(6.2, "Logic:transmit tx=0") + line(60, "Logic:transmit tx=1") + line(61, "Logic:transmit tx=0")
    assert short(play(made, [data])) == ["+", "-", "C", "c", "A", "a"]


def test_the_ptt_pty_shows_the_reply_where_state_lines_do_not() -> None:
    made = station(ptt_port="/run/ptt")
    assert settings(ptt_port="/run/ptt").ports() == {"": "/run/state", "ptt_port": "/run/ptt"}
    made.feed(ended(2), AT_US)
    assert short(made.feed(b"T", AT_US + 2 * S, "ptt_port") + made.feed(b"R", AT_US + 4 * S, "ptt_port")) == ["C", "c"]
    assert short(made.feed(b"?", AT_US + 5 * S, "ptt_port")) == ["Unparsed"]


def test_a_recording_of_the_ptt_or_of_the_digits_alone_is_known_by_its_bytes() -> None:
    def decoded(data: bytes) -> list[str]:
        return short(decode_pieces(KIND, settings(), pieces_of(KIND, data)))

    assert decoded(b"TR") == decoded(b"T\nR\n") == ["C", "c"]
    assert decoded(b"10714#") == ["10714"]
    assert decoded(RECORDED) == short(play(station(), [RECORDED]))


def test_ptt_and_state_lines_of_one_reply_are_one_reply() -> None:
    made = station(ptt_port="/run/ptt")
    heard = made.feed(line(1, "Logic:transmit tx=1"), AT_US) + made.feed(b"T", AT_US, "ptt_port")
    heard += made.feed(b"R", AT_US + S, "ptt_port") + made.feed(line(2, "Logic:transmit tx=0"), AT_US + S)
    assert short(heard) == ["C", "c"]


def test_digits_keyed_at_the_desk_are_no_units() -> None:
    data = ended(1) + line(9, "Logic:dtmf_digit digit=4 ms=90") + line(9, "Logic:dtmf_cmd cmd=4711")
    assert short(play(station(), [data])) == ["+", "-"]


def test_digits_that_two_ports_tell_are_one_id_a_transmission() -> None:
    made = station(dtmf_port="/run/dtmf")
    heard = made.feed(line(0, "Voter:sql_state Rx1*+000"), AT_US)
    for at, digit in enumerate("1071"):
        heard += made.feed(digit.encode(), AT_US + at * S // 4, "dtmf_port")
        heard += made.feed(line(at / 4, f"Logic:dtmf_digit digit={digit} ms=90"), AT_US + at * S // 4)
    heard += made.feed(line(2, "Voter:sql_state Rx1_+000"), AT_US + 2 * S)
    assert short(heard) == ["+", "1071", "-"]


LOG = b"""Starting logic: SimplexLogic
Voter: The squelch is OPEN (Rx1=67.3216)
SimplexLogic: Sel5 sequence "2C2B2BC1D" out of defined range
SimplexLogic: Sel5 sequence "334772B" out of defined range
Voter: The squelch is CLOSED (Rx1=0)
Tx1: Turning the transmitter ON
Tx1: Turning the transmitter OFF
"""


def test_the_log_tells_five_tone_ids_that_the_state_lines_do_not() -> None:
    made = station(log_port="socket://127.0.0.1:9000")
    heard = made.feed(line(0, "Voter:sql_state Rx1*+067"), AT_US) + made.feed(LOG[:180], AT_US, "log_port")
    assert short(heard + made.feed(LOG[180:], AT_US + S, "log_port")) == ["+", "33477"]


def test_a_recorded_log_alone_is_read_too() -> None:
    assert short(play(station(), [LOG])) == ["Unparsed", "+", "33477", "-", "A", "a"]


def test_digits_without_an_end_are_an_id_after_a_pause() -> None:
    made = station()
    made.feed(line(0, "Voter:sql_state Rx1*+000") + line(1, "Logic:dtmf_digit digit=1 ms=90"), AT_US)
    made.feed(line(1, "Logic:dtmf_digit digit=2 ms=90") + line(1, "Logic:dtmf_digit digit=3 ms=90"), AT_US + S)
    assert made.wake_us == AT_US + 3 * S
    assert short(made.passed(AT_US + 3 * S)) == ["123"]
    assert made.wake_us is None


def test_an_id_with_the_emergency_prefix_is_an_emergency_of_the_same_unit() -> None:
    made = station(emergency_prefix="7", unit_prefix="1")
    assert [plain(event) for event in events(made, line(0, "Logic:dtmf_cmd cmd=70714"))] == [
        {"type": "Emergency", "unit": "10714", "occurred_us": 1795310000 * S}
    ]


def test_a_transmission_whose_end_fell_into_a_lost_link_is_lost() -> None:
    made = station()
    made.feed(line(0, "Voter:sql_state Rx1*+000"), AT_US)
    made.opened()
    assert short(made.feed(line(9, "Voter:sql_state Rx1_+000"), AT_US)) == ["lost"]


def test_one_that_goes_on_over_a_lost_link_is_the_same() -> None:
    made = station()
    made.feed(line(0, "Voter:sql_state Rx1*+000"), AT_US)
    made.opened()
    more = line(3, "Voter:sql_state Rx1*+000") + line(4, "Voter:sql_state Rx1_+000")
    assert short(made.feed(more, AT_US)) == ["-"]


def test_what_is_wrong_with_the_settings_is_said() -> None:
    bad = {"id_patterns": ["(", r"\d+", r"(?P<who>\d+)"], "unit_prefix": "1", "automatic_within_s": 60}
    problems = check(settings(**bad))
    assert [p.key for p in problems] == ["id_patterns"] * 3 + ["unit_prefix", "automatic_within_s"]
    assert check(settings()) == []


def test_it_takes_no_texts() -> None:
    with pytest.raises(CannotSend):
        station().text("10714", "hello", "1")


@given(cuts)
def test_any_split_of_the_stream_gives_the_same(places: list[int]) -> None:
    assert play(station(), torn(RECORDED, places)) == play(station(), [RECORDED])


@given(st.lists(st.binary(max_size=40), min_size=8, max_size=8), cuts)
def test_rubbish_between_lines_costs_no_line(rubbish: list[bytes], places: list[int]) -> None:
    lines = [
        one
        for at in range(4)
        for one in (line(2 * at, "Logic:squelch_open rx=A open=1"), line(2 * at + 1, "Logic:squelch_open rx=A open=0"))
    ]
    data = b"".join(noise + one for noise, one in zip(rubbish, lines, strict=True))
    heard = play(station(), torn(data, places))
    assert all_in_order([one.rstrip(b"\n") for one in lines], heard)
