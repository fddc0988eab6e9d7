"""One call against an oracle in the plainest style, and against its own events doubled and displaced."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.engine import State
from rules.events import ConnectionCleared, Delivered, Established, Event, Held, Retrieved
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.settings import CallBack, RuleSet, SourceRules
from tests.property.rules.soup import START_US, decide_all

MS = 1_000
RULES = RuleSet(
    version="one",
    site="one",
    notifiers=("desk",),
    sources=(SourceRules(name="main"),),
    call_back=CallBack(enabled=False),
)


@dataclass(frozen=True)
class Story:
    """A call in milliseconds: when it is answered (or given up), which holds it has, when it ends."""

    wait: int
    answered: bool
    holds: tuple[tuple[int, int], ...]  # (talk before, length)


stories = st.builds(
    Story,
    wait=st.one_of(st.integers(1, 40_000), st.sampled_from([4_999, 5_000, 14_999, 15_000, 15_001])),
    answered=st.booleans(),
    holds=st.lists(
        st.tuples(st.integers(1, 20_000), st.one_of(st.integers(1, 95_000), st.sampled_from([29_999, 30_000, 30_001]))),
        max_size=3,
    ).map(tuple),
)


def events_of(story: Story) -> list[tuple[int, Event]]:
    """Moments in ms and events, in the order in which they happened."""
    told: list[tuple[int, Event]] = [(0, _event(Delivered, 0))]
    now = story.wait
    if not story.answered:
        return [*told, (now, _event(ConnectionCleared, now))]
    told.append((now, _event(Established, now)))
    for talk, length in story.holds:
        now += talk
        told.append((now, _event(Held, now)))
        now += length
        told.append((now, _event(Retrieved, now)))
    now += 1_000
    return [*told, (now, _event(ConnectionCleared, now))]


def _event(kind: type[Delivered | Established | Held | Retrieved | ConnectionCleared], at_ms: int) -> Event:
    return kind(
        source="main",
        call="a",
        leg="" if kind is ConnectionCleared else "x",
        caller="13800138000",
        called="88886666",
        occurred_us=START_US + at_ms * MS,
    )


def expected_verdicts(story: Story) -> list[tuple[str, str, float | None, int | None]]:
    """What the two rules say, by arithmetic on the story alone."""
    seconds = story.wait / 1000
    ring = story.wait // 5_000 + 1
    if story.wait >= 15_000:
        ringing = "breached"
    elif story.answered:
        ringing = "met"
    else:
        ringing = "waived"
    found: list[tuple[str, str, float | None, int | None]] = [("three_rings", ringing, seconds, ring)]
    if story.answered:
        for _, length in story.holds:
            for period in range(length // 30_000):
                found.append(("hold_checkin", "breached", (length - period * 30_000) / 1000, None))  # noqa: PERF401
            found.append(("hold_checkin", "met", length % 30_000 / 1000, None))
    return found


def played(told: list[tuple[int, Event]]) -> tuple[Incident, list[Obligation]]:
    """The last state of the call and its obligations; a first call lets the source's clock prove itself."""
    first: list[tuple[int, Event]] = [
        (START_US - 10_000_000, Delivered(source="main", call="z", leg="z", occurred_us=START_US - 10_000_000)),
        (START_US - 9_000_000, ConnectionCleared(source="main", call="z", occurred_us=START_US - 9_000_000)),
    ]
    state = State(RULES)
    decisions = decide_all(state, first + [(START_US + at_ms * MS, event) for at_ms, event in told])
    # an hour later everything but the closed documents is over
    obligations = {o.id: o for decision in decisions for o in decision.obligations}
    incident = next(i for i in state.incidents.values() if "a" in i.call.ids)
    mine = [o for o in obligations.values() if o.incident == incident.id and o.rule in ("three_rings", "hold_checkin")]
    return incident, sorted(mine, key=lambda o: o.id)


def verdicts(obligations: list[Obligation]) -> list[tuple[str, str, float | None, int | None]]:
    return [(o.rule, o.state, o.seconds, o.ring) for o in obligations]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(stories)
def test_the_rules_agree_with_plain_arithmetic(story: Story) -> None:
    incident, obligations = played(events_of(story))
    assert verdicts(obligations) == expected_verdicts(story)
    assert incident.outcome == ("answered" if story.answered else "abandoned")
    assert all(o.clock == "source" for o in obligations if o.state != "waived" and o.rule == "three_rings")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(stories, st.lists(st.tuples(st.integers(0, 10), st.integers(0, 3_000)), max_size=6))
def test_events_told_twice_change_nothing(story: Story, again: list[tuple[int, int]]) -> None:
    told = events_of(story)
    doubled = told + [(told[i % len(told)][0] + late, told[i % len(told)][1]) for i, late in again]
    doubled.sort(key=lambda moment: moment[0])
    _, straight = played(told)
    _, twice = played(doubled)
    assert verdicts(twice) == verdicts(straight)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(stories, st.lists(st.integers(0, 1_500), min_size=9, max_size=9))
def test_ring_and_answer_delayed_or_displaced_give_the_same_verdict(story: Story, delays: list[int]) -> None:
    """Each event on its own way, up to 1.5 s: the source's clock judges, so order and delay do not matter."""
    told = events_of(story)
    late = sorted(((at_ms + delays[i % 9], event) for i, (at_ms, event) in enumerate(told)), key=lambda m: m[0])
    straight_incident, straight = played(told)
    late_incident, displaced = played(late)
    ring = [o for o in verdicts(straight) if o[0] == "three_rings"]
    assert [o for o in verdicts(displaced) if o[0] == "three_rings"] == ring
    assert late_incident.outcome == straight_incident.outcome
    assert late_incident.closed_us is not None
