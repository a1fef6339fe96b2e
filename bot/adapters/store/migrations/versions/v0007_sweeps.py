"""What is open, in short, and notes of whoever goes through all of it.

Standings of before have no outline; the next sweep finds them new, and has them looked
at once more.
"""

import sqlalchemy as sa
from alembic import op

from bot.adapters.store.database.tables import NAME

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the new tables; those that are there stay as they are."""
    numbers = ("repository", "number")
    op.create_table(
        "pull_outlines",
        *(
            sa.Column(one, sa.BigInteger(), autoincrement=False, nullable=False)
            for one in numbers
        ),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(*numbers, name=op.f("pk_pull_outlines")),
    )
    op.create_table(
        "pull_notes",
        sa.Column("name", NAME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pull_notes")),
    )
