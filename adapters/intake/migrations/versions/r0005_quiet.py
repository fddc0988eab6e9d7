"""What is not told one by one: windows and storms, what an alert is tied to, and service hours. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0006"

TIED = sa.text("tied_to != ''")


def upgrade() -> None:
    op.create_table(
        "quiet_live",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.add_column("obligation", sa.Column("in_hours", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("alert", sa.Column("tied_to", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index("alert_tied", "alert", ["tied_to", "raised_us", "id"], sqlite_where=TIED, postgresql_where=TIED)
