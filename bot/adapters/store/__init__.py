"""The store: what is wanted, what was tried, what came out (SQLAlchemy Core)."""

from bot.adapters.store.app_lead import AppLead
from bot.adapters.store.faults import StoreError
from bot.adapters.store.inbox import SqlInbox
from bot.adapters.store.pages import SqlPages
from bot.adapters.store.pulls import SqlPulls
from bot.adapters.store.sql import SqlStore
from bot.adapters.store.urls import postgres_url, sqlite_url

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
