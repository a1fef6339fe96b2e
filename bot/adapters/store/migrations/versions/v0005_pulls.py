"""What the App keeps of pull requests, and what it has to send."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PULL = ("repository", "number")


def upgrade() -> None:
    """Create the new tables; those that are there stay as they are."""
    _alarms()
    _heads()
    _remarks()
    _acts()
    _bases()
    _standings()
    _outbox()


def _numbers(*names: str) -> tuple[sa.Column[int], ...]:
    """Columns for GitHub's numbers; the database makes none of them up."""
    kind = sa.BigInteger()
    made = [sa.Column(one, kind, nullable=False, autoincrement=False) for one in names]
    return tuple(made)


def _alarms() -> None:
    op.create_table(
        "pull_alarms",
        *_numbers(*_PULL, "installation"),
        sa.Column("due_at", sa.Float()),
        *_numbers("serial"),
        sa.PrimaryKeyConstraint(*_PULL, name=op.f("pk_pull_alarms")),
    )
    op.create_index(op.f("ix_pull_alarms_due_at"), "pull_alarms", ["due_at"])


def _heads() -> None:
    op.create_table(
        "pull_heads",
        *_numbers(*_PULL),
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("sha", NAME, nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*_PULL, "place", name=op.f("pk_pull_heads")),
    )


def _remarks() -> None:
    op.create_table(
        "pull_remarks",
        *_numbers("repository"),
        sa.Column("key", NAME, nullable=False),
        *_numbers("id"),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository", "key", name=op.f("pk_pull_remarks")),
    )
    index = op.f("ix_pull_remarks_waits_created_at")
    op.create_index(index, "pull_remarks", ["waits", "created_at"])


def _acts() -> None:
    op.create_table(
        "pull_acts",
        *_numbers("repository"),
        sa.Column("source", NAME, nullable=False),
        *_numbers("number"),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository", "source", name=op.f("pk_pull_acts")),
    )
    index = op.f("ix_pull_acts_repository_number_place")
    op.create_index(index, "pull_acts", [*_PULL, "place"])


def _bases() -> None:
    keys = ("head", "base_ref")
    op.create_table(
        "pull_bases",
        *_numbers(*_PULL),
        *(sa.Column(name, NAME, nullable=False) for name in (*keys, "base")),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(*_PULL, *keys, name=op.f("pk_pull_bases")),
    )


def _standings() -> None:
    op.create_table(
        "pull_standings",
        *_numbers(*_PULL),
        sa.Column("head", NAME, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*_PULL, name=op.f("pk_pull_standings")),
    )
    index = op.f("ix_pull_standings_repository_head_number")
    op.create_index(index, "pull_standings", ["repository", "head", "number"])


def _outbox() -> None:
    op.create_table(
        "pull_outbox",
        sa.Column("key", NAME, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        *_numbers("installation"),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Boolean(), nullable=False),
        sa.Column("remote", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pull_outbox")),
    )
    index = op.f("ix_pull_outbox_state_not_before")
    op.create_index(index, "pull_outbox", ["state", "not_before"])
