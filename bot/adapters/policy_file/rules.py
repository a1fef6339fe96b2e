"""The rules that concern more than one value: roles, looks, stages, placeholders.

They read the tree and skip what has no proper form, so that they are told beside the
faults of single values and not after them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from bot.adapters.policy_file.roles import (
    MOST_PRIMARIES,
    SMALLEST_LOOK,
    role_faults,
    role_of,
)
from bot.adapters.policy_file.rule_readers import read_looks
from bot.adapters.policy_file.slices import slice_faults
from bot.adapters.policy_file.tree import (
    Path,
    Place,
    Row,
    Table,
    Written,
    fault_at,
)
from bot.domain.errors import PolicyFault
from bot.domain.policy import Role, StageKind
from bot.presentation.numbers import counted

Named = tuple[Path, Place, Table]
"""A mapping with its path and the place of its key."""


@dataclass(frozen=True, slots=True)
class Need:
    """How many trials a look must have, and the metric that needs them."""

    trials: int
    role: str
    metric: str
    mode: str

    @property
    def who(self) -> str:
        """The metric, in a sentence."""
        return f"the {self.role} metric `{self.metric}` of the mode `{self.mode}`"

    @property
    def test(self) -> str:
        """What the trials are needed for."""
        is_target = self.role == Role.TARGET
        return "a one-sample test" if is_target else "a paired test"


FILES = ("stdout", "jsonl", "csv", "tensorboard", "trainer_state")


def broken_rules(document: Table) -> Iterator[PolicyFault]:
    """The faults of a document in which `defaults` are merged already."""
    modes, stages = children(document, (), "modes"), children(document, (), "stages")
    for mode in modes:
        yield from _mode_faults(mode)
        yield from _too_many_primaries(mode)
    strictest = _strictest(modes)
    for stage in stages:
        yield from _stage_faults(stage)
        yield from _early_looks(stage, strictest)
    yield from _nothing_trains(document, stages)
    yield from _budget_of_nothing(document)


def children(table: Table, path: Path, key: str) -> list[Named]:
    """The mappings under a key of a table; what is none is left out."""
    held = table.get(key)
    if not isinstance(held, Table):
        return []
    return [
        ((*path, key, name), held.keys_at[name], one)
        for name, one in held.items()
        if isinstance(one, Table)
    ]


def metrics_of(mode: Named) -> list[Named]:
    """The metrics of a mode."""
    path, _, table = mode
    return children(table, path, "metrics")


def _mode_faults(mode: Named) -> Iterator[PolicyFault]:
    names = [str(path[-1]) for path, _, _ in metrics_of(mode)]
    for path, key, metric in metrics_of(mode):
        yield from role_faults(metric, path, key)
        yield from _source_faults(metric, path)
        yield from slice_faults(metric, path, names)


def _source_faults(metric: Table, path: Path) -> Iterator[PolicyFault]:
    source = metric.get("source")
    if not isinstance(source, Table):
        return
    kinds = [kind for kind in FILES if kind in source]
    at = (*path, "source")
    if len(kinds) != 1:
        said = f"names {' and '.join(kinds)}" if kinds else "names no place"
        mend = f"Keep exactly one of {', '.join(FILES)}."
        yield fault_at(metric.keys_at["source"], at, f"The source {said}.", mend)
    elif kinds == ["stdout"] and "key" in source:
        problem = "`key` has no meaning for stdout."
        mend = "Remove it; the group `value` of the pattern is what is read."
        yield fault_at(source.keys_at["key"], (*at, "key"), problem, mend)


def _too_many_primaries(mode: Named) -> Iterator[PolicyFault]:
    primaries = [one for one in metrics_of(mode) if role_of(one[2]) is Role.PRIMARY]
    for path, key, _ in primaries[MOST_PRIMARIES:]:
        problem = f"The mode has {len(primaries)} primary metrics, and 3 are the most."
        mend = "Give this one another role, such as `role: report`."
        yield fault_at(key, path, problem, mend)


def kind_of(name: str, stage: Table) -> StageKind:
    """What a stage does, by its keys and name."""
    if "command" in stage:
        return StageKind.TESTS
    return StageKind.SANITY if name == "sanity" else StageKind.TRAINING


def _stage_faults(stage: Named) -> Iterator[PolicyFault]:
    path, _, table = stage
    kind = kind_of(str(path[-1]), table)
    if kind is not StageKind.TRAINING and "seeds" in table:
        problem = f"`seeds` has no meaning in a stage of {kind}: it runs once per arm."
        yield fault_at(table.keys_at["seeds"], (*path, "seeds"), problem, "Remove it.")


def _early_looks(stage: Named, strictest: Need | None) -> Iterator[PolicyFault]:
    path, _, table = stage
    written = table.get("seeds")
    if written is None or kind_of(str(path[-1]), table) is not StageKind.TRAINING:
        return
    looks = _looks(written)
    if looks and strictest and looks[0] < strictest.trials:
        first, least = counted(looks[0], "seed"), strictest.trials
        place = written[0].place if isinstance(written, Row) else written.place
        problem = (
            f"A look at {first} is too early for {strictest.who}: at least {least} are"
            f" needed for {strictest.test}."
        )
        mend = f"Begin the looks at {least} seeds or more."
        yield fault_at(place, (*path, "seeds"), problem, mend)


def _looks(written: Written) -> tuple[int, ...]:
    try:
        return read_looks(written)
    except PydanticCustomError:
        return ()


def _strictest(modes: Sequence[Named]) -> Need | None:
    """The metric that needs the most trials at a look."""
    needs = [
        Need(SMALLEST_LOOK[role], str(role), str(path[-1]), str(path[1]))
        for mode in modes
        for path, _, metric in metrics_of(mode)
        if (role := role_of(metric)) is not None
    ]
    return max(needs, key=lambda one: one.trials, default=None)


def _nothing_trains(document: Table, stages: Sequence[Named]) -> Iterator[PolicyFault]:
    kinds = [kind_of(str(path[-1]), table) for path, _, table in stages]
    if kinds and StageKind.TRAINING not in kinds:
        problem = "No stage trains anything, so that no metric can be judged."
        mend = "Add a stage such as `fast: {seeds: {min: 4, max: 20}}`."
        yield fault_at(document.keys_at["stages"], ("stages",), problem, mend)


def _budget_of_nothing(document: Table) -> Iterator[PolicyFault]:
    if "tolerance_budget" in document and "anchor" not in document:
        problem = "`tolerance_budget` needs `anchor`: losses are summed up since it."
        mend = "Name the release to hold them against, such as `anchor: v1.0`."
        place = document.keys_at["tolerance_budget"]
        yield fault_at(place, ("tolerance_budget",), problem, mend)
