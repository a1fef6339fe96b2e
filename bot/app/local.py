"""The first half of `seedgate local`: a request and a repository give what to judge.

Everything that can be refused is refused here, before anything is spent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.app.asking import (
    Request,
    ablates,
    asked_ladder,
    asked_modes,
    asked_more,
    asked_seeds,
    left_out,
    training_stages,
)
from bot.app.pinned import pinned_release
from bot.app.ports import (
    Conflicted,
    Merged,
    Revision,
    SourceRepository,
    Unrelated,
)
from bot.app.refusals import refuse
from bot.domain.errors import UserFault
from bot.domain.ladder import Planned
from bot.domain.plan import Trees
from bot.domain.policy import (
    POLICY_PATH,
    Mode,
    Policy,
    Stage,
    Unsupported,
    unsupported,
)
from bot.domain.pulls.acceptance import app_policy

__all__ = [
    "PILOT",
    "POLICY_PATH",
    "Alone",
    "Comparison",
    "ParsePolicy",
    "Request",
    "baseline_alone",
    "compare",
    "scanned_base",
]

PILOT = "pilot"
"""The pool of seeds that pilot runs have for themselves, in place of a merged tree."""

_HEAD = "HEAD"

ParsePolicy = Callable[[bytes, str], Policy]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, by which rule: all that a plan needs but the machine.

    `ladder` are the rungs to climb, and `stage` the first of them that trains.
    `conflicts` is not empty where head does not merge; then there are no trees.
    `anchor` is the release that the policy pins, `ablation` whether changes are judged
    apart. `pool` and `whose` are those of a `Plan`.
    """

    base: Revision
    head: Revision
    policy: Policy
    policy_source: str
    ladder: tuple[Planned, ...]
    stage: Stage
    modes: tuple[Mode, ...]
    targeted: frozenset[str]
    narrowed: tuple[str, ...]
    trees: Trees | None = None
    conflicts: tuple[str, ...] = ()
    scratch_ref: str | None = None
    max_seeds: int | None = field(default=None)
    more: int = 0
    anchor: Revision | None = None
    ablation: bool = False
    pool: str = ""
    on_github: bool = False
    whose: str = ""


def compare(
    repository: SourceRepository, request: Request, parse: ParsePolicy
) -> Comparison:
    """Resolve revisions, read the base's policy, merge; `UserFault` on any fault."""
    base = repository.resolve(request.base or _guessed(repository, request))
    head, scratch_ref = _head(repository, request)
    policy, source = _policy(repository, base, head, request, parse)
    policy = app_policy(policy) if request.on_github else policy
    ladder, modes = asked_ladder(policy, request), asked_modes(policy, request)
    stages = training_stages(ladder)
    names = [mode.name for mode in modes]
    refuse(unsupported(policy, names, on_github=request.on_github))
    trees, conflicts = _merge(repository, base, head)
    return Comparison(
        base=base,
        head=head,
        policy=policy,
        policy_source=source,
        ladder=ladder,
        stage=stages[0],
        modes=modes,
        targeted=frozenset(request.targets),
        narrowed=left_out(policy, ladder, modes, request),
        trees=trees,
        conflicts=conflicts,
        scratch_ref=scratch_ref,
        max_seeds=asked_seeds(request),
        more=asked_more(stages, modes, request),
        anchor=pinned_release(repository, policy),
        ablation=ablates(policy) and request.ablation,
        pool=request.pool,
        on_github=request.on_github,
    )


@dataclass(frozen=True, slots=True)
class Alone:
    """The base by itself, for pilot runs; `trees.merged_tree` is no tree, but PILOT."""

    base: Revision
    policy: Policy
    stage: Stage
    modes: tuple[Mode, ...]
    trees: Trees


def baseline_alone(
    repository: SourceRepository, request: Request, parse: ParsePolicy
) -> Alone:
    """The base and its policy; there is no head, and nothing is merged.

    Refuses only what would change how the baseline is run.
    """
    base = repository.resolve(request.base or repository.default_base(None))
    policy, _ = _policy(repository, base, base, request, parse)
    stage, modes = (
        training_stages(asked_ladder(policy, request))[0],
        asked_modes(policy, request),
    )
    names = [mode.name for mode in modes]
    refuse([one for one in unsupported(policy, names) if _runs(one)])
    repository.require_plain(base.tree)
    trees = Trees(base.commit, base.tree, PILOT, str(repository.objects))
    return Alone(base, policy, stage, modes, trees)


def scanned_base(repository: SourceRepository, request: Request) -> str:
    """The name of the base to scan on.

    Nothing is judged: where no other branch is known, the scanned one may be the base.
    """
    if request.base:
        return request.base
    try:
        return repository.default_base(request.head)
    except UserFault:
        return repository.default_base(None)


def _runs(missing: Unsupported) -> bool:
    """Whether a feature would change how a baseline is run, or what it measures."""
    return missing.name.split(".")[-1] in ("environment", "network")


def _guessed(repository: SourceRepository, request: Request) -> str:
    """The base where none is named; of what is not committed no branch holds all.

    But where others may be elsewhere, the only one here is no base by a guess: the
    commits of a branch that was fetched alone would not be judged.
    """
    uncommitted = request.allow_dirty and _is_checked_out(repository, request.head)
    alone = uncommitted and repository.dirty() and not repository.has_remotes()
    return repository.default_base(None if alone else request.head)


def _is_checked_out(repository: SourceRepository, head: str) -> bool:
    return repository.resolve(head).commit == repository.resolve(_HEAD).commit


def _head(
    repository: SourceRepository, request: Request
) -> tuple[Revision, str | None]:
    """The commit to judge: never the working copy, unless it is committed first.

    Uncommitted work matters only where the judged commit is the one checked out.
    """
    head = _named(repository, repository.resolve(request.head))
    dirty = repository.dirty()
    if not dirty or head.commit != repository.resolve(_HEAD).commit:
        return head, None
    if request.allow_dirty:
        return repository.commit_dirty()
    shown = ", ".join(dirty[:5]) + (", ..." if len(dirty) > 5 else "")  # noqa: PLR2004
    problem = f"The working copy has changes that are not committed: {shown}."
    mend = (
        "Only commits are judged: commit or stash them (or list files that do not "
        "belong to the repository in .gitignore), or pass --allow-dirty to `seedgate "
        "local`, which commits them to a scratch ref and judges that."
    )
    raise UserFault(problem, mend)


def _named(repository: SourceRepository, head: Revision) -> Revision:
    """What is checked out, by the name of its branch, if that means nothing else."""
    if head.name != _HEAD:
        return head
    try:
        named = repository.resolve(repository.branch_name(_HEAD))
    except UserFault:  # a tag of that name
        return head
    return named if named.commit == head.commit else head


def _policy(
    repository: SourceRepository,
    base: Revision,
    head: Revision,
    request: Request,
    parse: ParsePolicy,
) -> tuple[Policy, str]:
    if request.policy_text is not None:
        return parse(request.policy_text, request.policy_source), request.policy_source
    source = f"{base.name}:{POLICY_PATH}"
    text = repository.read_file(base.commit, POLICY_PATH)
    if text is not None:
        return parse(text, source), source
    problem = f"The base {base.name} ({base.commit[:9]}) has no {POLICY_PATH}."
    on_head = repository.read_file(head.commit, POLICY_PATH) is not None
    mend = (
        f"The head {head.name} has one, but the policy of the base rules: merge it "
        f"first, or try it with --policy {POLICY_PATH}."
        if on_head
        else "`seedgate init` writes a first one; commit it to the base, or try a file "
        "with --policy FILE."
    )
    raise UserFault(problem, mend)


def _merge(
    repository: SourceRepository, base: Revision, head: Revision
) -> tuple[Trees | None, tuple[str, ...]]:
    match repository.merge(base.commit, head.commit):
        case Conflicted(files):
            return None, files
        case Unrelated():
            raise UserFault(
                "The two revisions have no history in common, so they cannot be "
                "merged.",
                "Name another base with --base.",
            )
        case Merged(tree):
            repository.require_plain(base.tree)
            repository.require_plain(tree)
            objects = str(repository.objects)
            trees = Trees(base.commit, base.tree, tree, objects, head.commit)
            return trees, ()
