"""Random traffic: few names, so that everything meets everything; and ways to play and compare it."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from rules.channels import Channel, UnitStatus
from rules.effects import Alert, Decision
from rules.engine import State, decide, next_deadline
from rules.events import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSeen,
    AlertSnoozed,
    AlertWorkedOn,
    CalledBack,
    CheckedIn,
    ConnectionCleared,
    DeadlinePassed,
    Delivered,
    DeliveriesSettled,
    DeliveriesTried,
    DeliverySettled,
    DeliveryTried,
    Dequeued,
    Diverted,
    Entry,
    Established,
    Event,
    EventUndecided,
    Failed,
    Held,
    LinkChanged,
    Offered,
    Originated,
    Queued,
    Resynced,
    Retrieved,
    RulesTaken,
    SeenLeg,
    Transferred,
    Unparsed,
)
from rules.incidents import Incident, SourceStatus
from rules.people import DutyChange, Person
from rules.quiet import Quiet
from rules.settings import HoldCheckin, Ladder, Line, RuleSet, SourceRules, ThreeRings

START_US = 1_763_712_000_000_000
Traffic = list[tuple[int, Event]]  # how long after the one before
CALL_KINDS = [
    Originated, Offered, Delivered, Delivered, Delivered, Established, Established, Held, Held, Retrieved, Retrieved,
    Queued, Dequeued, Diverted, Transferred, Failed, ConnectionCleared,
]  # fmt: skip
CAUSES = ["", "normal", "busy", "no_answer", "rejected", "answered_elsewhere", "cancelled", "congestion", "transferred"]

RULES = RuleSet(
    version="soup",
    site="soup",
    notifiers=("desk", "boss"),
    sources=(SourceRules(name="main", leg_ids_unique=True), SourceRules(name="plain", shows_hold=False)),
    lines=(Line(number="88886666", inbound_only=True), Line(number="88887777", rings=2)),
    hold_checkin=HoldCheckin(follow_queue=True),
)
OTHER_RULES = msgspec.structs.replace(
    RULES,
    version="other",
    three_rings=ThreeRings(clock_start="offered", apply_to=("inbound", "internal")),
    people=(Person(id="li", reach={"desk": "1"}), Person(id="wang", roles=("guard",), reach={"boss": "2"})),
    ladder=Ladder(breach=("desk", "role:guard"), acknowledge="all", act_within_s=20, act_warn_before_s=5),
)

sources = st.sampled_from(["main"] * 9 + ["plain", "stranger"])
calls = st.sampled_from(["a", "a", "a", "b", "b", ""])
legs = st.sampled_from(["x", "x", "x", "y", "y", "z", ""])
numbers = st.sampled_from(["", "801", "13800138000", "88886666", "88887777", "anonymous", "+8613800138000", "٣"])


@st.composite
def call_events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(CALL_KINDS))
    fields: dict[str, Any] = {
        "source": draw(sources),
        "call": draw(calls),
        "leg": draw(legs),
        "role": draw(st.sampled_from(["", "", "caller", "agent"])),
        "cause": draw(st.sampled_from(CAUSES)),
        "caller": draw(numbers),
        "called": draw(numbers),
        "trunk": draw(st.sampled_from(["", "88886666"])),
        "uncertain": draw(st.integers(0, 9)) == 0,
        "shows_hold": draw(st.integers(0, 9)) > 0,
        "same_call": draw(st.sampled_from([(), (), (), (), ("a",), ("b",), ("c", "")])),
        "direction": draw(st.sampled_from([""] * 9 + ["inbound", "outbound", "internal"])),
    }
    lag = draw(
        st.sampled_from(
            [None, 0, 0, 0, 1_000, 1_000, 900_000, 900_000, 7_000_000, -1_000_000, -9_000_000, 10**13, -(10**13)]
        )
    )
    fields["occurred_us"] = lag  # a lag until the moment of receipt is known, see `play`
    if kind in (Diverted, Transferred):
        fields["to_leg"] = draw(legs)
    if kind is Transferred:
        fields["attended"] = draw(st.booleans())
    if kind is Held:
        fields["parked"] = draw(st.booleans())
    event: Event = kind(**fields)  # type: ignore[assignment]  # CALL_KINDS holds subclasses only
    return event


seen_legs = st.builds(
    SeenLeg,
    call=calls,
    leg=legs,
    role=st.sampled_from(["", "caller", "agent"]),
    state=st.sampled_from(["initiated", "alerting", "connected", "held", "queued"]),
    created_us=st.sampled_from([None, START_US]),
)
incident_numbers = st.sampled_from(["20251121-0001", "20251121-0002", "", "nonsense"])
alert_ids = st.sampled_from(["soup-2-breach0", "soup-2-warning0", "soup-5-breach0", "soup-2-escalation0", ""])
settlements = st.builds(
    DeliverySettled,
    alert=alert_ids,
    notifier=st.sampled_from(["desk", "boss", "gone"]),
    delivered=st.booleans(),
    attempts=st.just(1),
)


def alert_deeds(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Event]:
    """What people do with alerts, and what becomes of them."""
    by, for_us = st.sampled_from(["li", "wang", "visitor"]), st.sampled_from([0, 7_000_000, 10**12])
    tried = st.builds(
        DeliveryTried, alert=ids, notifier=st.sampled_from(["desk", "gone"]), reason=st.sampled_from(["timeout", "x"])
    )
    return st.one_of(
        st.builds(AlertAcknowledged, by=by, alert=ids, person=st.sampled_from(["", "wang", "nobody"])),
        st.builds(AlertHandedOver, by=by, alert=ids, to=st.sampled_from(["person:wang", "role:guard", "nonsense"])),
        st.builds(AlertSnoozed, by=by, alert=ids, for_us=for_us),
        st.builds(AlertWorkedOn, by=by, alert=ids, for_us=for_us),
        st.builds(AlertDone, by=by, alert=ids),
        st.builds(AlertSeen, by=by, alert=ids),
        st.builds(DeliveriesTried, each=st.tuples(tried)),
    )


other_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(AlertAcknowledged, by=st.just("li"), alert=alert_ids),
    alert_deeds(alert_ids),
    st.builds(CheckedIn, by=st.just("li"), incident=incident_numbers),
    st.builds(CalledBack, by=st.just("li"), incident=incident_numbers),
    st.builds(
        LinkChanged, source=sources, state=st.sampled_from(["unknown", "connecting", "online", "stale", "offline"])
    ),
    st.builds(Resynced, source=sources, legs=st.lists(seen_legs, max_size=3).map(tuple), restarted=st.booleans()),
    settlements,
    st.builds(DeliveriesSettled, each=st.lists(settlements, max_size=3).map(tuple)),
    st.builds(Unparsed, source=sources, reason=st.just("bad")),
    st.builds(EventUndecided, seq=st.just(1), error=st.just("oops"), deadline=st.booleans()),
    st.builds(RulesTaken, rules=st.sampled_from([RULES, OTHER_RULES])),
    st.just(DeadlinePassed()),
)
steps = st.sampled_from(
    [0, 0, 1_000, 1_000, 999_000, 999_000, 2_500_000, 5_000_000, 7_000_000, 14_999_000, 30_000_000, 61_000_000]
)
traffic = st.lists(st.tuples(steps, st.one_of(call_events(), call_events(), call_events(), other_events)), max_size=60)


def journal(events: Traffic) -> list[tuple[int, Event]]:
    """Events with their moments of receipt, and their own times where they tell one."""
    at_us = START_US
    found: list[tuple[int, Event]] = []
    for step_us, event in events:
        at_us += step_us
        occurred_us = getattr(event, "occurred_us", None)
        if occurred_us is not None:
            event = msgspec.structs.replace(event, occurred_us=max(0, at_us - occurred_us))  # noqa: PLW2901
        found.append((at_us, event))
    return found


def decide_all(state: State, moments: list[tuple[int, Event]], seq: int = 0, latest_us: int = 0) -> list[Decision]:
    """As the pipeline does it: what is due is entered first, at its moment or as soon as we are up."""
    decisions: list[Decision] = []
    for at_us, event in moments:
        due_us = next_deadline(state)
        while due_us is not None and due_us <= at_us:
            seq += 1
            latest_us = max(latest_us, due_us)
            decisions.append(frozen(decide(state, Entry(seq, latest_us, DeadlinePassed()))))
            after_us = next_deadline(state)
            assert after_us is None or after_us > due_us or len(decisions) < 10_000, "deadlines without end"
            due_us = after_us
        seq += 1
        latest_us = max(latest_us, at_us)
        decisions.append(frozen(decide(state, Entry(seq, latest_us, event))))
    return decisions


def frozen(decision: Decision) -> Decision:
    """A copy of this moment: live things change in place later."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(decision), type=Decision)


def restarted(state: State) -> State:
    """What a restart has: the live rows, as the store keeps them."""

    def again(things: Any, kind: Any) -> Any:
        return msgspec.json.decode(msgspec.json.encode(list(things)), type=list[kind])

    return State(
        state.rules,
        incidents=again(state.incidents.values(), Incident),
        alerts=again(state.alerts.values(), Alert),
        sources=again(state.sources.values(), SourceStatus),
        channels=again(state.channels.values(), Channel),
        units=again(state.units.values(), UnitStatus),
        quiet=again([state.quiet[key] for key in sorted(state.quiet)], Quiet),
        duty=again(state.duty, DutyChange),
        last_id=state.last_id,
        last_number=state.last_number,
    )
