"""The tables of what the App keeps of pull requests.

A pull request is the number of its repository on GitHub, and its own. Documents are
JSON texts of `pull_codec`. What is done keeps its row, so that it is done once, and
loses its document.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from bot.adapters.store.database.tables import NAME, metadata, numbers

alarms = Table(
    "pull_alarms",
    metadata,
    *numbers("repository", "number"),
    Column("installation", BigInteger, nullable=False),
    Column("due_at", Float),
    Column("serial", BigInteger, nullable=False),
)
"""When a pull request is to be looked at; `due_at` is NULL until it is woken."""

Index(None, alarms.c.due_at)

heads = Table(
    "pull_heads",
    metadata,
    *numbers("repository", "number"),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sha", NAME, nullable=False),
    Column("seen_at", Float, nullable=False),
)
"""Every head, in the order in which they were seen (`place` counts from 1)."""

remarks = Table(
    "pull_remarks",
    metadata,
    *numbers("repository"),
    Column("key", NAME, primary_key=True),
    Column("id", BigInteger, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("document", Text, nullable=False),
)
"""Comments and reviews; the document is empty once one is settled."""

Index(None, remarks.c.waits, remarks.c.created_at)

acts = Table(
    "pull_acts",
    metadata,
    *numbers("repository"),
    Column("source", NAME, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("place", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
"""What was ordered, in order (`place` counts within a pull request); only added to."""

Index(None, acts.c.repository, acts.c.number, acts.c.place)

bases = Table(
    "pull_bases",
    metadata,
    *numbers("repository", "number"),
    Column("head", NAME, primary_key=True),
    Column("base_ref", NAME, primary_key=True),
    Column("base", NAME, nullable=False),
    Column("since", Float, nullable=False),
)
"""The base that a head is judged against."""

standings = Table(
    "pull_standings",
    metadata,
    *numbers("repository", "number"),
    Column("head", NAME, nullable=False),
    Column("document", Text, nullable=False),
)
"""What was last said of a pull request."""

# By number last: SQLite would rather go through a whole repository than sort.
Index(None, standings.c.repository, standings.c.head, standings.c.number)

outbox = Table(
    "pull_outbox",
    metadata,
    Column("key", NAME, primary_key=True),
    Column("document", Text, nullable=False),
    Column("digest", NAME, nullable=False),
    Column("state", NAME, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("installation", BigInteger, nullable=False),
    Column("since", Float, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried", Boolean, nullable=False),
    Column("remote", Text),
    Column("note", Text, nullable=False),
)
"""What is to stand on GitHub; the document is empty once it stands there."""

Index(None, outbox.c.state, outbox.c.not_before)
