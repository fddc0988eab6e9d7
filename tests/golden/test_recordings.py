"""Real calls through a real Asterisk, recorded by tests/peers/record.py, and what the record says of them."""

from collections.abc import Callable, Iterator

import pytest

from adapters.pbx.asterisk.codec import Message
from rules.events import Resynced
from tests.golden.stream import LONG_AFTER_US, RULES, SOURCE, bytes_of, judged, messages_of, outcome, wanted

EXPECTED = {
    "answered_in_ring_2": ("13800000001", "7101", "answered", "101", [("three_rings", "met", 2)]),
    "never_answered": (
        "13800000002",
        "7400",
        "missed",
        "",
        [("call_back", "breached", None), ("three_rings", "breached", 5)],
    ),
    "gives_up_in_ring_3": (
        "13800000003",
        "7102",
        "abandoned",
        "",
        [("call_back", "breached", None), ("three_rings", "waived", 3)],
    ),
    "ring_group": ("13800000004", "7200", "answered", "110", [("three_rings", "met", 1)]),
    "queue_answers_first": ("13800000005", "7300", "answered", "130", [("three_rings", "met", 2)]),
    "hold_and_retrieve": (
        "13800000006",
        "7104",
        "answered",
        "104",
        [("hold_checkin", "breached", None), ("hold_checkin", "met", None), ("three_rings", "met", 1)],
    ),
    "blind_transfer": (
        "13800000007",
        "7105",
        "answered",
        "105",
        [("three_rings", "met", 1), ("three_rings", "met", 2)],
    ),
    "attended_transfer": (
        "13800000008",
        "7107",
        "answered",
        "107",
        [("hold_checkin", "waived", None), ("three_rings", "met", 1), ("three_rings", "met", 1)],
    ),
    "rejected": (
        "13800000009",
        "7103",
        "rejected",
        "",
        [("call_back", "breached", None), ("three_rings", "waived", 1)],
    ),
    # The desk rang for 4 s, then VoiceMail() took a message: a machine is nobody.
    "voicemail": (
        "13800000010",
        "7411",
        "missed",
        "",
        [("call_back", "breached", None), ("three_rings", "waived", 1)],
    ),
}
CHUNKS = {"whole": 1 << 20, "byte by byte": 1, "by 7": 7, "by 1460": 1460}

Messages = list[Message]


@pytest.mark.parametrize("scene", EXPECTED)
@pytest.mark.parametrize("chunk", CHUNKS.values(), ids=CHUNKS)
def test_a_recording_gives_one_call_with_its_verdicts_in_whatever_pieces_it_comes(scene: str, chunk: int) -> None:
    data = bytes_of(scene)
    messages = messages_of(data[start : start + chunk] for start in range(0, len(data), chunk))
    assert outcome(judged(messages)) == [EXPECTED[scene]]


CONFERENCE = [  # two from outside wait in a ConfBridge(), then 143 comes in
    ("13800000011", "7430", "answered", "143", [("three_rings", "met", None)]),
    ("13800000012", "7430", "answered", "143", [("three_rings", "met", None)]),
    ("143", "89", "abandoned", "", []),
]


def test_callers_whom_somebody_joins_in_a_conference_are_answered() -> None:
    messages = messages_of([bytes_of("conference")])
    assert outcome(judged(messages)) == CONFERENCE
    deaf = [message for message in messages if message.event != "confbridgeleave"]
    assert outcome(judged(deaf)) == CONFERENCE  # a hang-up ends it, too


def test_callers_who_are_among_themselves_in_a_conference_are_not_answered() -> None:
    messages = messages_of([bytes_of("conference")])
    alone = [message for message in messages if not message.get("channel").startswith("PJSIP/143-")]
    told = outcome(judged(alone))
    assert [(caller, result) for caller, _, result, *_ in told] == [
        ("13800000011", "abandoned"),
        ("13800000012", "abandoned"),
    ]


def test_two_recordings_heard_as_two_sources_do_not_touch_each_other() -> None:
    one, other = messages_of([bytes_of("ring_group")]), messages_of([bytes_of("hold_and_retrieve")])
    assert outcome(judged([*one, *other])) == sorted([EXPECTED["ring_group"], EXPECTED["hold_and_retrieve"]], key=str)


def _dropped(messages: Messages) -> Iterator[Messages]:
    for n in range(len(messages)):
        yield messages[:n] + messages[n + 1 :]


def _doubled(messages: Messages) -> Iterator[Messages]:
    for n in range(len(messages)):
        yield messages[: n + 1] + messages[n:]


def _swapped(messages: Messages) -> Iterator[Messages]:
    for n in range(len(messages) - 1):
        yield [*messages[:n], messages[n + 1], messages[n], *messages[n + 2 :]]


@pytest.mark.parametrize("scene", EXPECTED)
@pytest.mark.parametrize("damage", [_dropped, _doubled, _swapped])
def test_after_any_single_damage_the_call_still_ends_once_and_as_itself(
    scene: str, damage: Callable[[Messages], Iterator[Messages]]
) -> None:
    caller, _, expected_outcome, _, _ = EXPECTED[scene]
    for messages in damage(wanted(messages_of([bytes_of(scene)]))):
        judge = judged(messages)
        # What the link does after any loss: the PBX's own list says that nothing lives any more.
        at_us = max(incident.opened_us for incident in judge.incidents.values()) + 2 * LONG_AFTER_US
        judge.enter(Resynced(source=SOURCE, legs=()), at_us)
        judge.pass_time(at_us + LONG_AFTER_US)
        calls = [incident for incident in judge.incidents.values() if incident.outcome != "merged"]
        assert [call.caller for call in calls] == [caller]
        assert calls[0].closed_us is not None
        if damage is _doubled:
            assert calls[0].outcome == expected_outcome
        open_ones = [owed for owed in judge.verdicts(calls[0].id) if owed.state == "open"]
        assert open_ones == []


@pytest.mark.parametrize("scene", EXPECTED)
def test_a_doubled_event_changes_nothing(scene: str) -> None:
    for messages in _doubled(wanted(messages_of([bytes_of(scene)]))):
        assert outcome(judged(messages)) == [EXPECTED[scene]]


def test_the_rules_used_here_are_the_defaults_of_mainland_china() -> None:
    assert RULES.sources[0].country == "CN"
    assert RULES.three_rings.rings == 3
