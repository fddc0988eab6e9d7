"""Alembic runs this file; the connection comes from `migrations.upgrade`."""

from alembic import context

from adapters.intake.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
