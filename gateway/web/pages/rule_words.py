"""A rule set in sentences, as somebody reads it who never saw the configuration."""

from collections.abc import Iterator

from gateway.web.pages.texts import Words
from rules.duty import person, shown_name
from rules.ladders import PERSON, ROLE
from rules.settings import Ladder, RuleSet


def sentences(w: Words, rules: RuleSet) -> list[tuple[str, str]]:
    """Each rule's name, and what it asks."""
    return [(w.of(f"record.rule_{name}", w.of(f"rules.{name}", name)), text) for name, text in _sentences(w, rules)]


def _sentences(w: Words, rules: RuleSet) -> Iterator[tuple[str, str]]:
    off = w("rules.off")
    three, hold, back = rules.three_rings, rules.hold_checkin, rules.call_back
    rings = w("rules.comma").join(w("rules.ring", n=n) for n in three.warn_at_rings)
    limit = _limit(w, three.rings, three.seconds)
    said = w("rules.three_rings_text", limit=limit, short=f"{three.short_abandon_s:g}")
    yield "three_rings", said + (w("rules.warned_at", rings=rings) if rings else "") if three.enabled else off
    for line in rules.lines:
        name = f"{line.number} {line.name}".strip()
        if line.rings is not None or line.seconds is not None:
            yield "three_rings", w("rules.line_text", line=name, limit=_limit(w, line.rings, line.seconds))
        if line.inbound_only:
            yield "inbound_only", w("rules.inbound_only_text", line=name)
    said = w("rules.hold_checkin_text", s=f"{hold.every_s:g}", warn=f"{hold.warn_before_s:g}")
    yield "hold_checkin", said if hold.enabled else off
    said = w("rules.call_back_text", m=_minutes(back.within_s), warn=_minutes(back.warn_before_s))
    yield "call_back", said if back.enabled else off
    if any(source.radio is not None for source in rules.sources):
        two, promise = rules.two_calls, rules.promise
        yield "two_calls", w("rules.two_calls_text", n=two.calls, s=f"{two.fallback_s:g}") if two.enabled else off
        yield "promise", w("rules.promise_text", m=_minutes(promise.within_s)) if promise.enabled else off
    yield "ladder", _ladder(w, rules.ladder, rules)
    for special in rules.special_ladders:
        about = [w.of(f"record.rule_{one}", one) for one in special.rules]
        about += [w.of(f"record.severity_{one}", one) for one in special.severities]
        yield "ladder_for", f"{w('rules.comma').join(about)}: {_ladder(w, special, rules)}"


def _limit(w: Words, rings: int | None, seconds: float | None) -> str:
    return w("rules.limit_rings", n=rings) if seconds is None else w("rules.limit_s", s=f"{seconds:g}")


def _ladder(w: Words, ladder: Ladder, rules: RuleSet) -> str:
    def whom(tell: tuple[str, ...]) -> str:
        return w("rules.comma").join(_name(rules, one) for one in tell or rules.notifiers) or "–"

    said = w(
        "rules.ladder_text",
        warn=whom(ladder.warn),
        breach=whom(ladder.breach),
        s=f"{ladder.acknowledge_within_s:g}",
        escalation=whom(ladder.escalation),
    )
    steps = (w("rules.step_text", s=f"{step.after_s:g}", who=whom(step.tell)) for step in ladder.steps)
    return said + "".join(steps)


def _name(rules: RuleSet, told: str) -> str:
    """Of a role, a person or a notifier, as a ladder's step writes it."""
    if told.startswith(PERSON):
        return shown_name(person(rules, told.removeprefix(PERSON))) or told
    return told.removeprefix(ROLE)


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g}"
