"""What a policy promises: how often each of its rules errs, in words."""

from collections.abc import Iterator, Sequence

from bot.domain.policy import Metric, Mode, Policy, Role
from bot.presentation import policy_words
from bot.presentation.numbers import counted, number, percent, some
from bot.presentation.policy_rows import Row

_COMPARED = (Role.PRIMARY, Role.GUARDRAIL, Role.IMPROVE)
_MOST_NAMES = 4


def error_rates(policy: Policy) -> tuple[Row, ...]:
    """A row for each promise that this policy makes, and how it is kept."""
    roles = {metric.role for mode in policy.modes for metric in mode.metrics}
    return (
        *_primary(policy),
        *_guardrails(policy),
        *_improvements(policy),
        *_targets(policy),
        *_failures(policy, roles),
        *_changes(policy),
        *_attempts(policy),
        Row("spending", policy_words.spending(policy.decision.spending)),
    )


def _of(mode: Mode, role: Role) -> tuple[Metric, ...]:
    return tuple(one for one in mode.metrics if one.role is role)


def _primary(policy: Policy) -> Iterator[Row]:
    alpha = percent(policy.decision.alpha)
    most = max(len(_of(mode, Role.PRIMARY)) for mode in policy.modes)
    if not most:
        return
    several = most > 1
    yield Row(
        "false pass",
        f"at most {alpha} for a branch worse by the whole tolerance",
        ("all primary metrics of a mode must pass: more of them never raise it",)
        if several
        else (),
    )
    yield Row(
        "false block",
        f"at most {alpha} for a branch that is not worse at all",
        (f"over up to {most} primary metrics of a mode together (Holm)",)
        if several
        else (),
    )


def _guardrails(policy: Policy) -> Iterator[Row]:
    families = [(mode.name, _family(mode)) for mode in policy.modes]
    sizes = [f"{size} in {name}" for name, size in families if size]
    if not sizes:
        return
    yield Row(
        "false alarm",
        f"at most {percent(policy.decision.alpha)} that any guardrail or slice of a "
        "mode blocks a branch that keeps all of their tolerances",
        (f"they share it (Holm): {some(sizes, _MOST_NAMES)}",),
    )


def _family(mode: Mode) -> int:
    """Guardrails and slices of a mode, which are tested together."""
    slices = sum(len(one.slices) for one in mode.metrics if one.role in _COMPARED)
    return len(_of(mode, Role.GUARDRAIL)) + slices


def _improvements(policy: Policy) -> Iterator[Row]:
    found = [one for mode in policy.modes for one in _of(mode, Role.IMPROVE)]
    usual = policy.decision.improvement_alpha
    for alpha, names in _by_alpha(found, usual):
        yield Row(
            "false gain",
            f"at most {percent(alpha)} to pass without the gain that is asked for",
            (f"{names}; the same to be blocked with that gain",),
        )
    if any(len(_of(mode, Role.IMPROVE)) > 1 for mode in policy.modes):
        yield Row(
            "several gains",
            "asked for in the order of the file: each waits until the one before it "
            "is shown, so none of them costs another any error rate",
        )


def _targets(policy: Policy) -> Iterator[Row]:
    found = [one for mode in policy.modes for one in _of(mode, Role.TARGET)]
    for alpha, names in _by_alpha(found, policy.decision.alpha):
        yield Row(
            "false target",
            f"at most {percent(alpha)} to pass with a mean on the wrong side",
            (f"{names}; the same to be blocked with a mean on the right side",),
        )


def _by_alpha(found: Sequence[Metric], usual: float) -> Iterator[tuple[float, str]]:
    """(alpha, names of the metrics that are tested at it), in file order."""
    alphas = [(one.alpha or usual, one.name) for one in found]
    for alpha in dict.fromkeys(one for one, _ in alphas):
        names = dict.fromkeys(name for one, name in alphas if one == alpha)
        yield alpha, some(list(names), _MOST_NAMES)


def _failures(policy: Policy, roles: set[Role]) -> Iterator[Row]:
    if roles.intersection(_COMPARED):
        yield Row(
            "false failures",
            f"at most {percent(policy.decision.alpha)} to block a branch whose trials "
            "fail no more often",
        )


def _changes(policy: Policy) -> Iterator[Row]:
    if "ablation" in policy.given and policy.ablation.when != "never":
        yield Row(
            "false suspicion",
            f"at most {percent(policy.decision.alpha)} to hold any harmless change of "
            "a branch for a harmful one, over all of them together (Holm)",
        )


def _attempts(policy: Policy) -> Iterator[Row]:
    attempts = policy.decision.attempts
    if attempts:
        tries = counted(attempts, "evaluation")
        yield Row(
            "attempts",
            f"{tries} of a branch at most; these rates hold over all of them, so each "
            f"uses 1/{attempts} of them",
        )


def slow_losses(policy: Policy) -> tuple[Row, ...]:
    """What becomes of losses that are tolerated one by one; nothing without an anchor.

    A branch may then be worse than the anchor by the budget and one tolerance more, by
    two at least.
    """
    if policy.anchor is None:
        return ()
    budget = policy.tolerance_budget or 1.0
    allowed = max(2.0, budget + 1.0)
    return (
        Row("anchor", f"{policy.anchor}: what is tolerated since then is added up"),
        Row(
            "tolerance_budget",
            f"{_tolerances(budget)} of each primary metric; once it is spent, every "
            "branch must also be shown not worse than the anchor by more than "
            f"{_tolerances(allowed)}",
            ("the anchor is a third arm of trials then",),
        ),
    )


def _tolerances(amount: float) -> str:
    return f"{number(amount)} tolerance{'' if amount == 1.0 else 's'}"
