"""What a request asks of a policy: rungs, modes and seeds, and what it leaves out.

Everything that the policy does not have is refused by name.
"""

from dataclasses import dataclass
from pathlib import PurePath

from bot.domain.errors import UserFault
from bot.domain.ladder import Planned, RungKind, ladder_of
from bot.domain.policy import Gate, Mode, Policy, Role, Stage, StageKind

MOST_MORE = 200
FEWEST_SEEDS = 4
"""A paired t test on fewer complete pairs is not made (statistics page)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller asked for. Empty and None mean: as the policy says.

    `policy_text` is the content of a policy file that was named on the command line,
    `policy_source` its name. `more` are seeds per arm past the policy's last look.
    `stage` runs alone; `labels` add the stages that wait for them. `pool` names the
    branch whose seeds are used, where this one was split off it (`Plan.pool`).
    `outputs` are files that the caller has written: no work that is not committed.
    `on_github` says that a pull request is judged: nothing of the policy is refused
    that has a meaning there alone, its file is protected, and what defines the metrics
    anew has to be accepted.
    """

    base: str | None = None
    head: str = "HEAD"
    policy_text: bytes | None = None
    policy_source: str = ""
    modes: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    stage: str | None = None
    labels: tuple[str, ...] = ()
    max_seeds: int | None = None
    ablation: bool = True
    allow_dirty: bool = False
    more: int = 0
    pool: str = ""
    outputs: tuple[PurePath, ...] = ()
    on_github: bool = False


def ablates(policy: Policy) -> bool:
    """Whether the policy has changes judged apart: its section asks for it."""
    return "ablation" in policy.given and policy.ablation.when != "never"


def fingerprints(policy: Policy) -> bool:
    """Whether the policy has modes fingerprinted: its section asks for it."""
    return "invasive" in policy.given


def asked_ladder(policy: Policy, request: Request) -> tuple[Planned, ...]:
    """The rungs to climb; at least one of them trains."""
    alone = None if request.stage is None else _asked(policy, request.stage)
    if alone is not None and request.labels:
        problem = "--stage runs one stage alone, and --label adds one to the ladder."
        raise UserFault(problem, "Leave one of them out.")
    _require_labels(policy, request.labels)
    ladder = ladder_of(
        policy,
        alone=alone,
        labels=request.labels,
        fingerprints=fingerprints(policy) or bool(request.targets),
    )
    if not training_stages(ladder):
        problem = "No training stage of the policy runs unasked."
        raise UserFault(problem, f"Pass --stage {'|'.join(_training(policy))}.")
    return ladder


def _asked(policy: Policy, name: str) -> Stage:
    """The training stage of that name."""
    stage = policy.stage(name)
    if stage is None:
        names = ", ".join(one.name for one in policy.stages)
        raise UserFault(f"There is no stage `{name}`.", f"Stages: {names}.")
    if stage.kind is not StageKind.TRAINING:
        problem = f"The stage `{stage.name}` trains nothing that could be judged."
        raise UserFault(problem, f"Name one of: {', '.join(_training(policy))}.")
    return stage


def _require_labels(policy: Policy, labels: tuple[str, ...]) -> None:
    known = [stage.label for stage in policy.stages if stage.label is not None]
    for label in labels:
        if label not in known:
            problem = f"No stage waits for the label `{label}`."
            listed = f"Labels: {', '.join(known)}." if known else "Leave --label out."
            raise UserFault(problem, listed)


def _training(policy: Policy) -> list[str]:
    return [one.name for one in _trained(policy)]


def _trained(policy: Policy) -> list[Stage]:
    return [one for one in policy.stages if one.kind is StageKind.TRAINING]


def training_stages(ladder: tuple[Planned, ...]) -> tuple[Stage, ...]:
    """The stages of a ladder that train, in the order in which they are climbed."""
    return tuple(one.stage for one in ladder if one.stage and _trains(one))


def _trains(rung: Planned) -> bool:
    return rung.kind is RungKind.TRAINING


def begins_with(policy: Policy) -> Stage:
    """The training stage by which the whole plan is known, whatever is climbed of it.

    It is the first that runs unasked, though a label may add one before it; where each
    waits to be asked for, the first of them.
    """
    trained = _trained(policy)
    return next((one for one in trained if one.planned), trained[0])


def may_begin(policy: Policy) -> tuple[Stage, ...]:
    """The training stages of which each is the first where the right labels are set."""
    first, trained = begins_with(policy), _trained(policy)
    if not first.planned:
        return tuple(trained)
    before = trained[: trained.index(first)]
    return (*(one for one in before if one.when is Gate.LABEL), first)


def asked_modes(policy: Policy, request: Request) -> tuple[Mode, ...]:
    """The modes to judge."""
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


def asked_seeds(request: Request) -> int | None:
    """The most seeds of an arm, None where the policy says how many."""
    if request.max_seeds is not None and request.max_seeds < FEWEST_SEEDS:
        problem = f"--max-seeds {request.max_seeds} is too few to test anything."
        raise UserFault(problem, f"Give {FEWEST_SEEDS} or more.")
    return request.max_seeds


def asked_more(
    stages: tuple[Stage, ...], modes: tuple[Mode, ...], request: Request
) -> int:
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
    for stage in stages if request.more else ():
        if _cut(stage, request):
            last = stage.looks[-1]
            problem = f"--more adds seeds past the last look, at {last} seeds."
            raise UserFault(problem, "Leave out --max-seeds, or --more.")
    return request.more


def _cut(stage: Stage, request: Request) -> bool:
    """Whether the caller asked for fewer seeds than the stage plans."""
    return request.max_seeds is not None and request.max_seeds < stage.looks[-1]


def left_out(
    policy: Policy,
    ladder: tuple[Planned, ...],
    modes: tuple[Mode, ...],
    request: Request,
) -> tuple[str, ...]:
    """What the policy plans and the caller left out, in words for the report."""
    kept = {mode.name for mode in modes}
    climbed = {one.name for one in ladder if one.stage is not None}
    prints = any(one.kind is RungKind.FINGERPRINT for one in ladder)
    out = [f"mode {one.name}" for one in policy.modes if one.name not in kept]
    out += [
        f"stage {one.name}"
        for one in policy.stages
        if one.name not in climbed and one.planned
    ]
    out += _seeds_left_out(training_stages(ladder), request)
    if ablates(policy) and not request.ablation:
        out.append("ablation")
    if fingerprints(policy) and not prints:
        out.append("fingerprints")
    return tuple(out)


def _seeds_left_out(stages: tuple[Stage, ...], request: Request) -> list[str]:
    most = request.max_seeds or 0
    where = [f" of {one.name}" if len(stages) > 1 else "" for one in stages]
    return [
        f"{_seeds(most + 1, stage.looks[-1])}{place}"
        for stage, place in zip(stages, where, strict=True)
        if _cut(stage, request)
    ]


def _seeds(first: int, last: int) -> str:
    return f"seed {last}" if first == last else f"seeds {first} to {last}"
