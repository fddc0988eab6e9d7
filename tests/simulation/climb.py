"""The oracle of how one matter climbs: to whom it is told first, and what must follow of what people did about it."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import structs

from rules.effects import Alert
from rules.events import RadioEvent
from rules.moments import SECOND_US
from rules.settings import Ladder, RuleSet
from tests.property.rules.plain_ladder import Deed, Plain, Told
from tests.property.rules.radio_oracle import REPLY_MIN
from tests.simulation.chores import STEPS
from tests.simulation.deeds import Journal
from tests.simulation.disk import Disk
from tests.simulation.house import SITE
from tests.simulation.roster import attended

CLIMBS = frozenset({"three_rings", "hold_checkin", "call_back", "two_calls", "promise", "inbound_only", "plan_step"})
OPERATORS = frozenset(  # no caller's matters
    {
        "source_online",
        "notifier_online",
        "source_readable",
        "on_duty",
        "roll_call",
        "undecided",
        "maintenance",
        "after_hours",
    }
)
TOLD_WITHIN_US = 5_000  # of its moment, where the gateway was free to look


def unclimbed(journal: Journal, disk: Disk, free_from: Callable[[int], int], over_us: int) -> Iterator[str]:
    """Each matter is told what tests.property.rules.plain_ladder says of what people did about it, in that order."""
    for breach in disk.all_alerts.values():
        mine = breach.obligation and breach.kind == "breach" and breach.rule in CLIMBS | OPERATORS
        if mine and breach.id.endswith("breach0") and breach.notifiers:
            told = sorted(
                (a for a in disk.all_alerts.values() if a.obligation == breach.obligation and followed(a)),
                key=lambda alert: alert.raised_us,
            )
            first, expected = _expected(journal, disk, breach, told)
            ended = {a.raised_us for a in disk.all_alerts.values() if a.kind == "cleared" and breach.id in a.clears}
            if frozenset(breach.notifiers) != first and not journal.is_swap(breach.raised_us):
                yield f"{breach.id} was told to {sorted(breach.notifiers)}, and should be to {sorted(first)}"
            for nth, (due_us, one) in enumerate(expected):
                if nth >= len(told):
                    told_us = free_from(due_us)
                    in_time = any(due_us <= us <= told_us for us in ended)  # it was over before it could be told
                    if told_us + TOLD_WITHIN_US < over_us and not in_time:
                        yield f"{breach.id}: {one.reason} was skipped"
                    break
                alert = told[nth]
                to = frozenset[str]() if alert.silenced else one.to  # tests.simulation.hush says whether it may be
                as_meant = frozenset(alert.notifiers) == to or journal.is_swap(alert.raised_us)
                if alert.reason != one.reason or not as_meant:
                    said = f"{alert.reason} to {sorted(alert.notifiers)}"
                    yield f"{alert.id} tells {said}, and should {one.reason} to {sorted(one.to)}"
                elif alert.raised_us < due_us:
                    yield f"{alert.id} was told {due_us - alert.raised_us} µs early"
                elif alert.raised_us > free_from(due_us) + TOLD_WITHIN_US:
                    yield f"{alert.id} was told {alert.raised_us - due_us} µs late"
            yield from (f"{alert.id} was told, and nothing asks for it" for alert in told[len(expected) :])


def followed(alert: Alert) -> bool:
    return (alert.kind == "escalation" and alert.rule != "notify") or alert.reason == "not_acted_yet"


def _expected(
    journal: Journal, disk: Disk, breach: Alert, told: list[Alert]
) -> tuple[frozenset[str], list[tuple[int, Told]]]:
    """Who is told first; and what must follow, each with the moment from which on. What was told late counts from then.

    Of an emergency everybody is told first.
    """
    rules = rules_of(journal, disk, breach)
    due: list[int] = []

    def everybody(at_us: int) -> set[str]:
        return set(others(breach, journal.in_force(at_us).notifiers))

    def when(due_us: int, _: str) -> int:
        due.append(due_us)
        return max(due_us, told[len(due) - 1].raised_us) if len(due) <= len(told) else due_us

    ladder = _ladder_of(rules, breach)
    if _is_operators(breach):  # whoever takes notice of it sees to it
        ladder = structs.replace(ladder, act_within_s=0)
    if breach.rule == "plan_step":  # whose it is
        ladder = structs.replace(ladder, breach=(*ladder.breach, *_owner(disk, breach)))
    plain = Plain(
        ladder,
        lambda words, at_us: set(others(breach, journal.reached(words, at_us, rules.version))),
        everybody,
        names={one.id: one.id for one in rules.people},
        when=when,
    )
    plain.begin(breach.raised_us)
    kin = {a.id for a in disk.all_alerts.values() if a.obligation == breach.obligation}
    mine = [a for a in disk.all_alerts.values() if a.id in kin and a.raised_us >= breach.raised_us]
    held = [(a.tied_to, a.raised_us) for a in mine if a.tied_to]  # a warning that was kept back before asks for nothing
    deeds = [deed for named, deed in journal.deeds if named in kin and deed.at >= breach.raised_us]
    for line, since_us in held:
        since = (deed for deed in _acknowledging(journal, disk, line) if deed.at >= since_us)
        deeds += [deed._replace(what="by_its_line") for deed in since]
    if _is_operators(breach):
        deeds = [deed._replace(what="acknowledge") if deed.what == "on_it" else deed for deed in deeds]
    over = [_over_us(disk, a) for a in disk.all_alerts.values() if a.kind == "cleared" and breach.id in a.clears]
    deeds += [Deed(at_us, "answered") for at_us in over]
    deeds += [Deed(at_us, "completed") for number, at_us in journal.completed if number == breach.incident]
    for deed in sorted(deeds, key=lambda one: one.at):
        plain.pass_until(deed.at)
        before = len(plain.told)
        plain.do(deed)
        if len(plain.told) > before and deed.what == "hand_over":
            due.append(deed.at)
    plain.pass_until(max(journal.at_us.values()))
    first, *followed = plain.told
    to = first.to | everybody(breach.raised_us) if breach.severity == "emergency" else first.to
    return frozenset(to), list(zip(due, [one for one in followed if one.reason != "answered"], strict=True))


def _is_operators(alert: Alert) -> bool:
    """A step of a plan may be of no record."""
    return alert.rule in OPERATORS or (alert.rule == "plan_step" and not alert.incident_id)


def _owner(disk: Disk, breach: Alert) -> tuple[str, ...]:
    obligation = disk.all_obligations.get(breach.obligation)
    if obligation is None:
        step = next(one for one in STEPS if breach.about.endswith(one.do))
    else:
        step = STEPS[int(obligation.leg.partition("/")[2])]
    return (f"role:{step.role}",) if step.role else ()


def _acknowledging(journal: Journal, disk: Disk, line: str) -> Iterator[Deed]:
    """Of this line, and so of whom it stands for: nothing more is asked of them."""
    for named, deed in journal.deeds:
        if deed.what in ("acknowledge", "done") and _line_of(disk, named) == line:
            yield deed


def _line_of(disk: Disk, alert: str) -> str:
    """By whose name those stand that it stands for."""
    named = disk.all_alerts.get(alert)
    if named is None or named.count is None:
        return alert
    return f"{SITE}-{named.obligation}-breach0" if named.kind == "escalation" else named.tied_to or alert


def _ladder_of(rules: RuleSet, alert: Alert) -> Ladder:
    if alert.incident_id and alert.channel and not attended(rules, "radio", alert.raised_us):
        return next(one for one in rules.special_ladders if one.name)
    return next((one for one in rules.special_ladders if alert.rule in one.rules), rules.ladder)


def rules_of(journal: Journal, disk: Disk, alert: Alert) -> RuleSet:
    """As they were at that moment, and where they changed in it, those that it was told by."""
    if _is_operators(alert) and alert.climbs:
        step = alert.climbs[0].tell
        then = [journal.in_force(alert.raised_us, one.version) for _, one in journal.rules]
        return next((one for one in then if _ladder_of(one, alert).escalation == step), then[-1])
    asked = [o for o in disk.all_obligations.values() if o.alert == alert.id]
    return journal.in_force(alert.raised_us, asked[0].rule_set if asked else "")


def _over_us(disk: Disk, cleared: Alert) -> int:
    """When it was over: a reply proves to be one only when it has lasted, also while nobody looks."""
    if cleared.rule != "two_calls":
        return cleared.raised_us
    ended_us = disk.all_obligations[cleared.obligation].ended_us
    if ended_us is None or _was_told_late(disk, cleared):
        return cleared.raised_us
    return min(cleared.raised_us, ended_us + REPLY_MIN * 1000)


def _was_told_late(disk: Disk, cleared: Alert) -> bool:
    """By who tells its own time: the reply is of a moment at which nobody knew of it."""
    heard = (row.entry for row in disk.rows if 0 <= cleared.raised_us - row.entry.at_us <= SECOND_US)
    theirs = ((one.at_us, one.event) for one in heard if isinstance(one.event, RadioEvent))
    return any(
        event.channel == cleared.channel and event.occurred_us is not None and event.occurred_us < at_us - SECOND_US
        for at_us, event in theirs
    )


def others(alert: Alert, targets: Iterable[str]) -> Iterator[str]:
    """Who may tell it: of a notifier that does not deliver all others."""
    return (one for one in targets if alert.rule != "notifier_online" or one.partition("/")[0] != alert.about)
