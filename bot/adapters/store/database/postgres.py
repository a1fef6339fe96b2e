"""How we talk to a PostgreSQL server: what every session of ours is like."""

import math

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

SESSIONS = 5
"""Sessions that are kept open; under load up to twice as many."""

IDLE_MS = 60_000
"""A transaction that waits for its program so long was left by one that hangs."""

ISOLATED = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Execution options of a reader: all its queries see one state of the store."""


def postgres_engine(url: URL, patience_s: float) -> Engine:
    """An engine that waits `patience_s` seconds at most for a server, or for a lock.

    What the URL says itself is obeyed.
    """
    patience = max(2, math.ceil(patience_s))  # the library takes 1 for 2
    ours: dict[str, object] = {
        "application_name": "seedgate",
        "connect_timeout": patience,
        # A server that is gone without a word is noticed, and firewalls stay awake.
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 1000 * patience,
    }
    wanted = {name: value for name, value in ours.items() if name not in url.query}
    # Prepared statements would outlive a migration that another process makes, and
    # poolers that share a session among programs do not know them.
    always = {"client_encoding": "utf8", "prepare_threshold": None}
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=SESSIONS,
        max_overflow=SESSIONS,
        pool_timeout=patience,
        pool_pre_ping=True,
        connect_args={**wanted, **always},
    )
    habits = _habits(patience_s)
    event.listen(engine, "connect", lambda raw, _record: _settle(raw, habits))
    return engine


def _habits(patience_s: float) -> str:
    """What each session is told at its start, as one statement text."""
    values = {
        "lock_timeout": max(1, round(1000 * patience_s)),
        "idle_in_transaction_session_timeout": IDLE_MS,
        "extra_float_digits": 1,  # every float comes back bit for bit
        # The server gives the locks of a program back whose machine is gone.
        "tcp_keepalives_idle": 5,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 3,
    }
    return "; ".join(f"SET {name} = {value}" for name, value in values.items())


def _settle(raw: DBAPIConnection, habits: str) -> None:
    """Outside of any transaction: a rollback would take the settings back."""
    before, raw.autocommit = raw.autocommit, True
    raw.cursor().execute(habits)
    raw.autocommit = before
