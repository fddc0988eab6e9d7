"""One batch in the making: entries are stamped in order, decided, and merged into what one transaction commits.

Synchronous and without I/O: a draft that is thrown away has changed nothing but the state it was given.
"""

from collections.abc import Iterable, Mapping, Sequence

from adapters.ports import KNOWN, Admitted, Batch, Incoming, JournalRow
from rules.effects import Decision
from rules.engine import State, decide, next_deadline
from rules.events import DeadlinePassed, Entry, Event, EventUndecided

STEPS_MAX = 1_024  # deadlines a batch may fire: some 10 ms of work, so that the first of a burst are out soon
STEPS_PER_ENTRY = 256


class Undecidable(Exception):
    """A rule raised. The state may be half changed: throw the draft away and restore the state from the store."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        super().__init__(f"entry {entry.seq}, {type(entry.event).__name__}")


def empty_batch() -> Batch:
    return Batch(
        journal=[],
        incidents={},
        obligations={},
        alerts={},
        sends=[],
        notes=[],
        sources={},
        forgotten=set(),
        settled=set(),
        last_id=0,
    )


class Draft:
    """Decides what it is given on top of `state`, which it changes.

    `known`: keys the journal already has. `undecidable`: entries (by seq) known to make a rule raise, and the error;
    they are journalled and not decided. `careful`: deadlines fire one by one, to find the one that raises.
    `deadlines_from_us`: until then none fires.
    """

    def __init__(
        self,
        state: State,
        *,
        seq: int,
        at_us: int,
        known: set[bytes],
        undecidable: Mapping[int, str],
        careful: bool = False,
        deadlines_from_us: int = 0,
    ) -> None:
        self.seq = seq
        self.at_us = at_us
        self.duplicates = 0
        self.late_us: list[int] = []  # from due to noticed, one for each DeadlinePassed
        self.keys: set[bytes] = set()  # of what it took
        self.batch = empty_batch()
        self._state = state
        self._known = known
        self._undecidable = undecidable
        self._deadlines_from_us = deadlines_from_us
        self._steps_left = STEPS_MAX
        self._steps_per_entry = 1 if careful else STEPS_PER_ENTRY

    def take_all(self, submissions: Iterable[Sequence[Incoming]], until_us: int | None) -> list[list[Admitted]]:
        """Decide in the order of truth: each event after the deadlines before it, then those up to `until_us`.

        What became of each submission; fewer than were given when a burst of deadlines has filled this batch.
        """
        answers: list[list[Admitted]] = []
        for events in submissions:
            if not self._fire(events[0].at_us):
                break
            answer: list[Admitted] = []
            for incoming in events:
                if answer:  # within one submission the bound does not split: the rules take what is left
                    self._fire(incoming.at_us)
                answer.append(self._take(incoming))
            answers.append(answer)
        else:
            if until_us is not None:
                self._fire(until_us)
        self.batch.last_id, self.batch.last_number = self._state.last_id, self._state.last_number
        return answers

    def _take(self, incoming: Incoming) -> Admitted:
        if incoming.key is not None:
            if incoming.key in self._known or incoming.key in self.keys:
                self.duplicates += 1
                return KNOWN
            self.keys.add(incoming.key)
        return Admitted(self.enter(incoming.event, incoming.at_us, incoming.key, incoming.raw))

    def _fire(self, until_us: int) -> bool:
        """Let every deadline up to `until_us` pass. False: there are more than one batch should hold."""
        until_us = max(until_us, self.at_us)
        if until_us < self._deadlines_from_us:
            return True
        while (due_us := next_deadline(self._state, until_us)) is not None:
            if self._steps_left <= 0:
                return False
            self._steps_left -= self._steps_per_entry
            self.late_us.append(until_us - due_us)
            self.enter(DeadlinePassed(steps_max=self._steps_per_entry), until_us)
        return True

    def enter(self, event: Event, at_us: int, key: bytes | None = None, raw: bytes | None = None) -> int:
        """Stamp, decide and merge one entry; the journal's time never goes back. Returns its seq."""
        self.seq += 1
        self.at_us = max(self.at_us, at_us)
        entry = Entry(self.seq, self.at_us, event)
        error = self._undecidable.get(entry.seq, "")
        decision = Decision() if error else self._decide(entry)
        self.batch.journal.append(JournalRow(entry, key, raw, decision.incident, error))
        self._merge(decision)
        if error and not isinstance(event, EventUndecided):
            deadline = isinstance(event, DeadlinePassed)
            self.enter(EventUndecided(seq=entry.seq, error=error, deadline=deadline), at_us)
        return entry.seq

    def _decide(self, entry: Entry) -> Decision:
        try:
            return decide(self._state, entry)
        except Exception as error:  # the top of one decision: a rule's bug stops no other, and is told (ADR 13)
            raise Undecidable(entry) from error

    def _merge(self, decision: Decision) -> None:
        batch = self.batch
        for incident in decision.incidents:
            batch.incidents[incident.id] = incident
        for obligation in decision.obligations:
            batch.obligations[obligation.id] = obligation
        if decision.alerts:
            batch.alerts.update((alert.id, alert) for alert in decision.alerts)
        if decision.sources:
            batch.sources.update((source.name, source) for source in decision.sources)
        if decision.sends or decision.notes:
            batch.sends += decision.sends
            batch.notes += decision.notes
        if decision.forgotten or decision.settled:
            batch.forgotten.update(decision.forgotten)
            batch.settled.update(decision.settled)
        if decision.channels or decision.units:
            _merge_radio(batch, decision)
        if decision.quiet or decision.quiet_gone:
            _merge_quiet(batch, decision)
        if decision.duty is not None:
            batch.duty = decision.duty


def _merge_radio(batch: Batch, decision: Decision) -> None:
    batch.channels.update((channel.name, channel) for channel in decision.channels)
    batch.units.update((unit.unit, unit) for unit in decision.units)
    batch.channels_gone.update(decision.channels_gone)
    batch.units_gone.update(decision.units_gone)
    batch.channels_gone -= {channel.name for channel in decision.channels}
    batch.units_gone -= {unit.unit for unit in decision.units}


def _merge_quiet(batch: Batch, decision: Decision) -> None:
    kept = {thing.key: thing for thing in decision.quiet if thing.key not in decision.quiet_gone}
    batch.quiet_gone.difference_update(kept)
    batch.quiet_gone.update(decision.quiet_gone)
    batch.quiet.update(kept)
    for key in decision.quiet_gone:
        batch.quiet.pop(key, None)
