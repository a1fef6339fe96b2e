"""The tables of the store, and the rules of a trial's life that SQL must obey.

One writer a column: the engine writes what is wanted, the dispatcher what was tried.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from bot.adapters.store.database.tables import NAME, metadata
from workers.contract import FINISHED, TERMINAL, TrialState

TRIES = 3
"""How often a trial may be lost to our own machinery before that is its end."""

BACK_OFF_S = (2.0, 8.0)
"""Pause before the second and the third try, seconds."""

CLAIMED = (
    TrialState.RESERVED,
    TrialState.PREPARING,
    TrialState.RUNNING,
    TrialState.COLLECTING,
)
"""States in which an attempt holds its trial, in order."""

WANTED_AGAIN = (TrialState.CANCELLED, TrialState.SUPERSEDED, TrialState.INFRA)
"""Ends that are not results: who wants such a trial gets a new attempt."""

TERMINAL_STATES, RESULT_STATES = tuple(TERMINAL), tuple(FINISHED)
"""TERMINAL and FINISHED as SQL takes them."""

trials = Table(
    "trials",
    metadata,
    Column("key", NAME, primary_key=True),
    Column("spec", Text, nullable=False),
    Column("machine", NAME, nullable=False),
    Column("state", NAME, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("evaluation", NAME, nullable=False),
    Column("result", Text),
    Column("finished_at", Float),
)
"""One row a trial. `attempt` is the try that holds it, or the next one if QUEUED."""

Index(None, trials.c.state, trials.c.position)

attempts = Table(
    "attempts",
    metadata,
    Column("key", NAME, ForeignKey("trials.key"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("claimed_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("outcome", NAME),
    Column("detail", Text),
    Column("progress", Text),
)
"""One row a try; open (no `ended_at`) as long as it may still run somewhere."""

Index(None, attempts.c.ended_at)

wants = Table(
    "wants",
    metadata,
    Column("evaluation", NAME, primary_key=True),
    Column("key", NAME, ForeignKey("trials.key"), primary_key=True),
)
"""Who wants what; a trial that nobody wants any more is cancelled."""

Index(None, wants.c.key)

nodes = Table(
    "nodes",
    metadata,
    Column("name", NAME, primary_key=True),
    Column("document", Text, nullable=False),
    Column("registered_at", Float, nullable=False),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("id", NAME, primary_key=True),
    Column("document", Text, nullable=False),
    Column("saved_at", Float, nullable=False),
)

Index(None, evaluations.c.saved_at)

summaries = Table(
    "summaries",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("evaluation", NAME, primary_key=True),
    Column("mode", NAME, primary_key=True),
    Column("metric", NAME, primary_key=True),
    Column("stage", NAME, nullable=False),
    Column("version", NAME, nullable=False),
    Column("machine", NAME, nullable=False),
    Column("document", Text, nullable=False),
    Column("shown_at", Float, nullable=False),
)
"""What each evaluation showed of each metric; the first time that it did is kept."""

Index(
    "ix_summaries_key",
    summaries.c.repository,
    summaries.c.mode,
    summaries.c.stage,
    summaries.c.metric,
    summaries.c.version,
    summaries.c.machine,
)

pilots = Table(
    "pilots",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("mode", NAME, primary_key=True),
    Column("stage", NAME, primary_key=True),
    Column("metric", NAME, primary_key=True),
    Column("version", NAME, primary_key=True),
    Column("machine", NAME, primary_key=True),
    Column("document", Text, nullable=False),
    Column("calibrated_at", Float, nullable=False),
)
"""Calibrations that `tolerance: auto` is taken from."""

branches = Table(
    "branches",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("base", NAME, primary_key=True),
    Column("head", NAME, primary_key=True),
    Column("evaluation", NAME, primary_key=True),
    Column("begun_at", Float, nullable=False),
)
"""Which evaluations a branch has had.

One that only looks again at what an earlier one compared began at -1.
"""

pins = Table(
    "pins",
    metadata,
    Column("evaluation", NAME, primary_key=True),
    Column("document", Text, nullable=False),
    Column("pinned_at", Float, nullable=False),
)
"""What was known before an evaluation's first trial."""

charges = Table(
    "charges",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("evaluation", NAME, primary_key=True),
    Column("mode", NAME, primary_key=True),
    Column("metric", NAME, primary_key=True),
    Column("head_commit", NAME, nullable=False),
    Column("merged_tree", NAME, nullable=False),
    Column("tolerances", Float, nullable=False),
    Column("base_commit", NAME, nullable=False, server_default=text("''")),
)
"""Shown losses, in tolerances, 0 for none; they count once the branch has landed.

Those of earlier versions have no `base_commit`, and are losses only.
"""

fidelity = Table(
    "fidelity",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("evaluation", NAME, primary_key=True),
    Column("mode", NAME, primary_key=True),
    Column("metric", NAME, primary_key=True),
    Column("stage", NAME, primary_key=True),
    Column("later", NAME, primary_key=True),
    Column("d", Float, nullable=False),
    Column("later_d", Float, nullable=False),
    Column("wall_s", Float, nullable=False),
    Column("later_wall_s", Float, nullable=False),
    Column("kept_at", Float, nullable=False),
)
"""What one branch did to a metric in a cheap stage and in a later one."""

forecasts = Table(
    "forecasts",
    metadata,
    Column("repository", NAME, primary_key=True),
    Column("evaluation", NAME, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("metric", NAME, nullable=False),
    Column("expected", Float, nullable=False),
    Column("likelihood", Float),
    Column("effort", NAME, nullable=False),
    Column("mode", NAME),
    Column("d", Float),
    Column("low", Float),
    Column("high", Float),
    Column("outcome", NAME, nullable=False),
    Column("relative", Boolean, nullable=False),
    Column("kept_at", Float, nullable=False),
)
"""What a branch was expected to do, line by line, and what came of it."""
