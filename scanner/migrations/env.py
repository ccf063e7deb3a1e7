"""Run by Alembic: apply the revisions on the connection that ``scanner.database`` hands over."""

from __future__ import annotations

from alembic import context

from scanner.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
