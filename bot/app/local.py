"""The first half of `seedgate local`: a request and a repository give what to judge.

Everything that can be refused is refused here, before anything is spent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.app.pinned import pinned_release
from bot.app.ports import Conflicted, Merged, Revision, SourceRepository
from bot.app.refusals import refuse
from bot.domain.errors import UserFault
from bot.domain.plan import Trees
from bot.domain.policy import (
    Mode,
    Policy,
    Role,
    Stage,
    StageKind,
    Unsupported,
    unsupported,
)

POLICY_PATH = ".github/seedgate.yml"
MOST_MORE = 200
FEWEST_SEEDS = 4
"""A paired t test on fewer complete pairs is not made (statistics page)."""

PILOT = "pilot"
"""The pool of seeds that pilot runs have for themselves, in place of a merged tree."""

ParsePolicy = Callable[[bytes, str], Policy]


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller asked for. Empty and None mean: as the policy says.

    `policy_text` is the content of a policy file that was named on the command line,
    `policy_source` its name. `more` are seeds per arm past the policy's last look.
    """

    base: str | None = None
    head: str = "HEAD"
    policy_text: bytes | None = None
    policy_source: str = ""
    modes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    stage: str | None = None
    max_seeds: int | None = None
    ablation: bool = True
    allow_dirty: bool = False
    more: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared, by which rule: all that a plan needs but the machine.

    `conflicts` is not empty where head does not merge; then there are no trees.
    `anchor` is the release that the policy pins.
    """

    base: Revision
    head: Revision
    policy: Policy
    policy_source: str
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


def compare(
    repository: SourceRepository, request: Request, parse: ParsePolicy
) -> Comparison:
    """Resolve revisions, read the base's policy, merge; `UserFault` on any fault."""
    base = repository.resolve(request.base or repository.default_base())
    head, scratch_ref = _head(repository, request)
    policy, source = _policy(repository, base, head, request, parse)
    stage = _stage(policy, request)
    modes = _modes(policy, request)
    _require_supported(policy, stage, modes, request)
    trees, conflicts = _merge(repository, base, head)
    return Comparison(
        base=base,
        head=head,
        policy=policy,
        policy_source=source,
        stage=stage,
        modes=modes,
        targeted=frozenset(request.targets),
        narrowed=_narrowed(policy, stage, modes, request),
        trees=trees,
        conflicts=conflicts,
        scratch_ref=scratch_ref,
        max_seeds=_max_seeds(request),
        more=_more(stage, modes, request),
        anchor=pinned_release(repository, policy),
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
    base = repository.resolve(request.base or repository.default_base())
    policy, _ = _policy(repository, base, base, request, parse)
    stage, modes = _stage(policy, request), _modes(policy, request)
    names = [mode.name for mode in modes]
    refuse([one for one in unsupported(policy, stage.name, names) if _runs(one)])
    repository.require_plain(base.tree)
    trees = Trees(base.commit, base.tree, PILOT, str(repository.objects))
    return Alone(base, policy, stage, modes, trees)


def _runs(missing: Unsupported) -> bool:
    """Whether a feature would change how a baseline is run, or what it measures."""
    parts = missing.name.split(".")
    return parts[0] == "evaluation" or parts[-1] in ("environment", "network")


def _head(
    repository: SourceRepository, request: Request
) -> tuple[Revision, str | None]:
    """The commit to judge: never the working copy, unless it is committed first.

    Uncommitted work matters only where the judged commit is the one checked out.
    """
    head = repository.resolve(request.head)
    dirty = repository.dirty()
    if not dirty or head.commit != repository.resolve("HEAD").commit:
        return head, None
    if request.allow_dirty:
        return repository.commit_dirty()
    shown = ", ".join(dirty[:5]) + (", ..." if len(dirty) > 5 else "")  # noqa: PLR2004
    problem = f"The working copy has changes that are not committed: {shown}."
    mend = (
        "Only commits are judged: commit or stash them (or list files that do not "
        "belong to the repository in .gitignore), or pass --allow-dirty, which commits "
        "them to a scratch ref and judges that."
    )
    raise UserFault(problem, mend)


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


def _stage(policy: Policy, request: Request) -> Stage:
    if request.stage is not None:
        stage = policy.stage(request.stage)
        if stage is None:
            names = ", ".join(one.name for one in policy.stages)
            raise UserFault(
                f"There is no stage `{request.stage}`.", f"Stages: {names}."
            )
        if stage.kind is not StageKind.TRAINING:
            problem = f"The stage `{stage.name}` trains nothing that could be judged."
            raise UserFault(problem, f"Name one of: {', '.join(_training(policy))}.")
        return stage
    planned = [one for one in policy.stages if _trains(one) and one.planned]
    if not planned:
        problem = "No training stage of the policy runs unasked."
        raise UserFault(problem, f"Pass --stage {'|'.join(_training(policy))}.")
    return planned[0]


def _trains(stage: Stage) -> bool:
    return stage.kind is StageKind.TRAINING


def _training(policy: Policy) -> list[str]:
    return [stage.name for stage in policy.stages if _trains(stage)]


def _modes(policy: Policy, request: Request) -> tuple[Mode, ...]:
    for name in (*request.modes, *request.targets):
        if policy.mode(name) is None:
            names = ", ".join(mode.name for mode in policy.modes)
            raise UserFault(f"There is no mode `{name}`.", f"Modes: {names}.")
    if not request.modes:
        return policy.modes
    chosen = tuple(mode for mode in policy.modes if mode.name in request.modes)
    for name in request.targets:
        if name not in request.modes:
            problem = f"The target `{name}` is not among the modes to judge."
            raise UserFault(problem, f"Add it to --mode, or leave out --target {name}.")
    return chosen


def _max_seeds(request: Request) -> int | None:
    if request.max_seeds is not None and request.max_seeds < FEWEST_SEEDS:
        problem = f"--max-seeds {request.max_seeds} is too few to test anything."
        raise UserFault(problem, f"Give {FEWEST_SEEDS} or more.")
    return request.max_seeds


def _more(stage: Stage, modes: tuple[Mode, ...], request: Request) -> int:
    """Seeds past the last look: only where they could decide something there."""
    if request.more < 0:
        raise UserFault(f"--more {request.more} is negative.", "Give 0 or more.")
    if request.more > MOST_MORE:
        problem = f"--more {request.more} is more than anybody should wait for."
        raise UserFault(problem, f"Give {MOST_MORE} at most; it can be given again.")
    roles = {metric.role for mode in modes for metric in mode.metrics}
    if request.more and Role.PRIMARY not in roles:
        problem = "--more can decide nothing here: no metric is primary."
        mend = "Only primary metrics have e-values; plan more `seeds` in the policy."
        raise UserFault(problem, mend)
    cut = request.max_seeds is not None and request.max_seeds < stage.looks[-1]
    if request.more and cut:
        problem = f"--more adds seeds past the last look, at {stage.looks[-1]} seeds."
        raise UserFault(problem, "Leave out --max-seeds, or --more.")
    return request.more


def _require_supported(
    policy: Policy, stage: Stage, modes: tuple[Mode, ...], request: Request
) -> None:
    names = [mode.name for mode in modes]
    missing = [
        one
        for one in unsupported(policy, request.stage and stage.name, names)
        if one.name != "ablation" or request.ablation
    ]
    refuse(missing)


def _narrowed(
    policy: Policy, stage: Stage, modes: tuple[Mode, ...], request: Request
) -> tuple[str, ...]:
    """What the policy plans and the caller left out, in words for the report."""
    kept = {mode.name for mode in modes}
    out = [f"mode {one.name}" for one in policy.modes if one.name not in kept]
    out += [
        f"stage {one.name}"
        for one in policy.stages
        if one.name != stage.name and one.planned
    ]
    if request.max_seeds is not None and request.max_seeds < stage.looks[-1]:
        out.append(f"seeds {request.max_seeds + 1} to {stage.looks[-1]}")
    if "ablation" in policy.given and not request.ablation:
        out.append("ablation")
    return tuple(out)


def _merge(
    repository: SourceRepository, base: Revision, head: Revision
) -> tuple[Trees | None, tuple[str, ...]]:
    match repository.merge(base.commit, head.commit):
        case Conflicted(files):
            return None, files
        case Merged(tree):
            repository.require_plain(base.tree)
            repository.require_plain(tree)
            trees = Trees(base.commit, base.tree, tree, str(repository.objects))
            return trees, ()
