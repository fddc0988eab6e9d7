"""What each manager event says in our words; the recordings of tests/golden show them together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import LEGS_MAX, Legs
from adapters.pbx.asterisk.normalise import WANTED, Normaliser
from adapters.pbx.asterisk.words import duration_s, moment_us
from rules.events import (
    Delivered,
    Established,
    Offered,
    Originated,
)
from tests.unit.asterisk.messages import ANSWERS, CALLER, DIAL, RINGS, dest, leg, message, read, settings


def test_the_caller_is_told_once_though_asterisk_shows_the_ring_twice() -> None:
    events = read(message("Newchannel", **leg("1.1", "4", CallerIDName="王女士")), CALLER)
    assert [type(e) for e in events] == [Originated]
    assert (events[0].caller, events[0].called, events[0].caller_name) == ("13800138000", "4008100911", "王女士")
    assert events[0].role == "caller"


@pytest.mark.parametrize("nobody", ["<unknown>", "", "anonymous", "Anonymous", "restricted"])
def test_every_way_of_hiding_a_number_is_no_number(nobody: str) -> None:
    assert read(message("Newstate", **leg("1.1", "4", CallerIDNum=nobody)))[0].caller == ""


def test_a_number_that_comes_late_is_told_late_but_never_changed() -> None:
    events = read(
        message("Newstate", **leg("1.1", "4", CallerIDNum="<unknown>")),
        message("NewCallerid", **leg("1.1", "4", CallerIDNum="13900139000")),
        message("NewCallerid", **leg("1.1", "4", CallerIDNum="201")),
    )
    assert [e.caller for e in events] == ["", "13900139000"]


@pytest.mark.parametrize("exten", ["s", "h", "i", "t"])
def test_a_step_of_the_dial_plan_is_no_dialled_number(exten: str) -> None:
    assert read(message("Newstate", **leg("1.1", "4", Exten=exten)))[0].called == ""


def test_a_telephone_rings_once_whichever_event_says_so_first() -> None:
    state = message("DialState", **leg("1.1", "4"), **dest("1.2"), DialStatus="RINGING")
    for order in ([RINGS, state], [state, RINGS]):
        events = read(CALLER, DIAL, *order)
        assert [type(e) for e in events] == [Originated, Offered, Delivered]
        assert (events[2].leg, events[2].call, events[2].role) == ("1.2", "1.1", "agent")


def test_early_media_counts_as_a_ring_nobody_can_be_sure_of_and_does_not_hide_the_answer() -> None:
    progress = message("DialState", **leg("1.1", "4"), **dest("1.2"), DialStatus="PROGRESS")
    events = read(CALLER, DIAL, progress, RINGS, ANSWERS)
    assert [(type(e), e.uncertain) for e in events[2:]] == [(Delivered, True), (Established, False)]


@pytest.mark.parametrize("kind", ["CBAnn/100-0000;1", "Announcer/ARI-0000;1", "Snoop/1.2-0000", "Recorder/ARI-0000;2"])
def test_what_speaks_or_listens_inside_the_pbx_is_no_call(kind: str) -> None:
    up = leg("9.1", "6", call="9.1", channel=kind)
    assert read(message("Newchannel", **up), message("Newstate", **up), message("Hangup", **up, Cause="0")) == []


def test_without_linkedid_the_legs_of_a_call_hold_together_by_who_dials_whom() -> None:
    caller, device = leg("1.1", "4", call=""), leg("1.2", call="")
    dials = message("DialBegin", **caller, **dest("1.2", call=""))
    said = (message("Newchannel", **caller), message("Newchannel", **device), dials)
    rings = message("Newstate", **leg("1.2", "5", call=""))
    answers = message("Newstate", **leg("1.2", "6", call=""))
    events = read(*said, rings, answers, message("Hangup", **leg("1.2", "6", call=""), Cause="16"))
    assert {event.call for event in events} == {"1.1"}
    assert [event.leg for event in events] == ["1.1", "1.2", "1.2", "1.2", "1.2"]


def test_local_legs_never_become_events_but_what_they_dial_does() -> None:
    half = "Local/801@phones-00000001;2"
    events = read(
        CALLER,
        message("Newchannel", **leg("1.3", "4", channel=half)),
        message("DialBegin", **leg("1.1", "4"), **dest("1.4", channel="Local/801@phones-00000001;1")),
        message("Newstate", **leg("1.4", "5", channel="Local/801@phones-00000001;1")),
        message("DialBegin", **leg("1.3", "4", channel=half), **dest("1.5")),
        message("Newstate", **leg("1.5", "5")),
        message("Hangup", **leg("1.3", "4", channel=half), Cause="16"),
    )
    assert [(type(e), e.leg) for e in events] == [(Originated, "1.1"), (Offered, "1.5"), (Delivered, "1.5")]
    assert {e.call for e in events} == {"1.1"}


def test_an_answered_caller_is_the_pbx_answering_not_a_person() -> None:
    events = read(CALLER, message("Newstate", **leg("1.1", "6")))
    assert (type(events[1]), events[1].role) == (Established, "caller")


def test_an_answer_is_told_once() -> None:
    end = message("DialEnd", **leg("1.1", "4"), **dest("1.2"), DialStatus="ANSWER")
    events = read(CALLER, DIAL, RINGS, ANSWERS, end)
    assert [type(e) for e in events] == [Originated, Offered, Delivered, Established]


def test_click_to_dial_tells_the_number_when_the_operators_phone_dials_it() -> None:
    events = read(
        message("Newstate", **leg("1.1", "5", Exten="s")),
        message("Newstate", **leg("1.1", "6", Exten="s")),
        message("DialBegin", **leg("1.1", "6", Exten="013900001111"), **dest("1.2")),
        message("DialBegin", **leg("1.1", "6", Exten="201"), **dest("1.3")),
    )
    assert [(type(e), e.called) for e in events if e.called] == [(Originated, "013900001111")]


def test_a_call_that_began_in_a_local_pipe_was_made_to_the_pipes_extension() -> None:
    one, two = "Local/4001@incoming-00000001;", "Local/201@phones-00000002;"
    origin = leg("1.1", channel=one + "1", Exten="4001", Context="incoming", CallerIDNum="<unknown>")
    phone = message("DialBegin", **leg("1.4", "4", channel=two + "2", Exten="201"), **dest("1.5"))
    normaliser = Normaliser(settings(inbound_contexts=["incoming"]))
    events = read(
        message("Newchannel", **origin),
        message("DialBegin", **leg("1.2", "4", channel=one + "2", Exten="4001"), **dest("1.3", channel=two + "1")),
        phone,
        normaliser=normaliser,
    )
    assert [(type(e), e.called, e.direction) for e in events] == [(Offered, "4001", "inbound")]
    read(message("Hangup", **origin), normaliser=normaliser)
    assert read(phone, normaliser=normaliser)[0].called == ""


def test_click_to_dial_rings_the_operators_own_phone_and_is_no_call_for_them() -> None:
    events = read(message("Newchannel", **leg("1.1")), message("Newstate", **leg("1.1", "5")))
    assert [(type(e), e.role, e.direction) for e in events] == [(Originated, "caller", "outbound")]
    dialled = read(message("DialBegin", **dest("1.1", call="1.1")), message("Newstate", **leg("1.1", "5")))
    assert [(type(e), e.direction) for e in dialled] == [(Originated, "outbound")]


def test_directions_come_from_contexts_and_trunks_and_from_nothing_else() -> None:
    plain = read(CALLER)[0]
    assert plain.direction == ""
    known = settings(inbound_contexts=["from-trunk"], internal_contexts=["from-internal"], trunks=["PJSIP/carrier"])
    inbound = read(CALLER, normaliser=Normaliser(known))[0]
    assert inbound.direction == "inbound"
    internal = message("Newstate", **leg("1.1", "4", Context="from-internal"))
    assert read(internal, normaliser=Normaliser(known))[0].direction == "internal"
    trunk = message("Newstate", **leg("1.1", "4", Context="x", channel="PJSIP/carrier-00000001"))
    event = read(trunk, normaliser=Normaliser(known))[0]
    assert (event.direction, event.trunk) == ("inbound", "carrier")
    out = message("DialBegin", **leg("1.1", "4", Context="x"), **dest("1.2", channel="PJSIP/carrier-00000002"))
    assert read(out, normaliser=Normaliser(known))[-1].direction == "outbound"


def test_the_direction_of_the_first_leg_holds_for_all_legs_of_the_call() -> None:
    known = Normaliser(settings(inbound_contexts=["from-trunk"]))
    assert {e.direction for e in read(CALLER, DIAL, RINGS, ANSWERS, normaliser=known)} == {"inbound"}


def test_a_dialled_leg_makes_an_unheard_caller_known() -> None:
    events = read(DIAL)
    assert [(type(e), e.leg) for e in events] == [(Originated, "1.1"), (Offered, "1.2")]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(WANTED)),
            st.dictionaries(
                st.sampled_from(
                    [
                        prefix + key
                        for prefix in ("", "Dest", "Parkee", "Transferer", "OrigTransferer", "Transferee", "Target")
                        for key in ("Uniqueid", "Linkedid", "Channel", "ChannelState")
                    ]
                    + ["DialStatus", "Result", "Cause", "Timestamp", "Queue", "MemberName", "Exten", "Forward"]
                ),
                st.sampled_from(["", "1.1", "1.2", "4", "5", "6", "Success", "CANCEL", "RINGING", "Local/x", "P/a-1"])
                | st.text(max_size=5),
            ),
        ),
        max_size=30,
    )
)
def test_no_sequence_of_messages_makes_it_raise(rows: list[tuple[str, dict[str, str]]]) -> None:
    normaliser = Normaliser(settings())
    for name, fields in rows:
        body = "".join(f"{key}: {value}\r\n" for key, value in fields.items())
        for event in normaliser.read(Message(f"Event: {name}\r\n{body}".encode("utf-8", "surrogatepass"))):
            assert event.call
            assert event.source == "pbx"


def test_lost_hangups_cannot_fill_the_memory() -> None:
    legs = Legs()
    for n in range(LEGS_MAX + 10):
        legs.touch(str(n), str(n))
    assert len(legs) == LEGS_MAX
    assert legs.get("0") is None


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("1795300465.785187", 1795300465785187),
        ("1795300465.5", 1795300465500000),
        ("1795300465", 1795300465000000),
        ("", None),
        ("-1.5", None),
        ("²", None),
        ("9" * 30, None),
    ],
)
def test_time_stamps_are_exact_or_nothing(text: str, us: int | None) -> None:
    assert moment_us(text) == us


@pytest.mark.parametrize(("text", "s"), [("00:01:02", 62), ("30:00:00", 108000), ("", None), ("a:b:c", None)])
def test_durations_of_the_channel_list_are_read(text: str, s: int | None) -> None:
    assert duration_s(text) == s
