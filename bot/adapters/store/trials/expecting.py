"""What branches were expected to do, and stage pairs, on an open transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import Connection, Table, and_, select

from bot.adapters.store.database.upsert import add_missing
from bot.adapters.store.trials.schema import branches, fidelity, forecasts
from bot.app.ports import LATEST
from bot.domain.forecast import told_once
from bot.domain.history import StagePair
from bot.domain.verdict import Forecast

_PAIR = tuple(one.name for one in fields(StagePair))
_FORECAST = tuple(one.name for one in fields(Forecast))


def keep_fidelity(
    connection: Connection,
    place: tuple[str, str],
    pairs: Sequence[StagePair],
    now: float,
) -> None:
    """Replace the pairs of (repository, evaluation)."""
    _replace(connection, fidelity, place, [asdict(one) for one in pairs], now)


def load_fidelity(
    connection: Connection, repository: str, pair: tuple[str, str, str, str]
) -> Sequence[StagePair]:
    """The latest pairs of (mode, metric, stage, later), in order of time."""
    wanted = zip(("mode", "metric", "stage", "later"), pair, strict=True)
    query = (
        select(fidelity)
        .where(fidelity.c.repository == repository)
        .where(and_(*(fidelity.c[name] == value for name, value in wanted)))
        .order_by(fidelity.c.kept_at.desc(), fidelity.c.evaluation.desc())
        .limit(LATEST)
    )
    rows = connection.execute(query).mappings().all()
    return [StagePair(**{name: row[name] for name in _PAIR}) for row in rows[::-1]]


def keep_forecasts(
    connection: Connection, place: tuple[str, str], made: Sequence[Forecast], now: float
) -> None:
    """Replace the forecasts of (repository, evaluation)."""
    rows = [{"place": number, **asdict(one)} for number, one in enumerate(made)]
    _replace(connection, forecasts, place, rows, now)


def load_forecasts(connection: Connection, repository: str) -> Sequence[Forecast]:
    """The forecasts of the latest evaluations that had any, in order of time.

    What a branch foretells again when it is evaluated again is told once.
    """
    latest = (forecasts.c.kept_at.desc(), forecasts.c.evaluation.desc())
    mine = forecasts.c.repository == repository
    some = select(forecasts.c.evaluation).where(mine, forecasts.c.place == 0)
    names = connection.execute(some.order_by(*latest).limit(LATEST)).scalars().all()
    query = select(forecasts).where(mine, forecasts.c.evaluation.in_(names))
    made: dict[str, list[Forecast]] = {name: [] for name in reversed(names)}
    for row in connection.execute(query.order_by(forecasts.c.place)).mappings():
        one = Forecast(**{name: row[name] for name in _FORECAST})
        made[row["evaluation"]].append(one)
    had = _branches(connection, repository, names)
    return told_once([(had[name], many) for name, many in made.items()])


def _branches(
    connection: Connection, repository: str, evaluations: Sequence[str]
) -> Mapping[str, set[tuple[str, str]]]:
    """The branches (base and head) that had each of these evaluations."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in evaluations}
    query = (
        select(branches)
        .where(branches.c.repository == repository)
        .where(branches.c.evaluation.in_(evaluations))
    )
    for row in connection.execute(query):
        found[row.evaluation].add((row.base, row.head))
    return found


def _replace(
    connection: Connection,
    table: Table,
    place: tuple[str, str],
    rows: Sequence[Mapping[str, object]],
    now: float,
) -> None:
    """Give (repository, evaluation) these rows; their time stays the first one."""
    repository, evaluation = place
    mine = and_(table.c.repository == repository, table.c.evaluation == evaluation)
    before = connection.execute(select(table.c.kept_at).where(mine)).scalars().first()
    connection.execute(table.delete().where(mine))
    same = {
        "repository": repository,
        "evaluation": evaluation,
        "kept_at": now if before is None else before,
    }
    add_missing(connection, table, [{**same, **row} for row in rows])
