"""The store: what is wanted, what was tried, what came out (SQLAlchemy Core)."""

from bot.adapters.store.faults import StoreError
from bot.adapters.store.opening import sqlite_url
from bot.adapters.store.sql import SqlStore

__all__ = ["SqlStore", "StoreError", "sqlite_url"]
