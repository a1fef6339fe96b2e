"""What the slices of a metric must be, so that each is a number of its own."""

from collections.abc import Collection, Iterator

from bot.adapters.policy_file.tree import Path, Row, Scalar, Table, fault_at
from bot.domain.errors import PolicyFault

_MEASURED = ("wall_clock", "peak_memory")
_REPORT = (
    "Report slices through the file $SEEDGATE_METRICS, or by jsonl, csv, tensorboard "
    "or trainer_state."
)


def slice_faults(
    metric: Table, path: Path, names: Collection[str]
) -> Iterator[PolicyFault]:
    """Slices written twice, named like a metric (`names`), or that nothing can read."""
    slices = metric.get("slices")
    if not isinstance(slices, Row) or not slices:
        return
    yield from _unreadable(metric, path)
    seen = set[str]()
    for index, one in enumerate(slices):
        if not isinstance(one, Scalar):
            continue
        at = (*path, "slices", index)
        if one in seen:
            problem = f"The slice `{one}` is written twice."
            yield fault_at(one.place, at, problem, "Keep one of them.")
        elif one in names:
            problem = f"The slice `{one}` has the name of a metric of this mode."
            yield fault_at(one.place, at, problem, "Give one of the two another name.")
        seen.add(one)


def _unreadable(metric: Table, path: Path) -> Iterator[PolicyFault]:
    source = metric.get("source")
    at = (*path, "slices")
    if isinstance(source, Table) and "stdout" in source:
        problem = "A pattern on stdout reads one number, and no slices of it."
        yield fault_at(metric.keys_at["slices"], at, problem, _REPORT)
    elif isinstance(source, Scalar) and source in _MEASURED:
        problem = f"{source} is measured of a whole trial, and has no slices."
        yield fault_at(metric.keys_at["slices"], at, problem, "Remove them.")
