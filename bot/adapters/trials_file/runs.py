"""The runs file of `seedgate replay`: JSON text in, past runs by arm out."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.adapters.trials_file.document import document, read
from bot.domain.errors import UserFault
from bot.domain.replay import Run, Runs
from bot.domain.trials import Value

FAILED = "failed"

_MOST_SHOWN = 10
_SHAPE = (
    'It should look like {"ARM": [{"val_loss": 3.27, "seed": 1}, ...], ...}; a row may '
    'also have "failed" and "node".'
)
_ABOUT_THE_RUN = ("seed", "failed", "node")


def load_runs(path: Path) -> Runs:
    """Read and check a runs file; every fault in one `UserFault`."""
    found = document(read(path, "runs file", "--runs"), path)
    if not isinstance(found, dict) or not found:
        problem = f"{path} is not a JSON object of arms."
        raise UserFault(problem, _SHAPE)
    faults = [one for name, rows in found.items() for one in _faults(str(name), rows)]
    if faults:
        shown = "; ".join(faults[:_MOST_SHOWN])
        left = len(faults) - _MOST_SHOWN
        more = f"; and {left} more" if left > 0 else ""
        raise UserFault(f"{path} is not a runs file: {shown}{more}.", _SHAPE)
    return {str(name): tuple(_run(row) for row in rows) for name, rows in found.items()}


def _faults(arm: str, rows: object) -> Iterator[str]:
    if not isinstance(rows, list) or not rows:
        yield f"the arm `{arm}` has no list of runs"
        return
    for index, row in enumerate(rows):
        for fault in _row_faults(row):
            yield f"run {index} of `{arm}` {fault}"
    known = [row for row in rows if isinstance(row, dict)]
    seeds = Counter(_seed(row) for row in known if _seed(row) is not None)
    for seed, count in seeds.items():
        if count > 1:
            yield f"the arm `{arm}` lists seed {seed} more than once"


def _row_faults(row: object) -> Iterator[str]:
    if not isinstance(row, dict):
        yield "is no object"
        return
    for name, value in row.items():
        if isinstance(value, dict | list):
            yield f"has a value for `{name}` that is no number or text"
    if row.get("seed") is not None and _seed(row) is None:
        yield f"has the seed {row['seed']!r}, which is no whole number"
    if not isinstance(row.get("failed"), str | bool | None):
        yield "has a `failed` that is neither a reason nor true or false"
    if not isinstance(row.get("node"), str | None):
        yield "has a `node` that is no text"


def _seed(row: dict[str, object]) -> int | None:
    seed = row.get("seed")
    return seed if isinstance(seed, int) and not isinstance(seed, bool) else None


def _run(row: dict[str, Value]) -> Run:
    node = row.get("node")
    return Run(
        values={
            name: value for name, value in row.items() if name not in _ABOUT_THE_RUN
        },
        seed=_seed(dict(row)),
        failed=_failure(row.get("failed")),
        node=node if isinstance(node, str) else None,
    )


def _failure(written: Value) -> str | None:
    """How a run failed, None where it did not: a reason, or true for no reason."""
    if isinstance(written, str):
        return written or FAILED
    return FAILED if written else None
