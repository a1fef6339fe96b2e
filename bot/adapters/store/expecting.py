"""What branches were expected to do, and stage pairs, on an open transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from sqlalchemy import Connection, Table, and_, select

from bot.adapters.store.schema import fidelity, forecasts
from bot.adapters.store.upsert import add_missing
from bot.app.ports import LATEST
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
    """The forecasts of the latest evaluations that had any, in order of time."""
    latest = (forecasts.c.kept_at.desc(), forecasts.c.evaluation.desc())
    mine = forecasts.c.repository == repository
    some = select(forecasts.c.evaluation).where(mine, forecasts.c.place == 0)
    names = connection.execute(some.order_by(*latest).limit(LATEST)).scalars().all()
    query = select(forecasts).where(mine, forecasts.c.evaluation.in_(names))
    order = (forecasts.c.kept_at, forecasts.c.evaluation, forecasts.c.place)
    rows = connection.execute(query.order_by(*order)).mappings()
    return [Forecast(**{name: row[name] for name in _FORECAST}) for row in rows]


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
