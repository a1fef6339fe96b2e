"""The report of `seedgate local`, from what was climbed."""

import dataclasses
import hashlib
from importlib.metadata import version

from bot.app.asking import ablates
from bot.app.expecting import expected, settled
from bot.app.ladder import Course, Reached
from bot.app.local import Comparison
from bot.app.ports import Memory, SourceRepository
from bot.app.preparing import Prepared
from bot.app.pricing import price_of
from bot.domain.evaluation import circumstances
from bot.domain.verdict import Apart, Provenance, Report, Verdict
from workers.contract import Node


def unrun(comparison: Comparison, verdict: Verdict, path: str) -> Report:
    """The report of an evaluation that needed no trial."""
    provenance = _provenance(comparison)
    parts = [provenance.base_commit, provenance.head_commit, provenance.policy_sha256]
    parts.append(comparison.whose)
    return Report(
        evaluation=hashlib.sha256("".join(parts).encode()).hexdigest()[:16],
        stages=(comparison.stage.name,),
        provenance=provenance,
        verdict=circumstances(verdict, provenance.sandbox, comparison.scratch_ref),
        repository_path=path,
        apart=Apart(ablates(comparison.policy)),
    )


def reported(
    prepared: Prepared,
    course: Course,
    reached: Reached,
    node: Node,
    repository: SourceRepository,
) -> Report:
    """The report of a climb; it has the id of the first stage that trains."""
    comparison = prepared.comparison
    provenance = dataclasses.replace(
        _provenance(comparison),
        node=node.name,
        hardware_class=node.hardware_class,
        environment_hash=node.environment_hash,
        environment_summary=node.environment_summary,
    )
    return Report(
        evaluation=course.first.evaluation,
        stages=reached.stages,
        provenance=provenance,
        verdict=circumstances(
            reached.verdict, provenance.sandbox, comparison.scratch_ref
        ),
        trials=reached.trials,
        cost=reached.cost,
        repository_path=str(repository.path),
        exhibits=reached.trained[-1].exhibits if reached.trained else None,
        apart=Apart(ablates(comparison.policy), prepared.cut.found),
    )


def completed(
    report: Report,
    comparison: Comparison,
    repository: SourceRepository,
    memory: Memory,
    description: str = "",
) -> Report:
    """The report with what the branch adds to the code, and what it was to do.

    That is read from its commits and from its `description`.
    """
    from bot.adapters.complexity import complexity

    seen = report.provenance
    price = price_of(repository, seen.base_tree, seen.merged_tree, complexity)
    report = dataclasses.replace(report, price=price)
    found = expected(repository, comparison, description)
    return settled(report, found, memory, repository.identity)


def _provenance(comparison: Comparison) -> Provenance:
    trees = comparison.trees
    return Provenance(
        base_revision=comparison.base.name,
        head_revision=comparison.head.name,
        base_commit=comparison.base.commit,
        head_commit=comparison.head.commit,
        base_tree=comparison.base.tree,
        merged_tree=trees.merged_tree if trees else "",
        policy_source=comparison.policy_source,
        policy_sha256=comparison.policy.sha256,
        scratch_ref=comparison.scratch_ref,
        seedgate_version=version("seedgate"),
        targets=tuple(sorted(comparison.targeted)),
    )
