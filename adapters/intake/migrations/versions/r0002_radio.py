"""What the radio adds: units, channels, calls and facts of incidents, and its live things. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

EMPTY = sa.text("''")


def upgrade() -> None:
    op.create_table(
        "radio_live",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.add_column("incident", sa.Column("unit", sa.Text(), nullable=False, server_default=EMPTY))
    op.add_column("incident", sa.Column("channel", sa.Text(), nullable=False, server_default=EMPTY))
    op.add_column("incident", sa.Column("calls", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("incident", sa.Column("talkgroup", sa.Text(), nullable=False, server_default=EMPTY))
    op.add_column("incident", sa.Column("facts", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("incident", sa.Column("recordings", sa.Text(), nullable=False, server_default=sa.text("'[]'")))
    op.add_column("obligation", sa.Column("calls", sa.Integer(), nullable=True))
