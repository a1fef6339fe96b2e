"""What defines the metrics of an evaluation, found in the trees of its arms."""

from collections.abc import Iterator, Sequence

from bot.app.ports import SourceRepository
from bot.app.scorable import require_matches, require_scorable, require_watched
from bot.domain.arms import (
    Anchor,
    Arm,
    Baseline,
    Branch,
    Only,
    Original,
    Without,
    label,
)
from bot.domain.changes import PlannedChange
from bot.domain.evaluation.versions import unjudgeable, version_findings, versioned
from bot.domain.metric_version import (
    Files,
    MetricVersion,
    differing,
    programs,
    version_name,
)
from bot.domain.policy import Policy

__all__ = ["unjudgeable", "version_findings", "version_of", "versioned"]

Arms = Sequence[tuple[Arm, str]]
"""Arms and the trees that they would train if nothing defined the metric."""


def version_of(  # noqa: PLR0913 - what is compared has four names
    repository: SourceRepository,
    policy: Policy,
    base_tree: str,
    merged_tree: str,
    changes: Sequence[PlannedChange] = (),
    *,
    anchor: str | None = None,
) -> MetricVersion:
    """The version at base and branch, and the trees that each arm needs for it.

    `changes` are all those that have arms (call again when there are more), `anchor`
    is the tree of the pinned release. Raises `UserFault` where the policy names files
    that the base lacks, or a scoring command that could not be believed. A branch that
    leaves nothing of what defines the metric is told by `MetricVersion.gone`.
    """
    require_scorable(policy)
    found = _Definitions(repository, policy)
    before, after = found.on_base(base_tree), found.at(merged_tree)
    arms: Arms = (
        (Baseline(), base_tree),
        (Branch(), merged_tree),
        *(((Anchor(), anchor),) if anchor else ()),
        *_parts(changes),
    )
    if not found.patterns:
        return MetricVersion(scored=found.scored(arms, None))
    names = (found.name(before), found.name(after))
    files = differing(before, after)
    gone = found.gone(merged_tree)
    if gone:
        return MetricVersion(*names, files=files, gone=gone)
    if policy.evaluation.command:
        source = merged_tree if files else base_tree
        scored = found.scored(arms, source)
        own = ((label(Original()), base_tree),) if files else ()
        return MetricVersion(*names, files=files, scored=(*scored, *own))
    return MetricVersion(
        *names,
        files=files,
        baseline=found.overlaid(base_tree, merged_tree) if files else None,
        trained=tuple(
            (label(arm), found.overlaid(tree, merged_tree)) for arm, tree in arms[2:]
        ),
    )


def _parts(changes: Sequence[PlannedChange]) -> Iterator[tuple[Arm, str]]:
    for one in changes:
        if one.without is not None:
            yield Without(one.id), one.without
        if one.only is not None:
            yield Only(one.id), one.only


class _Definitions:
    """The files that define the metrics by one policy, looked up in any tree."""

    def __init__(self, repository: SourceRepository, policy: Policy) -> None:
        self._repository = repository
        self._policy = policy
        self._program: str | None = None
        self._watched = {
            "evaluation.paths": policy.evaluation.paths,
            "data.paths": policy.data.paths,
        }
        self.patterns = (*policy.evaluation.paths, *policy.data.paths)

    def at(self, tree: str) -> Files:
        """The files of a tree that define the metrics."""
        if not self.patterns:
            return {}
        return self._repository.matching(tree, self.patterns)

    def on_base(self, tree: str) -> Files:
        """The same of the base, where every pattern must match something."""
        found = {one: self._repository.matching(tree, [one]) for one in self.patterns}
        require_matches(self._watched, found)
        files = self.at(tree)
        command = self._policy.evaluation.command
        if command:
            there = self._repository.matching(tree, programs(command))
            self._program = require_watched(command, there, files)
        return files

    def gone(self, tree: str) -> tuple[str, ...]:
        """Patterns, and the program of the command, of which a tree has nothing."""
        asked = (*self.patterns, *([self._program] if self._program else []))
        missing = [one for one in asked if not self._repository.matching(tree, [one])]
        return tuple(dict.fromkeys(missing))

    def name(self, files: Files) -> str:
        """The version that these files make."""
        policy = self._policy
        return version_name(files, policy.data.version, policy.evaluation.command)

    def overlaid(self, tree: str, source: str) -> str:
        """A tree with the evaluation files of another."""
        if tree == source:
            return tree
        return self._repository.overlay(tree, source, self.patterns)

    def scored(self, arms: Arms, source: str | None) -> tuple[tuple[str, str], ...]:
        """The tree that scores each arm; `source` holds the evaluation files."""
        if not self._policy.evaluation.command:
            return ()
        return tuple(
            (label(arm), self.overlaid(tree, source) if source else tree)
            for arm, tree in arms
        )
