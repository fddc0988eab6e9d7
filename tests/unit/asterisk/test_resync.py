"""Asterisk's own lists → living legs: what they tell, and what only we can remember."""

import pytest

from adapters.pbx.asterisk.codec import Message
from adapters.pbx.asterisk.resync import CHANNELS, PARKED, QUEUES, Lists, seen_legs
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
