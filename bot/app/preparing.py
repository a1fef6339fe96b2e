"""What can be known of a branch before a machine is asked: trees, changes, files."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.local import Comparison, ParsePolicy
from bot.app.ports import ChangeSource, SourceRepository
from bot.app.succession import Succession, succession
from bot.app.versioning import version_of
from bot.app.watching import watched
from bot.domain.changes import ChangedLines, Cut
from bot.domain.commands.nearest import nearest
from bot.domain.errors import UserFault
from bot.domain.ladder import RungKind
from bot.domain.metric_version import MetricVersion
from bot.domain.plan import Plan, Trees
from bot.domain.pulls.acceptance import new_definition
from bot.domain.verdict import Finding


@dataclass(frozen=True, slots=True)
class Prepared:
    """A comparison with all that git says of it.

    `source` cuts the branch into changes, `cut` are those of the first cut; there are
    none where nobody asks for them. `version` is None where nothing defines the metrics
    but the policy. `lines` are those that the arms differ in, `beside` what was found
    already.
    """

    comparison: Comparison
    trees: Trees
    source: ChangeSource | None = None
    cut: Cut = dataclasses.field(default_factory=Cut)
    version: MetricVersion | None = None
    lines: tuple[ChangedLines, ...] = ()
    beside: tuple[Finding, ...] = ()


def prepare(
    comparison: Comparison,
    trees: Trees,
    repository: SourceRepository,
    parse: ParsePolicy,
) -> Prepared:
    """Cut the branch, look for what defines the metrics and at what is watched.

    The policy that would land is read with `parse`; a fault in it is a finding.
    Raises `UserFault` where the policy asks for what the repository does not have.
    """
    policy = comparison.policy
    base_tree, merged_tree = trees.base_tree, trees.merged_tree
    prints = has_prints(comparison)
    after = Succession(base_tree, merged_tree, comparison.policy_source)
    beside = (
        *watched(repository, policy, base_tree, merged_tree),
        *succession(repository, parse, after),
    )
    prepared = Prepared(comparison, trees, beside=beside)
    if prints:
        lines = repository.changed_lines(base_tree, merged_tree)
        prepared = dataclasses.replace(prepared, lines=lines)
    if prints or comparison.ablation:
        ends = (comparison.base.commit, comparison.head.commit, merged_tree)
        source = repository.changes(*ends, policy.ablation)
        prepared = dataclasses.replace(prepared, source=source, cut=source.cut())
    version = _version(prepared, repository)
    anew = new_definition(version) if comparison.on_github else None
    beside = (*beside, *([anew] if anew else []))
    return dataclasses.replace(prepared, version=version, beside=beside)


def asked_apart(prepared: Prepared, typed: Sequence[str]) -> tuple[str, ...]:
    """The changes of the first cut that hold those of these names, in its order.

    Raises `UserFault` for a name that no change of the branch has.
    """
    source = prepared.source
    if not typed or source is None:
        return ()
    wanted = {name: frozenset(source.parts(name)) for name in typed}
    for name, parts in wanted.items():
        if not parts:
            known = [one.id for one in prepared.cut.changes]
            raise _no_change(name, known)
    asked = frozenset[str]().union(*wanted.values())
    cut = prepared.cut.changes
    return tuple(one.id for one in cut if asked & {one.id, *one.change.parts})


def _no_change(name: str, known: Sequence[str]) -> UserFault:
    near = nearest(name, known)
    mend = f"Did you mean `{near}`?" if near else f"It has {', '.join(known)}."
    return UserFault(f"The branch has no change `{name}`.", mend)


def has_prints(comparison: Comparison) -> bool:
    """Whether modes are fingerprinted on this ladder."""
    return any(one.kind is RungKind.FINGERPRINT for one in comparison.ladder)


def _version(prepared: Prepared, repository: SourceRepository) -> MetricVersion | None:
    asked, trees, policy = (
        prepared.comparison,
        prepared.trees,
        prepared.comparison.policy,
    )
    rule = policy.evaluation
    if not (rule.paths or rule.command or policy.data.paths):
        return None
    return version_of(
        repository,
        policy,
        trees.base_tree,
        trees.merged_tree,
        prepared.cut.changes if asked.ablation else (),
        anchor=asked.anchor.tree if asked.anchor else None,
    )


def versioned_again(plan: Plan, repository: SourceRepository) -> Plan:
    """The plan with trees for the changes that it has by now."""
    if plan.version is None:
        return plan
    version = version_of(
        repository,
        plan.policy,
        plan.trees.base_tree,
        plan.trees.merged_tree,
        plan.changes,
        anchor=plan.anchor.tree if plan.anchor else None,
    )
    return dataclasses.replace(plan, version=version)
