"""Placeholders in commands and parameters: each must be one that somebody fills."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.adapters.policy_file.readers import placeholders
from bot.adapters.policy_file.rules import Named, children, kind_of
from bot.adapters.policy_file.tree import Path, Row, Scalar, Table, Written, fault_at
from bot.domain.errors import PolicyFault
from bot.domain.policy import StageKind
from workers.contract import CHECKPOINT, OUTPUT_DIR, SEED

RESERVED = (SEED, OUTPUT_DIR, CHECKPOINT)
"""Filled in by Seedgate; no parameter may have one of these names."""

MOST_LISTED = 12
"""Names that a sentence lists; also a bound on the search for the nearest one."""


@dataclass(frozen=True, slots=True)
class _Ladder:
    """The stages that run training commands, and the parameters that each defines."""

    params: dict[str, tuple[str, ...]]

    @property
    def every(self) -> tuple[str, ...]:
        """Names that at least one stage defines."""
        return tuple(
            dict.fromkeys(name for one in self.params.values() for name in one)
        )

    def without(self, name: str) -> list[str]:
        """The stages that do not define a name."""
        return [stage for stage, names in self.params.items() if name not in names]


def blank_faults(document: Table) -> Iterator[PolicyFault]:
    """The placeholders of a document that nobody fills, and parameters in their way."""
    stages = children(document, (), "stages")
    # No stages at all is one stage without parameters; that nothing trains is told
    # elsewhere, and not once more for every placeholder.
    none = None if document.get("stages") else _Ladder({"fast": ()})
    ladder = none or _ladder(stages, StageKind.SANITY, StageKind.TRAINING)
    training = none or _ladder(stages, StageKind.TRAINING)
    for mode in children(document, (), "modes"):
        yield from _mode_faults(mode, ladder)
        yield from _reference_faults(mode, training)
    for stage in stages:
        yield from _stage_faults(stage)
    evaluation = document.get("evaluation")
    if isinstance(evaluation, Table):
        written, known = evaluation.get("command"), (*RESERVED, *ladder.every)
        yield from _unknown(written, ("evaluation", "command"), known, "here")


def _ladder(stages: Sequence[Named], *kinds: StageKind) -> _Ladder:
    """The stages of these kinds."""
    found = {
        str(path[-1]): _params(table)
        for path, _, table in stages
        if kind_of(str(path[-1]), table) in kinds
    }
    return _Ladder(found)


def _params(stage: Table) -> tuple[str, ...]:
    params = stage.get("params")
    return tuple(params) if isinstance(params, Table) else ()


def _mode_faults(mode: Named, ladder: _Ladder) -> Iterator[PolicyFault]:
    path, _, table = mode
    own = (SEED, OUTPUT_DIR, *((CHECKPOINT,) if "checkpoint" in table else ()))
    for at, text in _texts(table.get("train"), (*path, "train")):
        for name in placeholders(text):
            if name not in own and ladder.without(name):
                yield fault_at(text.place, at, *_undefined(name, own, ladder))


def _reference_faults(mode: Named, ladder: _Ladder) -> Iterator[PolicyFault]:
    """A reference may run in any stage that trains: each of them fills its blanks."""
    path, _, table = mode
    references = table.get("references")
    if not isinstance(references, Table) or not ladder.params:
        return
    for reference, written in references.items():
        for at, text in _texts(written, (*path, "references", reference)):
            for name in placeholders(text):
                yield from _reference_fault(name, (at, text), ladder)


def _reference_fault(
    name: str, where: tuple[Path, Scalar], ladder: _Ladder
) -> Iterator[PolicyFault]:
    own, (at, text) = (SEED, OUTPUT_DIR), where
    if name in own:
        return
    if name not in ladder.every:
        problem = _nobody(name, (*own, *ladder.every), "here")
        yield fault_at(text.place, at, *problem)
    elif ladder.without(name):
        yield fault_at(text.place, at, *_undefined(name, own, ladder))


def _undefined(name: str, own: tuple[str, ...], ladder: _Ladder) -> tuple[str, str]:
    lacking = ladder.without(name)
    if name == CHECKPOINT:
        problem = "`{checkpoint}` needs the key `checkpoint` of the mode."
        return problem, "Say where the checkpoint is written: `checkpoint: model.pt`."
    if len(lacking) < len(ladder.params):
        stages = " and ".join(f"`{one}`" for one in lacking)
        problem = f"`{{{name}}}` is not defined in the stage {stages}."
        return problem, f"Add `params: {{{name}: ...}}` there."
    return _nobody(name, (*own, *ladder.every), "by any stage")


def _nobody(name: str, known: Sequence[str], where: str) -> tuple[str, str]:
    close = get_close_matches(name, known[:MOST_LISTED], n=1)
    hint = f"Did you mean `{{{close[0]}}}`? " if close else ""
    listed = ", ".join(f"`{{{one}}}`" for one in known[:MOST_LISTED])
    mend = f"{hint}Defined are {listed}; others come from the `params` of a stage."
    return f"`{{{name}}}` is not defined {where}.", mend


def _stage_faults(stage: Named) -> Iterator[PolicyFault]:
    path, _, table = stage
    known = (OUTPUT_DIR, *_params(table))
    yield from _unknown(table.get("command"), (*path, "command"), known, "here")
    params = table.get("params")
    if isinstance(params, Table):
        yield from _param_faults(params, (*path, "params"))


def _param_faults(params: Table, path: Path) -> Iterator[PolicyFault]:
    for name, written in params.items():
        if name in RESERVED:
            problem = f"`{name}` is filled in by Seedgate and can be no parameter."
            mend = "Give the parameter another name."
            yield fault_at(params.keys_at[name], (*path, name), problem, mend)
        known = (SEED, OUTPUT_DIR)
        yield from _unknown(written, (*path, name), known, "inside a parameter")


def _unknown(
    written: Written | None, path: Path, known: Sequence[str], where: str
) -> Iterator[PolicyFault]:
    for at, text in _texts(written, path):
        for name in placeholders(text):
            if name not in known:
                yield fault_at(text.place, at, *_nobody(name, known, where))


def _texts(written: Written | None, path: Path) -> Iterator[tuple[Path, Scalar]]:
    if isinstance(written, Scalar):
        yield path, written
    elif isinstance(written, Row):
        for index, one in enumerate(written):
            yield from _texts(one, (*path, index))
