"""The store: what is wanted, what was tried, what came out (SQLAlchemy Core)."""

from bot.adapters.store.faults import StoreError
from bot.adapters.store.inbox import SqlInbox
from bot.adapters.store.sql import SqlStore
from bot.adapters.store.urls import postgres_url, sqlite_url

__all__ = ["SqlInbox", "SqlStore", "StoreError", "postgres_url", "sqlite_url"]
