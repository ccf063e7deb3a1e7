"""The leaves of one commit stand in one row, which spares each decision a second row.

The tables have other names than the one before them: a server from before, which would look for
the end of the log where it is no longer, is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
import structlog
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0018"
down_revision = "0017"

_MANY = 100_000  # leaves: so many take some seconds, which is said
_READ = 25_600  # leaves that are held at once
_GROUP = 256  # leaves in a row at most

_POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")

_old = sa.table("leaf", *map(sa.column, ("position", "hash", "core", "inner")))

log = structlog.get_logger(__name__)


def upgrade() -> None:
    """Move the leaves into groups, and what is left of erased decisions beside them."""
    groups = op.create_table(
        "leaf_group",
        sa.Column("first", _POSITION, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    bare = op.create_table(
        "bare_leaf",
        sa.Column("position", _POSITION, primary_key=True, autoincrement=False),
        sa.Column("core", sa.Text, nullable=False),
        sa.Column("inner", sa.LargeBinary(32), nullable=False),
    )
    connection = op.get_bind()
    last = connection.execute(sa.select(sa.func.max(_old.c.position))).scalar() or 0
    if last >= _MANY:
        log.warning("the leaves of the log are moved once: this takes a while", leaves=last + 1)
    kept = sa.select(_old.c.position, _old.c.core, _old.c.inner)
    whole = kept.where(_old.c.core.is_not(None), _old.c.inner.is_not(None))
    connection.execute(sa.insert(bare).from_select(["position", "core", "inner"], whole))
    for rows in _read(connection):
        connection.execute(sa.insert(groups), list(_grouped(rows)))
    op.drop_table("leaf")


def _read(connection: sa.Connection) -> Iterator[list[tuple[int, bytes]]]:
    """Yield position and hash of all leaves in order, some thousands at a time."""
    after = -1
    while True:
        query = sa.select(_old.c.position, _old.c.hash).where(_old.c.position > after)
        found = connection.execute(query.order_by(_old.c.position).limit(_READ)).all()
        if not found:
            return
        yield [(position, bytes(hashed)) for position, hashed in found]
        after = found[-1].position


def _grouped(rows: list[tuple[int, bytes]]) -> Iterator[dict[str, object]]:
    """Yield *rows* as groups; where somebody removed a leaf, one ends."""
    begin = 0
    for n in range(1, len(rows) + 1):
        whole = n == len(rows) or n - begin == _GROUP
        if whole or rows[n][0] != rows[n - 1][0] + 1:
            hashes = b"".join(hashed for _, hashed in rows[begin:n])
            yield {"first": rows[begin][0], "hashes": hashes}
            begin = n


def downgrade() -> None:
    """Kapsel only goes forward: a backup is the way back."""
    raise NotImplementedError
