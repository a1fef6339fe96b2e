"""What branches were expected to do, and how well one stage tells another."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new tables; those that are there stay as they are."""
    _fidelity()
    _forecasts()


def _fidelity() -> None:
    keys = ("repository", "evaluation", "mode", "metric", "stage", "later")
    numbers = ("d", "later_d", "wall_s", "later_wall_s", "kept_at")
    op.create_table(
        "fidelity",
        *(sa.Column(name, NAME, nullable=False) for name in keys),
        *(sa.Column(name, sa.Float(), nullable=False) for name in numbers),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_fidelity")),
    )


def _forecasts() -> None:
    keys = ("repository", "evaluation", "place")
    op.create_table(
        "forecasts",
        sa.Column("repository", NAME, nullable=False),
        sa.Column("evaluation", NAME, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("metric", NAME, nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("likelihood", sa.Float()),
        sa.Column("effort", NAME, nullable=False),
        sa.Column("mode", NAME),
        sa.Column("d", sa.Float()),
        sa.Column("low", sa.Float()),
        sa.Column("high", sa.Float()),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("relative", sa.Boolean(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_forecasts")),
    )
