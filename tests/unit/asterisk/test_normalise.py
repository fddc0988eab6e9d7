"""What each manager event says in our words; the recordings of tests/golden show them together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.legs import LEGS_MAX, Legs
from adapters.pbx.asterisk.normalise import WANTED, Normaliser
from adapters.pbx.asterisk.words import duration_s, hangup_cause, moment_us
from rules.events import (
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Failed,
    Held,
    Offered,
    Originated,
    Retrieved,
    Transferred,
)
from tests.unit.asterisk.messages import dest, leg, message, read, settings

CALLER = message("Newstate", **leg("1.1", "4"))
DIAL = message("DialBegin", **leg("1.1", "4"), **dest("1.2"))
RINGS = message("Newstate", **leg("1.2", "5", ConnectedLineNum="13800138000"))
ANSWERS = message("Newstate", **leg("1.2", "6"))


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


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("NOANSWER", "no_answer"),
        ("BUSY", "busy"),
        ("CANCEL", "cancelled"),
        ("CONGESTION", "congestion"),
        ("CHANUNAVAIL", "unavailable"),
    ],
)
def test_a_dialled_leg_that_ends_in_vain_says_why(status: str, cause: str) -> None:
    end = message("DialEnd", **leg("1.1", "4"), **dest("1.2"), DialStatus=status)
    failed = read(CALLER, DIAL, end, end)[2:]
    assert [(type(e), e.cause, e.leg) for e in failed] == [(Failed, cause, "1.2")]


def test_busy_is_busy_only_where_nothing_rang() -> None:
    busy = message("DialEnd", **leg("1.1", "4"), **dest("1.2"), DialStatus="BUSY")
    gone = message("Hangup", **leg("1.2", "5"), Cause="17")
    assert [e.cause for e in read(CALLER, DIAL, busy, gone)[2:]] == ["busy", "busy"]
    assert [e.cause for e in read(CALLER, DIAL, RINGS, busy, gone)[3:]] == ["rejected", "rejected"]


@pytest.mark.parametrize(("outer", "cause"), [("NOANSWER", "no_answer"), ("CANCEL", "cancelled")])
def test_why_a_telephone_behind_local_pipes_stops_ringing_is_what_ended_the_first_pipe(outer: str, cause: str) -> None:
    def end(by: dict[str, str], of: dict[str, str], status: str) -> Message:
        return message("DialEnd", **by, **of, DialStatus=status)

    one, two = "Local/130@agents-00000001;", "Local/130@phones-00000002;"
    first, second = dest("1.3", channel=one + "1"), dest("1.5", channel=two + "1")
    events = read(
        CALLER,
        message("DialBegin", **leg("1.1", "4"), **first),
        message("DialBegin", **leg("1.4", "4", channel=one + "2"), **second),
        message("DialBegin", **leg("1.6", "4", channel=two + "2"), **dest("1.2")),
        RINGS,
        end(leg("1.1", "4"), first, outer),
        end(leg("1.1", "4"), first, "CANCEL"),  # a queue says both
        message("Hangup", **leg("1.3", "5", channel=one + "1"), Cause="0"),
        end(leg("1.4", "4", channel=one + "2"), second, "CANCEL"),
        end(leg("1.6", "4", channel=two + "2"), dest("1.2"), "CANCEL"),
    )
    assert [e.cause for e in events if isinstance(e, Failed)] == [cause]


def test_an_agent_behind_a_local_pipe_is_named_at_the_answer() -> None:
    pipe = dest("1.3", channel="Local/130@agents-00000001;1")
    connect = message("AgentConnect", **leg("1.1", "6"), **pipe, MemberName="Alice", Queue="desk")
    told = read(CALLER, DIAL, RINGS, ANSWERS, connect)[-1]
    assert (type(told), told.leg, told.agent) == (Established, "1.2", "Alice")


def test_the_leg_that_lost_a_ring_group_was_answered_elsewhere() -> None:
    other = message("DialBegin", **leg("1.1", "4"), **dest("1.3"))
    lost = message("DialEnd", **leg("1.1", "4"), **dest("1.3"), DialStatus="CANCEL")
    gone = message("Hangup", **leg("1.3", "5"), Cause="26")
    events = read(CALLER, DIAL, other, RINGS, ANSWERS, lost, gone)[-2:]
    assert [(type(e), e.cause) for e in events] == [
        (Failed, "answered_elsewhere"),
        (ConnectionCleared, "answered_elsewhere"),
    ]


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ({"Exten": "7300", "Priority": "2"}, "cancelled"),  # it ends where it waited: the caller hung up
        ({"Exten": "h", "Priority": "1"}, "cancelled"),
        ({"Exten": "7300", "Priority": "3"}, "normal"),  # the queue let go of the caller, the dial plan went on
        ({"Exten": "s", "Priority": "2", "Context": "voicemail"}, "normal"),
    ],
)
def test_a_caller_abandoned_a_queue_only_if_the_call_ends_there(place: dict[str, str], cause: str) -> None:
    here = {"Exten": "7300", "Priority": "2"}
    join = message("QueueCallerJoin", **leg("1.1", "6", **here), Queue="desk")
    abandon = message("QueueCallerAbandon", **leg("1.1", "6", **here), Queue="desk")
    gone = message("Hangup", **leg("1.1", "6", **place), Cause="16")
    assert read(CALLER, join, abandon, gone)[-1].cause == cause


def test_a_forwarded_leg_is_diverted_to_where_it_was_sent() -> None:
    end = message("DialEnd", **leg("1.1", "4"), **dest("1.2"), DialStatus="CANCEL", Forward="Local/13900@out")
    event = read(CALLER, DIAL, end)[-1]
    assert (type(event), event.called) == (Diverted, "13900")


@pytest.mark.parametrize(("q850", "cause"), [("0", ""), ("16", "normal"), ("21", "rejected"), ("99", "failed")])
def test_hangup_causes_are_read_by_q850(q850: str, cause: str) -> None:
    assert hangup_cause(q850) == cause


def test_a_caller_who_leaves_the_queue_was_served_gave_up_or_waited_in_vain() -> None:
    join = message("QueueCallerJoin", **leg("1.1", "6"), Queue="desk")
    leave = message("QueueCallerLeave", **leg("1.1", "6"), Queue="desk")
    abandon = message("QueueCallerAbandon", **leg("1.1", "6"), Queue="desk")
    served = read(CALLER, join, DIAL, ANSWERS, leave)
    assert not [e for e in served if isinstance(e, Dequeued)]
    assert [e.cause for e in read(CALLER, join, abandon, leave) if isinstance(e, Dequeued)] == ["no_answer"]
    assert [e.cause for e in read(CALLER, join, leave) if isinstance(e, Dequeued)] == ["no_answer"]


def test_the_queue_names_the_agent_who_answered() -> None:
    connect = message("AgentConnect", **leg("1.1", "6"), **dest("1.2"), MemberName="陈静", Queue="desk", HoldTime="9")
    event = read(CALLER, DIAL, ANSWERS, connect)[-1]
    assert (type(event), event.leg, event.agent, event.queue) == (Established, "1.2", "陈静", "desk")


def test_hold_and_park_are_told_on_the_leg_that_waits_or_made_wait() -> None:
    events = read(
        CALLER,
        DIAL,
        ANSWERS,
        message("Hold", **leg("1.2", "6")),
        message("Unhold", **leg("1.2", "6")),
        message("ParkedCall", **leg("1.1", "6", prefix="Parkee")),
        message("UnParkedCall", **leg("1.1", "6", prefix="Parkee"), **leg("1.9", "6", call="1.9", prefix="Retriever")),
    )[3:]
    assert [(type(e), e.leg, e.role) for e in events] == [
        (Held, "1.2", "agent"),
        (Retrieved, "1.2", "agent"),
        (Held, "1.1", "caller"),
        (Retrieved, "1.1", "caller"),
        (Established, "1.9", "agent"),
    ]
    assert [e.parked for e in events if isinstance(e, Held)] == [False, True]
    assert events[3].same_call == ("1.9",)


def test_a_leg_that_joins_another_call_speaks_no_more_of_the_direction_of_its_own() -> None:
    normaliser = Normaliser(settings(inbound_contexts=["from-trunk"], internal_contexts=["internal"]))
    own = leg("1.9", "4", call="1.9", Context="internal")
    joined = message("Hangup", **leg("1.9", "6"), Cause="16")
    gone = message("Hangup", **leg("1.1", "6"), Cause="16")
    events = read(CALLER, message("Newstate", **own), gone, joined, normaliser=normaliser)
    assert [e.direction for e in events] == ["inbound", "internal", "inbound", ""]


def test_a_parked_call_that_nobody_fetched_rings_anew() -> None:
    events = read(CALLER, message("ParkedCallTimeOut", **leg("1.1", "6", prefix="Parkee")))
    assert [type(e) for e in events[1:]] == [Retrieved, Transferred]


def test_a_transfer_counts_only_if_it_succeeded() -> None:
    parties = {**leg("1.2", "6", prefix="Transferer"), **leg("1.1", "6", prefix="Transferee")}
    event = read(CALLER, DIAL, ANSWERS, message("BlindTransfer", **parties, Result="Success", Extension="802"))[-1]
    assert (type(event), event.leg, event.called) == (Transferred, "1.2", "802")
    assert read(message("BlindTransfer", **parties, Result="Fail", Extension="802")) == []


def test_a_transfer_to_a_telephone_that_rings_yet_names_it_though_asterisk_does_not() -> None:
    transfer = {
        **leg("1.2", "6", prefix="OrigTransferer"),
        **leg("1.5", "6", call="1.5", prefix="SecondTransferer"),
        **leg("1.1", "6", prefix="Transferee"),
    }
    event = read(
        CALLER,
        DIAL,
        ANSWERS,
        message("Newstate", **leg("1.5", "4", call="1.5")),
        message("DialBegin", **leg("1.5", "4", call="1.5"), **dest("1.6", call="1.5")),
        message("Newstate", **leg("1.6", "5", call="1.5")),
        message("AttendedTransfer", Result="Success", DestType="App", **transfer),
    )[-1]
    assert isinstance(event, Transferred)
    assert (event.same_call, event.to_leg) == (("1.5",), "1.6")


def test_an_attended_transfer_joins_the_consultation_to_the_call() -> None:
    parties = {
        **leg("1.2", "6", prefix="OrigTransferer"),
        **leg("1.5", "6", call="1.5", prefix="SecondTransferer"),
        **leg("1.1", "6", prefix="Transferee"),
        **leg("1.6", "6", call="1.5", prefix="TransferTarget"),
    }
    event = read(CALLER, DIAL, ANSWERS, message("AttendedTransfer", **parties, Result="Success"))[-1]
    assert isinstance(event, Transferred)
    assert (event.call, event.same_call, event.to_leg, event.attended) == ("1.1", ("1.5",), "1.6", True)


def test_a_picked_up_call_is_answered_by_the_picker() -> None:
    pickup = message("Pickup", **leg("1.9", "6", call="1.9"), **leg("1.2", "5", prefix="Target"))
    events = read(CALLER, DIAL, RINGS, pickup)[3:]
    assert [(type(e), e.leg, e.call) for e in events] == [(Diverted, "1.2", "1.1"), (Established, "1.9", "1.1")]
    assert events[1].same_call == ("1.9",)
    assert events[1].role == "agent"


def test_a_changed_linkedid_is_told_even_by_an_event_that_says_nothing_else() -> None:
    events = read(CALLER, DIAL, ANSWERS, message("BridgeEnter", **leg("1.2", "6", call="0.7")))
    assert [(type(e), e.call, e.same_call) for e in events[3:]] == [(Established, "0.7", ("1.1",))]


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
