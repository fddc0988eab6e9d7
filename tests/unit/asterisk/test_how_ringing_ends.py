"""Why a telephone stops ringing, and how a caller leaves a queue."""

import pytest

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.words import hangup_cause
from rules.events import ConnectionCleared, Dequeued, Diverted, Established, Failed
from tests.unit.asterisk.messages import ANSWERS, CALLER, DIAL, RINGS, dest, leg, message, read


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
