"""Held, parked, transferred, joined and picked up: whose call it is then."""

from adapters.pbx.asterisk.normalise import Normaliser
from rules.events import Diverted, Established, Held, Retrieved, Transferred
from tests.unit.asterisk.messages import ANSWERS, CALLER, DIAL, RINGS, dest, leg, message, read, settings


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
