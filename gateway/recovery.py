"""From the store back to the live state: at a start, after a failed commit, and from the journal alone."""

from collections.abc import AsyncIterator, Iterable, Iterator

import msgspec

from adapters.errors import NOT_JSON
from adapters.ports import LiveState, Store
from rules.engine import State, decide
from rules.events import Entry, EventUndecided, RulesTaken
from rules.settings import RuleSet

PAGE = 10_000  # journal entries read at a time

_rules_taken = msgspec.json.Decoder(RulesTaken)


def restore(live: LiveState, rules: RuleSet) -> State:
    """The state as it was committed, under the rules last taken; `rules` where the store knows none it can read."""
    try:
        taken = rules if live.rules is None else _rules_taken.decode(live.rules).rules
    except NOT_JSON:  # written by another version, or damaged: ours are taken by the next entry
        taken = rules
    return State(
        taken,
        incidents=live.incidents,
        alerts=live.alerts,
        sources=live.sources,
        channels=live.channels,
        units=live.units,
        quiet=live.quiet,
        duty=live.duty,
        last_id=live.last_id,
        last_number=live.last_number,
        views=live.views,
    )


async def rebuild(store: Store, rules: RuleSet) -> State:
    """The state that the journal alone tells: what `restore` gives, decided anew from the first entry.

    `rules` hold until the journal's first RulesTaken. For checks: it reads the whole history into memory.
    """
    state = State(rules)
    for entry in decided([entry async for entry in journal(store)]):
        decide(state, entry)
    return state


async def journal(store: Store, *, after_seq: int = 0, until_us: int | None = None) -> AsyncIterator[Entry]:
    """All entries after `after_seq`, in order, read page by page."""
    while page := await store.journal(after_seq=after_seq, limit=PAGE, until_us=until_us):
        for entry in page:
            yield entry
        after_seq = page[-1].seq


def decided(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Without the undecided ones: an EventUndecided follows each of them at once."""
    held: Entry | None = None
    for entry in entries:
        if held is not None and not _undecided(held, entry):
            yield held
        held = entry
    if held is not None:
        yield held


def _undecided(entry: Entry, following: Entry) -> bool:
    return isinstance(following.event, EventUndecided) and following.event.seq == entry.seq
