"""Webhooks that came in, until what they ask for is done."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new table; those that are there stay as they are."""
    op.create_table(
        "deliveries",
        sa.Column("guid", NAME, nullable=False),
        sa.Column("event", NAME, nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guid", name=op.f("pk_deliveries")),
    )
    op.create_index(
        op.f("ix_deliveries_state_received_at"), "deliveries", ["state", "received_at"]
    )
