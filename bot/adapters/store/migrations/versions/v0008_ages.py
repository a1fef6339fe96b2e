"""Which reports are old is found without reading them."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index; every row stays as it is."""
    op.create_index(
        op.f("ix_evaluations_saved_at"), "evaluations", ["saved_at"], unique=False
    )
