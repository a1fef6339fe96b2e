"""Report pages, git bundles, and the generations of the links that open them."""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new tables; those that are there stay as they are."""
    for table, name, content in (
        ("pages", "evaluation", "html"),
        ("bundles", "bundle", "data"),
    ):
        op.create_table(
            table,
            sa.Column(name, NAME, nullable=False),
            sa.Column("repository", sa.BigInteger(), nullable=False),
            sa.Column("kept_at", sa.Float(), nullable=False),
            sa.Column(content, sa.LargeBinary(), nullable=False),
            sa.PrimaryKeyConstraint(name, "repository", name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "link_generations",
        sa.Column("repository", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("repository", name=op.f("pk_link_generations")),
    )
