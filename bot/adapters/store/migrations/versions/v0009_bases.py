"""A charge says what the judged head was compared with."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; what was charged before has nothing in it."""
    nothing = sa.text("''")
    column = sa.Column("base_commit", NAME, nullable=False, server_default=nothing)
    op.add_column("charges", column)
