"""The history of the database's shape, as Alembic revisions. Released ones are never edited."""
