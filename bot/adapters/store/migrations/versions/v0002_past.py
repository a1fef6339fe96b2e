"""What is remembered between evaluations: summaries, pilots, pins and more."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_Kind = sa.types.TypeEngine[Any]
_KEY = ("repository", "mode", "stage", "metric", "version", "machine")
_SHOWN = ("repository", "evaluation", "mode", "metric")


def upgrade() -> None:
    """Create the new tables; those that are there stay as they are."""
    _table(
        "summaries",
        _SHOWN,
        stage=NAME,
        version=NAME,
        machine=NAME,
        document=sa.Text(),
        shown_at=sa.Float(),
    )
    op.create_index("ix_summaries_key", "summaries", [*_KEY])
    _table("pilots", _KEY, document=sa.Text(), calibrated_at=sa.Float())
    branch = ("repository", "base", "head", "evaluation")
    _table("branches", branch, begun_at=sa.Float())
    _table("pins", ("evaluation",), document=sa.Text(), pinned_at=sa.Float())
    _table(
        "charges",
        _SHOWN,
        head_commit=NAME,
        merged_tree=NAME,
        tolerances=sa.Float(),
    )


def _table(name: str, keys: tuple[str, ...], **rest: _Kind) -> None:
    """A table whose columns are all required: string keys, then the rest."""
    columns = {**dict.fromkeys(keys, NAME), **rest}
    op.create_table(
        name,
        *(sa.Column(one, kind, nullable=False) for one, kind in columns.items()),
        sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{name}")),
    )
