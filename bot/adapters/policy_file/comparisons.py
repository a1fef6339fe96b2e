"""The comparisons of `seedgate replay`: YAML (or JSON) text in, frozen values out."""

import dataclasses
from collections.abc import Iterator
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError

from bot.adapters.policy_file.fields import Text
from bot.adapters.policy_file.mode_models import Strict
from bot.adapters.policy_file.readers import read_filled, refused, shown_first
from bot.adapters.policy_file.sentences import Layout, explain
from bot.adapters.policy_file.source import read_source
from bot.adapters.policy_file.tree import (
    WHOLE,
    Path,
    Row,
    Scalar,
    Table,
    Written,
    fault_at,
)
from bot.adapters.policy_file.yaml_events import BrokenTextError
from bot.domain.errors import PolicyFault, PolicyFaults
from bot.domain.replay import Comparison, Comparisons

_FILE = "file"
"""The path of a fault that concerns the whole file."""


class ComparisonFaults(PolicyFaults):
    """All faults of one comparisons file at once."""

    def __init__(self, source: str, faults: tuple[PolicyFault, ...]) -> None:
        """Name the file (`source`) that the faults are in; at least one fault."""
        placed = (
            dataclasses.replace(one, path=_FILE) if one.path == WHOLE else one
            for one in faults
        )
        super().__init__(source, tuple(placed))
        self.problem = self.problem.replace("The policy", "The comparisons file", 1)
        self.args = (f"{self.problem} {self.mend}",)


def _nothing(value: Written) -> bool:
    return isinstance(value, Scalar) and value.value is None


def _text_or_nothing(value: Written) -> str | None:
    return None if _nothing(value) else read_filled(value)


def _truth_or_nothing(value: Written) -> bool | None:
    if _nothing(value):
        return None
    if not isinstance(value, Scalar) or not isinstance(value.value, bool):
        mend = "Write true or false, or null where it is not known."
        raise refused(f"{shown_first(value)} is neither true nor false.", mend)
    return value.value


class ComparisonModel(Strict):
    """Two arms, and what became of the branch."""

    name: Text
    branch: Text
    baseline: Annotated[str | None, PlainValidator(_text_or_nothing)] = None
    merged: Annotated[bool | None, PlainValidator(_truth_or_nothing)] = None
    without: dict[str, Text] = Field(default={})
    note: Annotated[str | None, BeforeValidator(_text_or_nothing)] = None


class ComparisonsModel(Strict):
    """A comparisons file."""

    mode: Text | None = None
    stage: Text | None = None
    constant: list[Text] = Field(default=["steps"])
    timed: list[Text] | None = None
    comparisons: list[ComparisonModel] = Field(min_length=1)


def _model_at(path: Path) -> type[Strict]:
    return ComparisonModel if path[:1] == ("comparisons",) else ComparisonsModel


_LAYOUT = Layout(
    _model_at,
    (
        ("at the top of the file", ComparisonsModel),
        ("in one of the `comparisons`", ComparisonModel),
    ),
)


def load_comparisons(text: bytes, source: str) -> Comparisons:
    """Parse and validate a comparisons file; `source` is its name in messages.

    Raises `ComparisonFaults` with every fault at once, in the order of the file.
    """
    try:
        tree, faults = read_source(text)
    except BrokenTextError as error:
        raise ComparisonFaults(source, (error.fault,)) from None
    every = [*faults, *_doubled(tree)]
    try:
        model = ComparisonsModel.model_validate(tree)
    except ValidationError as error:
        every += explain(error, tree, _LAYOUT)
    else:
        if not every:
            return _built(model)
    raise ComparisonFaults(source, tuple(sorted(every, key=_place)))


def _place(fault: PolicyFault) -> tuple[int, int]:
    return fault.line, fault.column


def _doubled(tree: Table) -> Iterator[PolicyFault]:
    """Names that are written twice: a report could not tell the two apart."""
    listed = tree.get("comparisons")
    seen = set[str]()
    for index, one in enumerate(listed if isinstance(listed, Row) else ()):
        name = one.get("name") if isinstance(one, Table) else None
        if not isinstance(name, Scalar):
            continue
        if name in seen:
            problem = f"The name `{name}` is given to two comparisons."
            at = ("comparisons", index, "name")
            yield fault_at(name.place, at, problem, "Give one of them another name.")
        seen.add(name)


def _built(model: ComparisonsModel) -> Comparisons:
    return Comparisons(
        comparisons=tuple(
            Comparison(
                name=one.name,
                branch=one.branch,
                baseline=one.baseline,
                merged=one.merged,
                without=dict(one.without),
                note=one.note or "",
            )
            for one in model.comparisons
        ),
        mode=model.mode,
        stage=model.stage,
        constant=tuple(model.constant),
        timed=None if model.timed is None else tuple(model.timed),
    )
