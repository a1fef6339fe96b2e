"""What the engine asks of the outside; one fake and one real thing behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from bot.domain.changes import ChangedLines, Cut, PlannedChange, Touched
from bot.domain.history import (
    BaselineMean,
    Charge,
    MetricKey,
    Pilot,
    StagePair,
    Summary,
)
from bot.domain.policy import Ablation
from bot.domain.verdict import Forecast
from workers.contract import Node, Progress, TrialResult, TrialSpec, TrialState


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision that was resolved: what was typed, the commit, and its tree."""

    name: str
    commit: str
    tree: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The tree that would land."""

    tree: str


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Head does not merge into base: the files, sorted."""

    files: tuple[str, ...]


MergeOutcome = Merged | Conflicted


class ChangeSource(Protocol):
    """The changes of one branch; trees are made when they are asked for."""

    def cut(self) -> Cut:
        """The changes as the policy cuts them, grouped where there are too many."""
        ...

    def halved(self, change: str) -> tuple[PlannedChange, ...]:
        """The two halves of a group, each with its trees; none for a single change."""
        ...

    def parts(self, typed: str) -> tuple[str, ...]:
        """The ids of the single changes that somebody means; empty for none.

        By an id as it is (also of a group), or the first digits of a commit in one.
        """
        ...

    def without(self, changes: Sequence[str]) -> Merged | Conflicted:
        """The merged tree without these changes (ids, also of parts of groups).

        `Conflicted` where it cannot be made. Raises `UserFault` for an unknown id.
        """
        ...


class SourceRepository(Protocol):
    """A git repository, read by revision; never the working copy.

    Every method raises `UserFault` with a mend for what the caller can mend.
    """

    @property
    def path(self) -> PurePath:
        """The top folder of the repository."""
        ...

    @property
    def objects(self) -> PurePath:
        """A git directory that holds every tree that this object made or resolved."""
        ...

    @property
    def identity(self) -> str:
        """What evaluations of this repository are remembered under."""
        ...

    def default_base(self) -> str:
        """The name of the branch to compare with if none is given."""
        ...

    def branch_name(self, revision: str) -> str:
        """The name of the branch that `revision` names; itself if it names none."""
        ...

    def resolve(self, revision: str) -> Revision:
        """The commit and tree that `revision` names."""
        ...

    def dirty(self) -> tuple[str, ...]:
        """Paths that differ from HEAD in index or working copy, or are untracked.

        Outputs of ours that lie there, such as reports, do not count.
        """
        ...

    def commit_dirty(self) -> tuple[Revision, str]:
        """Commit the working copy to a scratch ref; the revision and the ref's name."""
        ...

    def read_file(self, commit: str, path: str) -> bytes | None:
        """A file's content at a commit, or in a tree, or None if there is none."""
        ...

    def merge(self, base: str, head: str) -> MergeOutcome:
        """The tree of merging commit `head` into commit `base`."""
        ...

    def changes(
        self, base: str, head: str, merged: str, rule: Ablation
    ) -> ChangeSource:
        """The changes between two commits, whose merge is the tree `merged`."""
        ...

    def touched(self, before: str, after: str) -> tuple[Touched, ...]:
        """The files in which two trees differ, sorted by path; renames are two."""
        ...

    def changed_lines(self, before: str, after: str) -> tuple[ChangedLines, ...]:
        """The lines of text files in which two trees differ, sorted by path."""
        ...

    def matching(self, tree: str, patterns: Sequence[str]) -> Mapping[str, str]:
        """The files of a tree that a pattern matches: path and object name, sorted.

        Patterns are those of the policy: `*` within a folder, `**` across folders.
        """
        ...

    def overlay(self, tree: str, source: str, patterns: Sequence[str]) -> str:
        """A tree with all files that match taken from the tree `source` instead.

        Files that match and are only in `tree` are left out.
        """
        ...

    def read_object(self, name: str) -> bytes | None:
        """The content of a file by its object name (see `Touched`); None if missing."""
        ...

    def messages(self, base: str, head: str) -> tuple[str, ...]:
        """The messages of the commits that head has and base has not, newest first."""
        ...

    def offer(self, tree: str, parent: str, message: str, branch: str) -> str:
        """Commit a tree on top of a commit as a new branch of the user; its name.

        The one writing method besides `commit_dirty`; refuses a branch that exists.
        """
        ...

    def landed(self, since: str, until: str) -> frozenset[str]:
        """Commits of `until` that `since` does not have, and the trees of them."""
        ...

    def require_plain(self, tree: str) -> None:
        """Refuse, by path, what a trial could not see: submodules, LFS pointers."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """A row of the store: the last attempt of one trial, and whether it was ours.

    `evaluation` is the evaluation that first wanted it; `finished_at` Unix seconds.
    """

    key: str
    spec: TrialSpec
    state: TrialState
    attempt: int
    evaluation: str
    result: TrialResult | None = None
    progress: Progress | None = None
    finished_at: float | None = None


class EvaluationStore(Protocol):
    """The engine's side of the store: intent in, evidence out."""

    def nodes(self, since: float = 0.0) -> Sequence[Node]:
        """The nodes registered at `since` (Unix seconds) or later, latest first."""
        ...

    def find(self, keys: Sequence[str]) -> Mapping[str, StoredTrial]:
        """The stored trials among `keys`."""
        ...

    def want(self, evaluation: str, specs: Sequence[TrialSpec]) -> None:
        """Queue these trials in this order after what is queued; safe to repeat.

        A trial that is finished, queued or running is left alone; one that was
        cancelled or lost is queued again with a new attempt.
        """
        ...

    def cancel(self, evaluation: str, keys: Sequence[str]) -> None:
        """Withdraw this evaluation's wish; a trial that nobody wants is cancelled."""
        ...

    def wishing(self) -> Sequence[str]:
        """The evaluations that want trials which have not ended."""
        ...

    def withdraw(self, evaluation: str) -> None:
        """Withdraw all wishes of an evaluation that nobody carries on."""
        ...

    def save_evaluation(self, evaluation: str, document: str) -> None:
        """Keep the latest report (JSON text) of an evaluation."""
        ...

    def load_evaluation(self, evaluation: str) -> str | None:
        """The kept report, or None. A unique prefix of the id is enough."""
        ...


LATEST = 200
"""How many past evaluations of a metric are asked for at most."""


class Memory(Protocol):
    """What the store keeps between evaluations; no row is ever counted twice."""

    def pinned(self, evaluation: str) -> str | None:
        """The document that is kept for an evaluation, or None."""
        ...

    def pin(self, evaluation: str, document: str) -> str:
        """Keep the first document given for an evaluation; the one that is kept."""
        ...

    def attempt(self, evaluation: str, repository: str, base: str, head: str) -> int:
        """Note an evaluation of a branch; how many different ones it has had.

        One that is noted again, because it is resumed, is counted once.
        """
        ...

    def record(self, evaluation: str, shown: Mapping[MetricKey, Summary]) -> None:
        """Keep, or replace, what an evaluation showed; its place in time stays."""
        ...

    def past(self, key: MetricKey) -> Sequence[Summary]:
        """What comparable evaluations showed: the `LATEST` ones, in order of time."""
        ...

    def baseline_means(self, key: MetricKey) -> Sequence[BaselineMean]:
        """The mean of each one's own baseline runs, where there were any; as `past`."""
        ...

    def keep_pilot(self, key: MetricKey, pilot: Pilot, *, renew: bool = False) -> Pilot:
        """Keep the first pilot, or the new one where told to `renew`; the kept one."""
        ...

    def pilot(self, key: MetricKey) -> Pilot | None:
        """The kept pilot, or None."""
        ...

    def charge(
        self, evaluation: str, repository: str, charges: Sequence[Charge]
    ) -> None:
        """Keep the tolerated losses of an evaluation in place of what it had."""
        ...

    def charges(self, repository: str) -> Sequence[Charge]:
        """Every tolerated loss of a repository."""
        ...

    def keep_fidelity(
        self, evaluation: str, repository: str, pairs: Sequence[StagePair]
    ) -> None:
        """Keep the pairs of an evaluation in place of what it had."""
        ...

    def fidelity(
        self, repository: str, mode: str, metric: str, stage: str, later: str
    ) -> Sequence[StagePair]:
        """The `LATEST` pairs of these two stages, in order of time."""
        ...

    def keep_forecasts(
        self, evaluation: str, repository: str, forecasts: Sequence[Forecast]
    ) -> None:
        """Keep the forecasts of an evaluation in place of what it had."""
        ...

    def forecasts(self, repository: str) -> Sequence[Forecast]:
        """The forecasts of the `LATEST` evaluations that had any, in order of time.

        What a branch foretells again when it is evaluated again is told once.
        """
        ...


class Archive(Protocol):
    """Trials looked up by what people know of them."""

    def begins(self, prefix: str) -> Sequence[StoredTrial]:
        """At most ten trials whose key begins so, in order of their keys."""
        ...

    def trained(self, tree: str) -> Sequence[StoredTrial]:
        """Every trial of a tree, in order of their keys."""
        ...


class Store(EvaluationStore, Memory, Archive, Protocol):
    """All that is asked of the engine's store."""
