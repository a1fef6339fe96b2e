"""What is kept between evaluations, as statements on an open transaction."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from bot.adapters.store.database.upsert import add_missing, put
from bot.adapters.store.trials.codec import (
    dump_pilot,
    dump_summary,
    load_pilot,
    load_summary,
)
from bot.adapters.store.trials.schema import branches, charges, pilots, pins, summaries
from bot.app.ports import LATEST
from bot.domain.history import BaselineMean, Charge, MetricKey, Pilot, Summary

BEGUN_BEFORE = -1.0
"""When an evaluation began that only looks again at what an earlier one compared."""

_KEY = ("repository", "mode", "stage", "metric", "version", "machine")


def _fields(key: MetricKey) -> dict[str, str]:
    return {name: getattr(key, name) for name in _KEY}


def _is(table: Table, key: MetricKey) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in _fields(key).items()))


def pinned(connection: Connection, evaluation: str) -> str | None:
    """The document that is kept for an evaluation, or None."""
    query = select(pins.c.document).where(pins.c.evaluation == evaluation)
    kept: str | None = connection.execute(query).scalar_one_or_none()
    return kept


def pin(connection: Connection, evaluation: str, document: str, now: float) -> str:
    """Keep the first document that is given; that one is the answer."""
    row = {"evaluation": evaluation, "document": document, "pinned_at": now}
    add_missing(connection, pins, [row])
    return pinned(connection, evaluation) or document


def attempt(
    connection: Connection, evaluation: str, branch: tuple[str, str, str], began: float
) -> int:
    """Note the evaluation of (repository, base, head); how many count by now.

    One that `began` at `BEGUN_BEFORE` does not.
    """
    repository, base, head = branch
    place = {"repository": repository, "base": base, "head": head}
    row = {**place, "evaluation": evaluation, "begun_at": began}
    add_missing(connection, branches, [row])
    same = and_(*(branches.c[name] == value for name, value in place.items()))
    counts = branches.c.begun_at != BEGUN_BEFORE
    query = select(func.count()).select_from(branches).where(same, counts)
    return int(connection.execute(query).scalar_one())


def record(
    connection: Connection,
    evaluation: str,
    shown: Mapping[MetricKey, Summary],
    now: float,
) -> None:
    """Insert or replace what one evaluation showed; its time stays the first one."""
    for key, summary in shown.items():
        row = {**_fields(key), "evaluation": evaluation, "shown_at": now}
        document = dump_summary(summary)
        put(connection, summaries, {**row, "document": document}, keep=["shown_at"])


def past(connection: Connection, key: MetricKey) -> Sequence[Summary]:
    """The latest summaries, in order of time."""
    return [summary for _, summary, _ in _shown(connection, key)]


def baseline_means(connection: Connection, key: MetricKey) -> Sequence[BaselineMean]:
    """The mean of each evaluation's own baseline runs, in order of time."""
    return [
        BaselineMean(evaluation, one.baseline.mean, one.baseline.n, at)
        for evaluation, one, at in _shown(connection, key)
        if one.baseline.n
    ]


def _shown(connection: Connection, key: MetricKey) -> list[tuple[str, Summary, float]]:
    order = (summaries.c.shown_at.desc(), summaries.c.evaluation.desc())
    query = select(summaries).where(_is(summaries, key)).order_by(*order).limit(LATEST)
    rows = connection.execute(query).mappings().all()
    found = [
        (r["evaluation"], load_summary(r["document"]), r["shown_at"]) for r in rows
    ]
    return found[::-1]


def keep_pilot(
    connection: Connection, key: MetricKey, pilot: Pilot, now: float, *, renew: bool
) -> Pilot:
    """Keep the first pilot, or the new one where it is to `renew`; the kept one."""
    row = {**_fields(key), "document": dump_pilot(pilot), "calibrated_at": now}
    if renew:
        put(connection, pilots, row)
    else:
        add_missing(connection, pilots, [row])
    kept = _pilot(connection, key)
    return load_pilot(kept) if kept is not None else pilot


def load_kept_pilot(connection: Connection, key: MetricKey) -> Pilot | None:
    """The kept pilot, or None."""
    document = _pilot(connection, key)
    return None if document is None else load_pilot(document)


def _pilot(connection: Connection, key: MetricKey) -> str | None:
    query = select(pilots.c.document).where(_is(pilots, key))
    document: str | None = connection.execute(query).scalar_one_or_none()
    return document


def charge(
    connection: Connection, evaluation: str, repository: str, made: Sequence[Charge]
) -> None:
    """Replace the charges of one evaluation."""
    mine = and_(charges.c.repository == repository, charges.c.evaluation == evaluation)
    connection.execute(charges.delete().where(mine))
    rows = [
        {
            "repository": repository,
            "evaluation": evaluation,
            "mode": one.place[0],
            "metric": one.place[1],
            "head_commit": one.head_commit,
            "merged_tree": one.merged_tree,
            "tolerances": one.tolerances,
            "base_commit": one.base_commit,
        }
        for one in made
    ]
    add_missing(connection, charges, rows)


def load_charges(connection: Connection, repository: str) -> Sequence[Charge]:
    """All charges of a repository, the same for the same content."""
    order = (charges.c.evaluation, charges.c.mode, charges.c.metric)
    query = select(charges).where(charges.c.repository == repository).order_by(*order)
    return [
        Charge(
            (row.mode, row.metric),
            row.head_commit,
            row.merged_tree,
            row.tolerances,
            row.base_commit,
        )
        for row in connection.execute(query)
    ]
