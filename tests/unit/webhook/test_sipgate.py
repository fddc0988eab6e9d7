"""The sipgate and Zammad shape."""

from urllib.parse import urlencode

import pytest

from adapters.pbx.webhook.settings import rules
from rules.events import ConnectionCleared, Delivered, Established, Originated
from tests.unit.webhook.making import FORM, events, only, read, settings

CALL = {"from": "4921155667788", "to": "4921155443322", "direction": "in", "callId": "7871"}


def form(*more: tuple[str, str]) -> bytes:
    return urlencode([*CALL.items(), *more]).encode()


def test_a_new_call_for_a_group_is_one_call_that_rings() -> None:
    body = form(("event", "newCall"), ("user[]", "Alice"), ("user[]", "Bob"))
    assert events(body, FORM) == [
        Delivered(
            source="main",
            call="7871",
            role="agent",
            direction="inbound",
            caller="4921155667788",
            called="4921155443322",
            device="Alice, Bob",
            shows_hold=False,
        )
    ]


def test_an_answer_is_of_the_whole_call_whoever_gave_it() -> None:
    found = only(events(form(("event", "answer"), ("user", "Alice"), ("answeringNumber", "801")), FORM))
    assert isinstance(found, Established)
    assert (found.leg, found.device, found.agent, found.shows_hold) == ("", "801", "Alice", False)


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("normalClearing", "normal"),
        ("busy", "busy"),
        ("cancel", "cancelled"),
        ("noAnswer", "no_answer"),
        ("congestion", "congestion"),
        ("notFound", "unavailable"),
        ("forwarded", "transferred"),
    ],
)
def test_a_hangup_ends_the_whole_call_with_its_cause(word: str, cause: str) -> None:
    found = only(events(form(("event", "hangup"), ("cause", word), ("answeringNumber", "801")), FORM))
    assert isinstance(found, ConnectionCleared)
    assert (found.leg, found.cause) == ("", cause)


def test_an_outgoing_call_rings_nobody_here() -> None:
    found = only(events({**CALL, "event": "newCall", "direction": "out", "user": "Alice"}))
    assert isinstance(found, Originated)
    assert (found.direction, found.role) == ("outbound", "caller")


def test_keys_pressed_are_no_event() -> None:
    reading = read(form(("event", "dtmf"), ("dtmf", "1")), FORM)
    assert not reading.errors
    assert not reading.incoming


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"event=newCall&from=1&to=2&direction=in", "callId"),
        (b"event=newCall&callId=1&direction=sideways", "direction"),
    ],
)
def test_a_mistake_names_the_vendors_field(body: bytes, field: str) -> None:
    assert read(body, FORM).errors[0].field == field


def test_a_source_that_is_all_sipgate_shows_no_hold() -> None:
    assert not rules(settings(dialect="sipgate")).shows_hold
    assert rules(settings()).shows_hold
    assert rules(settings(dialect="sipgate", shows_hold=True)).shows_hold
    assert read(b'{"event":"held","call":"c"}', dialect="sipgate").errors[0].field == "event"
