"""Everything that reads what others wrote, as functions of bytes that must not raise; each with seeds to begin from.

Audio is not here: a child process with limits of its own reads it (adapters.recordings.workshop).
"""

from tests.fuzz.answers import answer_targets
from tests.fuzz.doors import door_targets
from tests.fuzz.hooks import hook_targets
from tests.fuzz.office import office_targets
from tests.fuzz.radio import radio_targets
from tests.fuzz.records import record_targets
from tests.fuzz.tables import table_targets
from tests.fuzz.target import Target
from tests.fuzz.written import written_targets

TARGETS: dict[str, Target] = {
    target.name: target
    for targets in (
        radio_targets,
        hook_targets,
        office_targets,
        record_targets,
        table_targets,
        answer_targets,
        door_targets,
        written_targets,
    )
    for target in targets()
}
