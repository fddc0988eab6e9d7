"""Asterisk's own lists → living legs: what they tell, and what only we can remember."""

import pytest

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.normalise import Normaliser
from adapters.pbx.asterisk.resync import CHANNELS, IN_ROOM, PARKED, QUEUES, Lists, in_rooms, seen_legs
from rules.events import SeenLeg
from tests.unit.asterisk.messages import leg, message, settings

AT_US = 1_795_300_000_000_000


def _listed(unique: str, state: str, application: str = "", **more: str) -> Message:
    return message("CoreShowChannel", **leg(unique, state, **more), Application=application, Duration="00:01:05")


CALLER, PHONE = _listed("1.1", "6"), _listed("1.2", "6", "AppDial", ConnectedLineNum="13800138000")


def _seen(
    channels: list[Message],
    parked: list[Message] | None = None,
    held_before: dict[str, bool] | None = None,
    queued: list[Message] | None = None,
) -> dict[str, SeenLeg]:
    answers = {CHANNELS: channels, PARKED: parked or [], QUEUES: queued or []}
    refused = frozenset({PARKED}) if parked is None else frozenset[str]()
    legs = seen_legs(Lists(AT_US, answers, refused), settings(inbound_contexts=["from-trunk"]), held_before or {})
    return {one.leg: one for one in legs}


def test_a_talking_call_is_its_caller_and_its_phone_with_their_ages() -> None:
    seen = _seen([CALLER, PHONE, _listed("1.3", "6", channel="Local/801@phones-00000001;1")])
    assert {one.leg: (one.role, one.state, one.call) for one in seen.values()} == {
        "1.1": ("caller", "connected", "1.1"),
        "1.2": ("agent", "connected", "1.1"),
    }
    assert (seen["1.1"].caller, seen["1.1"].called, seen["1.1"].direction) == ("13800138000", "4008100911", "inbound")
    assert seen["1.2"].caller == "13800138000"
    assert seen["1.1"].created_us == AT_US - 65_000_000


@pytest.mark.parametrize(("state", "word"), [("4", "initiated"), ("5", "alerting"), ("0", "initiated")])
def test_the_channel_state_is_told_in_our_words(state: str, word: str) -> None:
    assert _seen([_listed("1.2", state, "AppDial")])["1.2"].state == word


def test_a_caller_in_a_queue_is_queued_though_the_queue_has_answered() -> None:
    entry = message("QueueEntry", Queue="desk", Uniqueid="1.1")
    seen = _seen([CALLER], queued=[entry])["1.1"]
    assert (seen.state, seen.role, seen.queue) == ("queued", "caller", "desk")


def test_a_parked_call_is_held_and_one_fetched_meanwhile_is_not() -> None:
    parked = message("ParkedCall", ParkeeUniqueid="1.1")
    assert _seen([CALLER], parked=[parked])["1.1"].state == "held"
    assert _seen([CALLER], parked=[], held_before={"1.1": True})["1.1"].state == "connected"


def test_a_remembered_hold_stays_where_no_list_can_tell() -> None:
    assert _seen([PHONE], parked=[], held_before={"1.2": False})["1.2"].state == "held"
    assert _seen([CALLER], parked=None, held_before={"1.1": True})["1.1"].state == "held"
    both = _seen([CALLER, PHONE], parked=[message("ParkedCall", ParkeeUniqueid="1.1")], held_before={"1.2": False})
    assert [one.state for one in both.values()] == ["held", "held"]


def test_of_whom_we_remember_nothing_the_list_says_nothing_of_a_hold_either() -> None:
    assert _seen([PHONE], parked=[])["1.2"].hold_unknown
    assert not _seen([CALLER], parked=[], held_before={"1.1": True})["1.1"].hold_unknown


def test_a_list_full_of_nothing_is_no_call() -> None:
    assert _seen([message("CoreShowChannel"), message("CoreShowChannelsComplete", Uniqueid="1.1")]) == {}


def _rooms(*members: tuple[str, str]) -> Lists:
    """A caller from outside and a telephone within that dialled a room each, or the same one."""
    inside = _listed("2.1", "6", call="2.1", Context="internal", channel="PJSIP/143-00000002")
    entries = [
        message("ConfbridgeList", Conference=room, **leg(unique, "6", channel=channel))
        for unique, room in members
        for channel in ("PJSIP/143-00000002" if unique == "2.1" else "PJSIP/trunk-00000001",)
    ]
    return Lists(AT_US, {CHANNELS: [CALLER, inside], IN_ROOM: entries})


CONTEXTS = settings(inbound_contexts=["from-trunk"], internal_contexts=["internal"])


def test_a_caller_found_in_a_room_with_one_of_ours_is_answered_by_that_telephone() -> None:
    lists = _rooms(("1.1", "9"), ("2.1", "9"))
    answer = seen_legs(lists, CONTEXTS, {})[-1]
    assert (answer.leg, answer.call, answer.role, answer.state) == ("1.1-room", "1.1", "agent", "connected")
    assert answer.device == "143"
    leaves = message("ConfbridgeLeave", Conference="9", **leg("1.1", "6"))
    normaliser = Normaliser(CONTEXTS, seen_legs(lists, CONTEXTS, {}), in_rooms(lists))
    assert [(one.leg, one.call) for one in normaliser.read(leaves)] == [("1.1-room", "1.1")]


@pytest.mark.parametrize("members", [(("1.1", "9"), ("2.1", "8")), (("1.1", "9"),), (("2.1", "9"),), ()])
def test_a_caller_alone_in_his_room_is_not_answered(members: tuple[tuple[str, str], ...]) -> None:
    assert {one.leg for one in seen_legs(_rooms(*members), CONTEXTS, {})} == {"1.1", "2.1"}


def test_a_caller_whom_a_telephone_has_is_not_answered_again_by_the_room() -> None:
    lists = _rooms(("1.1", "9"), ("2.1", "9"))
    channels = [*lists.answers[CHANNELS], PHONE]
    seen = seen_legs(Lists(AT_US, {**lists.answers, CHANNELS: channels}), CONTEXTS, {})
    assert {one.leg for one in seen} == {"1.1", "1.2", "2.1"}


def test_who_left_the_channels_list_is_in_no_room() -> None:
    entry = message("ConfbridgeList", Conference="9", **leg("7.7", "6"))
    assert {one.leg for one in seen_legs(Lists(AT_US, {CHANNELS: [CALLER], IN_ROOM: [entry]}), CONTEXTS, {})} == {"1.1"}
