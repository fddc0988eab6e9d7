"""Oracles of what is owed after a call or a word by radio: call_back, promise, roll_call, emergency, inbound_only.

Each reads the journal from its beginning in the plainest style, moments and rule sets only, and says which verdicts and
alerts there must be. Nothing of the rules' code is used.
"""

from tests.simulation.call_duties import call_backs, inbound_only
from tests.simulation.checks import judged
from tests.simulation.radio_duties import emergencies, promises, roll_calls
from tests.simulation.world import World


def undone(world: World) -> list[str]:
    entries = [row.entry for row in world.disk.rows if not row.error]
    records = judged(world)
    found = [f"call_back: {line}" for line in call_backs(world, entries, records)]
    found += [f"promise: {line}" for line in promises(entries, records)]
    found += [f"roll_call: {line}" for line in roll_calls(world, entries)]
    found += [f"emergency: {line}" for line in emergencies(world, entries)]
    return found + [f"inbound_only: {line}" for line in inbound_only(world, entries, records)]
