"""two_calls: control answers a unit before it has to call once too often, and within seconds of its first call.

Two moments can breach it, whichever comes first: the call beyond those allowed, and the plain seconds from the end
of the first call. Both stand in one obligation: the seconds in its plan, the calls in the hail's count.
"""

from typing import NamedTuple

from rules import acknowledging
from rules.alerts import breach as tell_breach
from rules.alerts import breach_after_all, breach_again, clear, warn
from rules.channels import Channel, Hail, call_end_us
from rules.escalation import breach_was_told
from rules.incidents import Incident, IncidentOutcome
from rules.moments import cut_s
from rules.obligations import Obligation, Outcome, Severity, Step
from rules.outgoing import alert_id
from rules.settings import ReplyBy
from rules.state import ALERT_EXPIRES_US
from rules.turn import Turn

_BY_SECONDS = frozenset({"", "source_offline"})  # why it was breached: not by a call, nor by an emergency


class Reply(NamedTuple):
    """Control replied at `at_us`; `source` told it, at `source_us` of its own clock."""

    at_us: int
    by: ReplyBy
    source: str = ""
    source_us: int | None = None
    certain: bool = True
    reason: str = ""


def begin(turn: Turn, channel: Channel, incident: Incident) -> None:
    """A unit calls for the first time."""
    radio = turn.terms.radio
    if not radio.holds(channel.name, incident.talkgroup):
        return
    if not radio.channel(channel.name).replies:
        turn.record(incident, "two_calls", "not_observable", "source_shows_no_reply")
        return
    turn.open(incident, "two_calls", (), incident.opened_us)


def own(incident: Incident) -> Obligation | None:
    """The latest: an emergency after a breach is judged by itself."""
    for obligation in reversed(incident.obligations):
        if obligation.rule == "two_calls":
            return obligation
    return None


def counted(turn: Turn, channel: Channel, hail: Hail, incident: Incident) -> None:
    """The count of calls or their times may have changed: set the clock, warn, breach."""
    _set_close(turn, hail, incident)
    obligation = own(incident)
    if obligation is None:
        return
    if obligation.state != "not_observable" and obligation.ended_by is None:
        obligation.calls = incident.calls
        turn.decision.obligations.append(obligation)
    if obligation.state != "open":
        return
    if not hail.folded:
        _set_clock(turn, channel, hail, obligation)
    settings = turn.terms.radio.two_calls
    warned = {step.ring for step in obligation.plan[: obligation.step]}
    in_time = settings.calls if settings.boundary == "before_next_call" else incident.calls
    for call in settings.warn_at_calls:
        if call <= min(incident.calls, in_time) and call not in warned:
            _warn(turn, incident, obligation, call)
    if settings.boundary == "before_next_call" and incident.calls > settings.calls:
        obligation.reason = "called_again"
        _breach(turn, channel, hail, incident, obligation)


def call_ended(turn: Turn, channel: Channel, hail: Hail, incident: Incident) -> None:
    """Its latest call is over, and control has not answered."""
    obligation = own(incident)
    settings = turn.terms.radio.two_calls
    if obligation is not None and obligation.state == "open" and incident.calls > settings.calls:
        obligation.reason = "called_again"
        _breach(turn, channel, hail, incident, obligation)


def passed(turn: Turn, incident: Incident, obligation: Obligation) -> None:
    """The seconds are over. What control has just begun to say may yet prove to be the answer."""
    channel = turn.state.channels[incident.channel]
    hail = next(hail for hail in channel.hails if hail.incident == incident.id)
    confirm_us = channel.control_confirm_us
    may_answer = channel.may_answer(hail, turn.terms.radio.squelch_us)
    if confirm_us is not None and may_answer and (channel.control_since_us or 0) < obligation.due_us:
        kept = obligation.plan[: obligation.step]
        obligation.plan = (*kept, Step(confirm_us - obligation.opened_us, "breach"))
        turn.decision.obligations.append(obligation)
        turn.touch(incident)
        turn.watch(obligation)
        return
    _breach(turn, channel, hail, incident, obligation)
    turn.state.watch_channel(channel)
    turn.decision.channels += (channel,)


def answered(turn: Turn, incident: Incident, reply: Reply) -> None:
    obligation = own(incident)
    if obligation is None or obligation.state == "not_observable":
        return
    told, reason = obligation.state == "breached", obligation.reason
    if told and reason in _BY_SECONDS and reply.at_us < obligation.due_us:  # told late, by a clock that we trust
        obligation.revised += 1
        turn.note(incident, "revised", "two_calls: breached → met: corrected")
        told = False
    verdict: Outcome = "breached" if told else "met"
    turn.end(incident, obligation, verdict, reason if told else "corrected" if obligation.revised else reply.reason)
    obligation.ended_us = reply.at_us
    obligation.calls = incident.calls
    obligation.certain = obligation.certain and reply.certain
    _measure(turn, incident, obligation, reply)
    if "emergency" in incident.flags:
        acknowledging.closed(turn, incident, "two_calls")
    else:
        clear(turn, incident, [obligation], "corrected" if obligation.revised else f"answered_{reply.by}")


def _measure(turn: Turn, incident: Incident, obligation: Obligation, reply: Reply) -> None:
    """By the source's own clock where it told both moments and is trusted; cut to the millisecond."""
    source, began_us = incident.call.source, obligation.source_opened_us
    status = turn.state.sources.get(source)
    obligation.skew_us = status.skew_us if status is not None else None
    obligation.source_ended_us = reply.source_us if reply.source == source else None
    elapsed_us = reply.at_us - obligation.opened_us
    ended_us = obligation.source_ended_us
    if ended_us is not None and began_us is not None and ended_us >= began_us and turn.clock_trusted(source):
        elapsed_us, obligation.clock = ended_us - began_us, "source"
    obligation.seconds = cut_s(max(0, elapsed_us))


def given_up(turn: Turn, hail: Hail, incident: Incident) -> IncidentOutcome:
    """The unit is silent, and nobody answered it as far as we know. Says what has become of the hail."""
    obligation = own(incident)
    if hail.emergency and acknowledged(turn, hail, incident):
        return "answered"  # somebody took it
    if obligation is None or obligation.state == "not_observable":
        return "unobserved"
    if obligation.state == "open":
        turn.end(incident, obligation, "waived", "no_further_call")
        clear(turn, incident, [obligation], "no_further_call")
    elif obligation.ended_by is None:
        obligation.ended_by = turn.seq
        turn.decision.obligations.append(obligation)
    return "missed"


def over(turn: Turn, incident: Incident, verdict: Outcome, reason: str) -> None:
    """It was no hail of its own after all."""
    obligation = own(incident)
    if obligation is None or obligation.state == "not_observable":
        return
    turn.end(incident, obligation, verdict, reason)
    clear(turn, incident, [obligation], reason)


def breached_at_once(turn: Turn, channel: Channel, hail: Hail, incident: Incident) -> None:
    """An emergency waits for nobody; it is told also where the rule cannot be judged."""
    obligation = own(incident)
    if obligation is None or obligation.state != "open":
        if obligation is not None and obligation.ended_by is None:
            obligation.ended_by = turn.seq
            turn.decision.obligations.append(obligation)
        obligation = turn.open(incident, "two_calls", (), turn.moment_us)
    hail.repeats = 0
    obligation.reason = "emergency"
    _breach(turn, channel, hail, incident, obligation)


def tell_again(turn: Turn, hail: Hail, incident: Incident) -> None:
    """Still nobody: a breach until it is answered, an emergency until somebody acknowledges it."""
    hail.repeat_us = None
    obligation = own(incident)
    if obligation is None or (hail.emergency and acknowledged(turn, hail, incident)):
        hail.close_us = max(turn.at_us + 1, hail.emergency_us + turn.terms.radio.emergency_repeat_us)
        return
    hail.repeats += 1
    if _waits_untold(turn, obligation):
        breach_was_told(turn, incident, breach_after_all(turn, incident, obligation, hail.repeats))
    else:
        breach_again(turn, incident, obligation, _severity(hail), hail.repeats)
    _set_repeat(turn, hail)
    _set_close(turn, hail, incident)


def _waits_untold(turn: Turn, obligation: Obligation) -> bool:
    """It was kept back so far, and nobody has acknowledged the line that stands for it.

    The obligation remembers both: its first alert may have expired since.
    """
    first = alert_id(turn, obligation.id, "breach", 0)
    kept_back = any(hush.alert == first for hush in obligation.hushed)
    return kept_back and not obligation.told and not obligation.noticed


def _breach(turn: Turn, channel: Channel, hail: Hail, incident: Incident, obligation: Obligation) -> None:
    if not obligation.plan or obligation.plan[-1].kind != "breach" or obligation.due_us > turn.at_us:
        kept = obligation.plan[: obligation.step]
        obligation.plan = (*kept, Step(max(0, turn.at_us - obligation.opened_us), "breach"))
        obligation.due_us = turn.at_us
    obligation.step = len(obligation.plan)
    obligation.state = "breached"
    obligation.ended_us = turn.at_us
    obligation.calls = incident.calls
    sources = turn.terms.radio.channel(channel.name).sources
    if sources and all(turn.out_of_touch(source) for source in sources):
        obligation.certain = False
        obligation.reason = obligation.reason or "source_offline"
    turn.decision.obligations.append(obligation)
    turn.touch(incident)
    breach_was_told(turn, incident, tell_breach(turn, incident, obligation, _severity(hail)))
    _set_repeat(turn, hail)
    _set_close(turn, hail, incident)


def _warn(turn: Turn, incident: Incident, obligation: Obligation, call: int) -> None:
    """What has been told stands in the plan, before what is still to come."""
    plan, step = obligation.plan, obligation.step
    obligation.plan = (*plan[:step], Step(max(0, turn.at_us - obligation.opened_us), "warning", call), *plan[step:])
    warn(turn, incident, obligation)
    obligation.step += 1
    turn.decision.obligations.append(obligation)


def _set_clock(turn: Turn, channel: Channel, hail: Hail, obligation: Obligation) -> None:
    """The seconds run from the end of the first call; while it lasts, from the latest end that it can have."""
    radio = turn.terms.radio
    ended_us = call_end_us(hail.calls(radio.call_gap_us, radio.call_longest_us)[0])
    if radio.fallback_us <= 0:
        runs = obligation.step < len(obligation.plan)  # from before the rules changed: it keeps its seconds
        if ended_us is not None and not runs:
            obligation.opened_us = obligation.due_us = ended_us
            obligation.source_opened_us = _source_us(hail, ended_us)
        return
    if ended_us is None:
        due_us = max(t.watchdog_us for t in channel.on_air) + radio.fallback_us
    else:
        obligation.opened_us = ended_us
        obligation.source_opened_us = _source_us(hail, ended_us)
        due_us = ended_us + radio.fallback_us
    obligation.plan = (*obligation.plan[: obligation.step], Step(due_us - obligation.opened_us, "breach"))
    obligation.due_us = due_us
    turn.watch(obligation)


def _source_us(hail: Hail, ended_us: int) -> int | None:
    return next((heard.source_ended_us for heard in hail.heard if heard.ended_us == ended_us), None)


def _set_repeat(turn: Turn, hail: Hail) -> None:
    radio = turn.terms.radio
    more = hail.repeats < radio.two_calls.repeats_max
    if hail.emergency:
        more = turn.at_us - hail.emergency_us < ALERT_EXPIRES_US
    hail.repeat_us = turn.at_us + radio.repeat_every_us if more and radio.repeat_every_us > 0 else None


def _set_close(turn: Turn, hail: Hail, incident: Incident) -> None:
    """Given up after a silence, but not while something is still due about it."""
    radio = turn.terms.radio
    obligation, last_us = own(incident), hail.last_end_us
    if hail.answered:
        return
    if last_us is None or hail.repeat_us is not None:
        hail.close_us = None
    elif obligation is None or obligation.state != "breached":
        due = obligation is not None and obligation.state == "open" and obligation.next_us is not None
        hail.close_us = None if due else last_us + radio.window_us
    else:  # a late answer is still told
        hail.close_us = turn.at_us + max(radio.window_us, radio.repeat_every_us)


def acknowledged(turn: Turn, hail: Hail, incident: Incident) -> bool:
    """Whoever acknowledges one alert of it has acknowledged all: so the latest tells."""
    obligation = own(incident)
    if obligation is None:
        return False
    latest = turn.state.alerts.get(alert_id(turn, obligation.id, "breach", hail.repeats))
    return latest is None or latest.state != "raised"


def _severity(hail: Hail) -> Severity:
    return "emergency" if hail.emergency else "critical"
