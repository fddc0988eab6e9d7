"""A recorded AMI stream, replayed through codec, normaliser and rules; whole or damaged."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from adapters.pbx.asterisk import Settings
from adapters.pbx.asterisk.codec import Codec, Message
from adapters.pbx.asterisk.normalise import WANTED, Normaliser
from gateway.judging import Judge
from rules.moments import SECOND_US
from rules.settings import RuleSet, SourceRules

RECORDINGS = Path(__file__).parent / "recordings"
SOURCE = "pbx"
RULES = RuleSet(version="golden", site="site", sources=(SourceRules(name=SOURCE),), notifiers=("desk",))
SETTINGS = Settings(
    name=SOURCE,
    kind="asterisk-ami",
    host="recorded",
    username="recorded",
    inbound_contexts=("inbound",),
    internal_contexts=("internal",),
)
LONG_AFTER_US = 2 * 3600 * SECOND_US


def bytes_of(scene: str) -> bytes:
    return (RECORDINGS / f"{scene}.ami").read_bytes()


def messages_of(pieces: Iterable[bytes]) -> list[Message]:
    """Whatever the pieces complete; nothing in a recording is too long to be read."""
    codec = Codec()
    found = [message for piece in pieces for message in codec.feed(piece)]
    assert all(isinstance(message, Message) for message in found)
    return [message for message in found if isinstance(message, Message)]


def wanted(messages: Iterable[Message]) -> list[Message]:
    """Only what tells of calls: to lose another message changes nothing."""
    return [message for message in messages if message.event in WANTED]


def judged(messages: Sequence[Message]) -> Judge:
    """Each message arrives when Asterisk says it happened; then the evening passes."""
    normaliser, judge = Normaliser(SETTINGS), Judge(RULES)
    at_us = 0
    for message in messages:
        timestamp = message.get("timestamp")
        if timestamp:
            at_us = max(at_us, int(timestamp.replace(".", "")))
        for event in normaliser.read(message):
            judge.enter(event, at_us)
    judge.pass_time(at_us + LONG_AFTER_US)
    return judge


def outcome(judge: Judge) -> list[tuple[object, ...]]:
    """What the record says of every call: caller, outcome, device, and each verdict with its ring."""
    found = []
    for incident in judge.incidents.values():
        verdicts = [(owed.rule, owed.state, owed.ring) for owed in judge.verdicts(incident.id)]
        found.append((incident.caller, incident.called, incident.outcome, incident.device, sorted(verdicts, key=str)))
    return sorted(found, key=str)
