"""Who took care of a record, and what the desk did with it. Frozen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("incident", sa.Column("care", sa.Text(), nullable=False, server_default=sa.text("'{}'")))
