"""One entry being decided: what it may change, and the moment it speaks of on both clocks."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from rules.effects import Decision, Note
from rules.incidents import Incident, SourceStatus
from rules.obligations import INTERNAL_RULES, Clock, Obligation, Outcome, Rule, Step
from rules.quiet import Quiet, Window
from rules.state import State
from rules.terms import Terms
from rules.waits import OBLIGATION

_LOOKED_UP = INTERNAL_RULES | {"call_back"}  # found elsewhere too: their end has more to do
OBLIGATIONS_KEPT_MAX = 100  # of one live document: a caller forgotten on hold for hours must not make it grow for ever


class Turn(msgspec.Struct, gc=False):
    """`moment_us` is when it happened, on our clock: carried over from a trusted source's clock, else the receipt."""

    state: State
    terms: Terms
    seq: int
    at_us: int
    moment_us: int
    receipt_us: int  # when we heard of it
    decision: Decision
    source_us: int | None = None  # the source's own time, None where absent or absurd
    source_seq: int | None = None  # the source's own count
    refused_us: int | None = None  # the source's own time where it is absurd
    uncertain: bool = False  # the moment is a bound

    def keep(self, thing: Quiet) -> None:
        """It is new, or changed; gone before in the same decision, it is there again."""
        self.state.quiet[thing.key] = thing
        if isinstance(thing, Window):
            self.state.windows[thing.key] = thing
        decision = self.decision
        if not decision.quiet or decision.quiet[-1] is not thing:  # as a storm is, by each alert of a burst
            decision.quiet += (thing,)
        if decision.quiet_gone:
            decision.quiet_gone = tuple(key for key in decision.quiet_gone if key != thing.key)

    def drop(self, thing: Quiet) -> None:
        del self.state.quiet[thing.key]
        self.state.windows.pop(thing.key, None)
        self.decision.quiet_gone += (thing.key,)

    def touch(self, incident: Incident) -> None:
        self.decision.incidents.append(incident)

    def note(self, incident: Incident, what: str, detail: str = "") -> None:
        self.decision.notes.append(Note(incident=incident.id, at_us=self.at_us, what=what, detail=detail, seq=self.seq))

    def flag(self, incident: Incident, flag: str) -> None:
        if flag not in incident.flags:
            incident.flags += (flag,)
            self.note(incident, "flag", flag)

    def status(self, source: str) -> SourceStatus:
        found = self.state.sources.get(source)
        if found is None:
            found = self.state.sources[source] = SourceStatus(name=source)
            self.decision.sources += (found,)
        return found

    def clock_trusted(self, source: str) -> bool:
        """Asked when judging, not when the event came: a clock may prove itself later."""
        status = self.state.sources.get(source)
        if status is None or status.skew_us is None:
            return False
        skew_max_us = self.terms.sources[source].skew_max_us
        return -skew_max_us <= status.skew_us <= skew_max_us

    def measure(self, obligation: Obligation, source: str, until_us: int) -> tuple[int, Clock]:
        """How long it has lasted by the clock that may judge: the source's own, else ours, which shows `until_us`."""
        began_us, source_us = obligation.source_opened_us, self.source_us
        if (
            began_us is not None
            and source_us is not None
            and source_us >= began_us
            and (source in self.state.steady_clocks or self.clock_trusted(source))
        ):
            return source_us - began_us, "source"
        return max(0, until_us - obligation.opened_us), "receipt"

    def out_of_touch(self, source: str) -> bool:
        status = self.state.sources.get(source)
        return status is not None and status.link not in ("unknown", "online")

    @contextmanager
    def back_at(self, moment_us: int, source_us: int | None) -> Iterator[None]:
        """Speak of an earlier moment that is only now known to matter."""
        kept = self.receipt_us, self.moment_us, self.source_us
        self.receipt_us = self.moment_us = moment_us
        self.source_us = source_us
        yield
        self.receipt_us, self.moment_us, self.source_us = kept

    # -- obligations --------------------------------------------------------------------------------------------

    def open(  # noqa: PLR0917 - the positions of a record
        self,
        incident: Incident,
        rule: Rule,
        plan: tuple[Step, ...],
        opened_us: int,
        source_us: int | None = None,
        leg: str = "",
        certain: bool = True,
        alert: str = "",
    ) -> Obligation:
        state = self.state
        state.last_id += 1
        obligation = Obligation(
            id=state.last_id,
            rule=rule,
            incident=incident.id,
            opened_us=opened_us,
            due_us=opened_us + plan[-1].after_us if plan else opened_us,
            plan=plan,
            rule_set=self.terms.version,
            leg=leg,
            alert=alert,
            source_opened_us=source_us,
            certain=certain,
            opened_by=self.seq,
        )
        if self.terms.hours:
            hours = self.terms.hours.get(incident.medium)
            obligation.in_hours = hours is None or hours.attended(opened_us)
        obligations = incident.obligations
        obligations.append(obligation)
        if len(obligations) > OBLIGATIONS_KEPT_MAX:
            _drop_oldest_ended(incident)
        self.decision.obligations.append(obligation)
        if plan:
            state.waits.add(opened_us + plan[0].after_us, OBLIGATION, obligation.id, obligation)
        return obligation

    def record(self, incident: Incident, rule: Rule, verdict: Outcome, reason: str) -> None:
        """A verdict without a wait: what could not be seen is said, never passed over."""
        obligation = self.open(incident, rule, (), self.moment_us, source_us=self.source_us)
        self.end(incident, obligation, verdict, reason)

    def watch(self, obligation: Obligation) -> None:
        next_us = obligation.next_us
        if next_us is not None:
            self.state.waits.add(next_us, OBLIGATION, obligation.id, obligation)

    def breach(self, incident: Incident, obligation: Obligation) -> None:
        """What a call is owed is not done in time; uncertain where its source may not have told us of the end."""
        obligation.step = len(obligation.plan)
        obligation.state = "breached"
        obligation.ended_us = self.at_us
        if self.out_of_touch(incident.call.source):
            obligation.certain = False
            obligation.reason = "source_offline"
        self.decision.obligations.append(obligation)
        self.touch(incident)

    def end(self, incident: Incident, obligation: Obligation, verdict: Outcome, reason: str = "") -> None:
        """Give the verdict. The evidence of time is the caller's to fill in, where there is any."""
        special = obligation.rule in _LOOKED_UP
        if special and obligation.rule == "call_back" and obligation.state == "open":
            self.state.drop_call_back(incident, obligation)
        obligation.state = verdict
        if reason != obligation.reason:
            obligation.reason = reason
        obligation.ended_us = self.moment_us
        obligation.source_ended_us = self.source_us
        obligation.ended_by = self.seq
        decision = self.decision
        decision.obligations.append(obligation)
        decision.incidents.append(incident)
        if special and obligation.rule in INTERNAL_RULES:
            incident.obligations.remove(obligation)  # told in the table of obligations; the document stays small


def _drop_oldest_ended(incident: Incident) -> None:
    for index, obligation in enumerate(incident.obligations):
        if obligation.rule == "hold_checkin" and obligation.state != "open":
            del incident.obligations[index]
            return
