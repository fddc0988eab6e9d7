"""An index of the few journal entries that pages list by their kind: rule sets, shifts, plans. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"

LISTED = sa.text(
    "kind IN ('RulesTaken', 'RulesApproved', 'ShiftNoteWritten', 'ShiftHandedOver', 'ShiftTakenOver', "
    "'PlanStarted', 'PlanStepDone', 'PlanEnded', 'StandInNamed')"
)


def upgrade() -> None:
    op.create_index("journal_listed", "journal", ["kind", "seq"], sqlite_where=LISTED, postgresql_where=LISTED)
