"""The store: what is wanted, what was tried, what came out (SQLAlchemy Core)."""

from bot.adapters.store.app_lead import AppLead
from bot.adapters.store.database.faults import StoreError
from bot.adapters.store.database.urls import postgres_url, sqlite_url
from bot.adapters.store.inbox import SqlInbox
from bot.adapters.store.pages import SqlPages
from bot.adapters.store.pulls import SqlPulls
from bot.adapters.store.sql import SqlStore

__all__ = [
    "AppLead",
    "SqlInbox",
    "SqlPages",
    "SqlPulls",
    "SqlStore",
    "StoreError",
    "postgres_url",
    "sqlite_url",
]
