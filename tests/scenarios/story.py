"""Plays a story written as text against the rules and compares every alert and verdict.

    story A caller is answered in the fourth ring
    0       Delivered call=a leg=x caller=13800138000 called=8888
    5  ->   three_rings warning ring=2
    17.2    Established call=a leg=x
    verdict a three_rings breached seconds=17.2 ring=4

`set path=value` changes the rule set (`set three_rings.boundary=third_ring_end`), `set source.shows_hold=false`
the source, `line 8888 inbound_only=true` adds a line, `person`, `shift`, `step`, `ladder_for`, `maintenance`,
`hours` and `open` (of the hours before it) a table of these,
`deliveries none` leaves alerts undelivered. In an event `at=` is the source's own clock, in the story's seconds.
The alerts of a story must be exactly those it names, or with `alerts any` whichever.
The radio's steps stand in tests/scenarios/radio_words.py.
"""

import shlex
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

import msgspec

import rules.events as vocabulary
from rules.effects import Alert, Decision, Note
from rules.engine import State, decide, next_deadline
from rules.events import DeadlinePassed, DeliverySettled, Entry, Event, RulesTaken, SeenLeg
from rules.events.staff import StaffEvent
from rules.incidents import Incident
from rules.obligations import Obligation
from rules.settings import RuleSet
from tests.scenarios import radio_words

START_US = 1_763_712_000_000_000  # 2025-11-21 16:00 in Shanghai
DEFAULTS = {"version": "v1", "site": "riverside", "notifiers": ["desk"], "sources": [{"name": "main"}]}


@dataclass
class Story:
    name: str
    lines: list[str] = field(default_factory=list)


def stories(path: Path) -> list[Story]:
    found: list[Story] = []
    for raw in path.read_text().splitlines():
        line = raw.partition("#")[0].strip()
        if line.startswith("story "):
            found.append(Story(line.removeprefix("story ")))
        elif line:
            found[-1].lines.append(line)
    return found


class Player:
    """One State, driven as the pipeline drives it: deadlines at their exact moments, before later events."""

    def __init__(self, rules: RuleSet, *, deliver: bool = True) -> None:
        self.state = State(rules)
        self.deliver = deliver
        self.seq = 0
        self.alerts: list[tuple[float, Alert]] = []
        self.notes: list[Note] = []
        self.obligations: dict[int, Obligation] = {}
        self.incidents: dict[int, Incident] = {}
        self.entries: list[Entry] = []
        self.decisions: list[Decision] = []
        self.later: list[tuple[int, Event]] = []  # what a step has begun and is still to end

    def enter_later(self, at_us: int, event: Event) -> None:
        self.later.append((at_us, event))
        self.later.sort(key=lambda one: one[0])

    def enter(self, at_us: int, event: Event) -> None:
        self.pass_until(at_us)
        self._decide(at_us, event)

    def pass_until(self, at_us: int) -> None:
        while self.later and self.later[0][0] <= at_us:
            then_us, event = self.later.pop(0)
            self._pass(then_us)
            self._decide(then_us, event)
        self._pass(at_us)

    def _pass(self, at_us: int) -> None:
        due_us = next_deadline(self.state)
        while due_us is not None and due_us <= at_us:
            now_us = max(due_us, self.entries[-1].at_us if self.entries else due_us)
            self._decide(now_us, DeadlinePassed())
            due_us = next_deadline(self.state)

    def incident_of(self, call: str) -> Incident:
        """By the source's id of the call, or by unit; `@2` is the second of its hails."""
        name, _, nth = call.partition("@")
        named = [i for i in self.incidents.values() if name in i.call.ids or (i.medium == "radio" and i.unit == name)]
        return [i for i in named if i.outcome != "merged"][int(nth or 1) - 1]

    def _decide(self, at_us: int, event: Event) -> None:
        self.seq += 1
        entry = Entry(self.seq, at_us, event)
        self.entries.append(entry)
        decision = decide(self.state, entry)
        self.decisions.append(decision)
        known = {alert.id for _, alert in self.alerts}
        fresh = {a.id: a for a in decision.alerts if a.id not in known}
        self.alerts += [((at_us - START_US) / 1e6, alert) for alert in fresh.values()]
        self.notes += decision.notes
        self.obligations |= {o.id: o for o in decision.obligations}
        self.incidents |= {i.id: i for i in decision.incidents}
        if self.deliver:
            for send in decision.sends:
                self._decide(
                    at_us, DeliverySettled(alert=send.alert, notifier=send.notifier, delivered=True, attempts=1)
                )


def play(story: Story) -> Player:
    """Raises AssertionError where the story and the rules differ."""
    settings: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(DEFAULTS))
    deliver, any_alerts = True, False
    player: Player | None = None
    expected: list[tuple[float, str, str, dict[str, str]]] = []
    for line in story.lines:
        words = shlex.split(line)
        if words[0] == "set":
            for word in words[1:]:
                _set(settings, *word.split("=", 1))
        elif words[0] == "line":
            settings.setdefault("lines", []).append({"number": words[1], **_pairs(words[2:])})
        elif words[0] in _TABLES:
            _add_table(settings, words[0], _pairs(words[1:]))
        elif words[0] == "radio":
            radio_words.settle(settings, words[1:])
        elif words[0] == "deliveries":
            deliver = words[1] != "none"
        elif words[0] == "alerts":
            any_alerts = words[1] == "any"
        else:
            if player is None:
                rules = msgspec.convert(settings, RuleSet, strict=False)
                player = Player(rules, deliver=deliver)
                if rules.maintenance or rules.hours:
                    player.enter(START_US, RulesTaken(rules=rules))
            _step(player, words, expected)
    assert player is not None
    got = [_as_told(t, a, e[3]) for (t, a), e in zip(player.alerts, expected, strict=False)]
    extra = [(t, a.rule, a.kind) for t, a in player.alerts[len(expected) :]]
    assert got == expected, f"{story.name}: alerts differ"
    assert any_alerts or extra == [], f"{story.name}: alerts nobody expected"
    return player


def _step(player: Player, words: list[str], expected: list[tuple[float, str, str, dict[str, str]]]) -> None:
    if words[0] in ("verdict", "call", "note", "no") and player.later:
        player.pass_until(player.later[-1][0])
    match words:
        case ["verdict", call, rule, state, *facts]:
            _check_verdict(player, call, rule, state, _pairs(facts))
        case ["call", call, *facts]:
            incident = player.incident_of(call)
            for key, value in _pairs(facts).items():
                found = attrgetter(key)(incident)
                assert _text(found) == value, (call, key, found)
        case ["note", call, what]:
            incident = player.incident_of(call)
            assert any(n.incident == incident.id and n.what == what for n in player.notes), (what, player.notes)
        case ["no", "note", call, what]:
            incident = player.incident_of(call)
            assert not [n for n in player.notes if n.incident == incident.id and n.what == what]
        case ["no", "hail", unit]:
            assert not [i for i in player.incidents.values() if i.unit == unit and i.outcome != "merged"]
        case ["no", "verdict", call, rule]:
            incident = player.incident_of(call)
            assert not [o for o in player.obligations.values() if o.incident == incident.id and o.rule == rule]
        case [moment, "->", rule, kind, *facts]:
            player.pass_until(_us(moment))
            expected.append((float(moment), rule, kind, _pairs(facts)))
        case [moment, "wait"]:
            player.pass_until(_us(moment))
        case [moment, channel, *said] if channel.endswith(":"):
            for then_us, event in radio_words.events(_us(moment), channel[:-1], said):
                player.enter_later(then_us, event)
            player.pass_until(_us(moment))
        case [moment, kind, *facts]:
            player.pass_until(_us(moment))
            player.enter(_us(moment), _event(player, kind, _pairs(facts)))
        case _:
            raise AssertionError(words)


def _event(player: Player, kind: str, facts: dict[str, str]) -> Event:
    cls = getattr(vocabulary, kind)
    fields: dict[str, Any] = dict(facts)
    if "at" in fields:
        fields["occurred_us"] = _us(fields.pop("at"))
    if issubclass(cls, vocabulary.CallEvent):
        fields.setdefault("source", "main")
    if issubclass(cls, vocabulary.RadioEvent):
        fields = {"source": "tower", "channel": "CH1"} | fields
    if "incident" in fields:
        fields["incident"] = player.incident_of(fields["incident"]).number
    if issubclass(cls, StaffEvent):
        fields.setdefault("by", "li")
    if kind == "FactsTold":
        fields = {"by": fields.pop("by"), "incident": fields.pop("incident"), "facts": fields}
        knew = [name for name in fields["facts"] if name.startswith("knew.")]
        if knew:
            fields["knew"] = {name.removeprefix("knew."): fields["facts"].pop(name) for name in knew}
    if "alert" in fields:
        said = fields["alert"]
        fields["alert"] = next((a.id for _, a in reversed(player.alerts) if a.kind == said), said)
    if "for_s" in fields:
        fields["for_us"] = round(float(fields.pop("for_s")) * 1_000_000)
    for moment in ("from", "until"):
        if kind == "DutyChanged" and moment in fields:
            fields[f"{moment}_us"] = _us(fields.pop(moment))
    if "same_call" in fields:
        fields["same_call"] = fields["same_call"].split(",")
    if "since" in fields:
        fields["since_us"] = _us(fields.pop("since"))
    if kind == "AlertTested":
        fields["to"] = fields["to"].split(",")
    if kind == "MaintenanceBegun":
        fields = _maintenance(fields)
    if kind == "Resynced":
        fields["legs"] = [_seen(text) for text in fields.get("legs", "").split(",") if text]
    event: Event = msgspec.convert(fields, cls, strict=False)
    return event


def _maintenance(told: dict[str, Any]) -> dict[str, Any]:
    """sources=, lines=, channels=, rules= say what it is for."""
    scope = {name: told.pop(name).split(",") for name in ("sources", "lines", "channels", "rules") if name in told}
    until_us = _us(told.pop("until"))
    return {"reason": "", "scope": scope, "until_us": until_us} | told


def _seen(text: str) -> SeenLeg:
    """call/leg/role/state, with @seconds when it was created; "connected?" cannot tell whether it is held."""
    text, _, created = text.partition("@")
    call, leg, role, state = text.split("/")
    created_us = _us(created) if created else None
    known: dict[str, Any] = {"call": call, "leg": leg, "role": role, "created_us": created_us, "called": "8888"}
    known |= {"state": state.rstrip("?"), "hold_unknown": state.endswith("?")}
    return msgspec.convert(known, SeenLeg)


def _check_verdict(player: Player, call: str, rule: str, state: str, facts: dict[str, str]) -> None:
    incident = player.incident_of(call)
    which = int(facts.pop("nth", "-1"))
    found = [o for o in player.obligations.values() if o.incident == incident.id and o.rule == rule]
    assert found, f"no {rule} of {call}"
    obligation = found[which]
    assert obligation.state == state, (call, rule, obligation)
    for key, value in facts.items():
        assert _text(getattr(obligation, key)) == value, (call, rule, key, obligation)


def _as_told(moment: float, alert: Alert, facts: dict[str, str]) -> tuple[float, str, str, dict[str, str]]:
    return (round(moment, 3), alert.rule, alert.kind, {key: _text(getattr(alert, key)) for key in facts})


def _set(settings: dict[str, Any], path: str, value: str) -> None:
    *parents, last = path.split(".")
    if parents == ["source"]:
        target = settings["sources"][0]
    else:
        target = settings
        for parent in parents:
            target = target.setdefault(parent, {})
    names = [name for name in value.split(",") if name]
    if last in ("notifiers", "warn", "breach", "escalation", "apply_to"):
        target[last] = names
    elif last in ("warn_at_rings", "warn_at_calls"):
        target[last] = [int(name) for name in names]
    else:
        target[last] = value


_TABLES = {
    "person": "people",
    "shift": "shifts",
    "ladder_for": "special_ladders",
    "step": "step",
    "maintenance": "maintenance",
    "hours": "hours",
    "open": "open",
}
_LISTS = frozenset(
    {
        *("people", "roles", "tell", "warn", "breach", "escalation", "rules", "severities"),
        *("sources", "lines", "channels", "days"),
    }
)


def _add_table(settings: dict[str, Any], word: str, told: dict[str, str]) -> None:
    row: dict[str, Any] = dict(told)
    for name in row.keys() & _LISTS:
        row[name] = row[name].split(",")
    if "reach" in row:
        row["reach"] = dict(pair.split(":", 1) for pair in row["reach"].split(","))
    holder = settings.setdefault("ladder", {}) if word == "step" else settings
    if word == "open":
        holder = settings["hours"][-1]
    holder.setdefault(_TABLES[word], []).append(row)


def _pairs(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}" if value == int(value) else repr(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ",".join(f"{key}:{said}" for key, said in value.items())
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return "" if value is None else str(value)


def _us(moment: str) -> int:
    return START_US + round(float(moment) * 1_000_000)
