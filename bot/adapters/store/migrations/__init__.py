"""The schema's history, oldest first; applied by Alembic when a store is opened."""
