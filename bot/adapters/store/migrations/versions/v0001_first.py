"""The first schema: trials, attempts, wishes, nodes, evaluations."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    _trials()
    _attempts()
    _wants()
    _documents("nodes", "name", "registered_at")
    _documents("evaluations", "id", "saved_at")


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("key", NAME, nullable=False),
        sa.Column("spec", sa.Text(), nullable=False),
        sa.Column("machine", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("evaluation", NAME, nullable=False),
        sa.Column("result", sa.Text()),
        sa.Column("finished_at", sa.Float()),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_trials")),
    )
    name = op.f("ix_trials_state_position")
    op.create_index(name, "trials", ["state", "position"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", NAME, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.Float()),
        sa.Column("outcome", NAME),
        sa.Column("detail", sa.Text()),
        sa.Column("progress", sa.Text()),
        sa.ForeignKeyConstraint(
            ["key"], ["trials.key"], name=op.f("fk_attempts_key_trials")
        ),
        sa.PrimaryKeyConstraint("key", "number", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_ended_at"), "attempts", ["ended_at"])


def _wants() -> None:
    op.create_table(
        "wants",
        sa.Column("evaluation", NAME, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["trials.key"], name=op.f("fk_wants_key_trials")
        ),
        sa.PrimaryKeyConstraint("evaluation", "key", name=op.f("pk_wants")),
    )
    op.create_index(op.f("ix_wants_key"), "wants", ["key"])


def _documents(table: str, key: str, moment: str) -> None:
    op.create_table(
        table,
        sa.Column(key, NAME, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column(moment, sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
    )
