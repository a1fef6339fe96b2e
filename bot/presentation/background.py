"""What stands behind the numbers: provenance, cost, and how to read them."""

from collections.abc import Iterator

from bot.domain.policy import Role
from bot.domain.verdict import Cost, ModeVerdict, Provenance, Reason, Report
from bot.presentation import numbers

HOW_TO_READ = (
    "One trial is one whole training run. Branch and baseline ran the same seeds on "
    "the same machine, side by side.",
    "The effect is oriented: positive is better, whichever way the metric points.",
    "A metric passes when a loss beyond its tolerance is ruled out, and blocks when "
    "a loss is shown; while neither is shown, seeds are added until the last look.",
    "The interval is a repeated confidence interval: it holds although the numbers "
    "were looked at several times, and it comes from the same test as the verdict.",
    "The estimate after early stopping is biased; the interval is what is proven.",
    "A failed trial is an outcome and is shown as one; nothing is averaged around it.",
    "Self-reported numbers were printed or written by the code that was judged; "
    "Seedgate read them and cannot vouch for them.",
)

_GUARDRAILS = (
    "A guardrail or a slice blocks only when a loss beyond its tolerance is shown; "
    "where none is shown it passes. Many of them share one error rate, so that more of "
    "them mean no more false alarms."
)
_IMPROVEMENTS = (
    "A metric that has to get better passes when the gain that is asked for is shown, "
    "and blocks when it is ruled out."
)
_CHANGES = (
    "A change is judged by the whole branch against the branch without it: a loss "
    "there is one that the rest of the branch hides."
)
_KEPT = (Role.GUARDRAIL, Role.REPORT)
_ODDS = (
    "Evidence of 31 to 1 means that a fair bet against the opposite would have "
    "multiplied its stake by 31. It holds at any number of seeds."
)


def how_to_read(report: Report) -> tuple[str, ...]:
    """What a reader of this report has to know, and no more."""
    return (*HOW_TO_READ, *_also(report))


def _also(report: Report) -> Iterator[str]:
    metrics = [one for mode in report.verdict.modes for one in mode.metrics]
    if any(one.role is Role.GUARDRAIL or one.slice_of for one in metrics):
        yield _GUARDRAILS
    if any(one.role is Role.IMPROVE for one in metrics):
        yield _IMPROVEMENTS
    if report.verdict.changes:
        yield _CHANGES
    if any(one.e_ni is not None or one.e_harm is not None for one in metrics):
        yield _ODDS


def provenance_rows(provenance: Provenance) -> tuple[tuple[str, str], ...]:
    """(what, value) for everything that is known."""
    rows = (
        ("Repository", provenance.repository),
        ("Base", _revision(provenance.base_revision, provenance.base_commit)),
        ("Head", _revision(provenance.head_revision, provenance.head_commit)),
        ("Tree of the baseline", provenance.base_tree),
        ("Tree that would land", provenance.merged_tree),
        ("Scratch ref", provenance.scratch_ref or ""),
        ("Policy", provenance.policy_source),
        ("Policy SHA-256", provenance.policy_sha256),
        ("Machine", provenance.node),
        ("Hardware class", provenance.hardware_class),
        ("Environment", provenance.environment_summary),
        ("Environment hash", provenance.environment_hash),
        ("Sandbox", provenance.sandbox),
        ("Seedgate", provenance.seedgate_version),
    )
    return tuple((what, value) for what, value in rows if value)


def _revision(name: str, commit: str) -> str:
    return f"{name} ({commit})" if name and commit and name != commit else commit


def cost_rows(cost: Cost) -> tuple[tuple[str, str], ...]:
    """(what, amount); GPU time only where some was used."""
    rows = [
        ("Trials run", str(cost.trials_run)),
        ("Trials reused", str(cost.trials_reused)),
        ("Trials cancelled", str(cost.trials_cancelled)),
        ("Elapsed", numbers.duration(cost.elapsed_s)),
        ("CPU hours", numbers.number(round(cost.cpu_hours, 4))),
    ]
    if cost.gpu_hours:
        rows.append(("GPU hours", numbers.number(round(cost.gpu_hours, 4))))
    return tuple(rows)


def cost_line(cost: Cost) -> str:
    """The cost in one line."""
    if not (cost.trials_run or cost.trials_reused or cost.trials_cancelled):
        return "nothing was run"
    run = numbers.counted(cost.trials_run, "trial")
    parts = [f"{run} run", f"{cost.trials_reused} reused"]
    if cost.trials_cancelled:
        parts.append(f"{cost.trials_cancelled} cancelled")
    parts.append(numbers.duration(cost.elapsed_s))
    parts.append(f"{numbers.number(round(cost.cpu_hours, 4))} CPU hours")
    if cost.gpu_hours:
        parts.append(f"{numbers.number(round(cost.gpu_hours, 4))} GPU hours")
    return ", ".join(parts)


def looks_line(mode: ModeVerdict) -> str:
    """`judged at 6 seeds per arm; planned looks 4 to 20`."""
    if not mode.looks:
        return f"judged at {mode.look} seeds per arm" if mode.look else "not judged"
    first, last = mode.looks[0], _last_planned(mode)
    plan = _added(mode) or f"looks planned from {first} to {last}"
    if first == last:
        plan = "the only look planned" if mode.look else f"one look planned at {last}"
    if last < mode.looks[-1]:
        plan += "; seeds past it were not run, as they could not make it pass"
    if not mode.look:
        return f"not judged yet, {plan}"
    return f"judged at {numbers.counted(mode.look, 'seed')} per arm, {plan}"


def _last_planned(mode: ModeVerdict) -> int:
    """The last look; before those that were asked for and could have helped nothing.

    A primary metric is left open at the last look of the plan, and has e-values beyond.
    """
    ended = [
        one.look
        for one in mode.metrics
        if one.role is Role.PRIMARY and one.reason is Reason.NOT_SHOWN
    ]
    if not (mode.decided and ended) or _weighed(mode):
        return mode.looks[-1]
    return min(max(ended), mode.looks[-1])


def _weighed(mode: ModeVerdict) -> bool:
    """Whether there are e-values, which only seeds past the plan have."""
    return any(one.e_ni is not None for one in mode.metrics)


def _added(mode: ModeVerdict) -> str:
    """The plan of a mode whose seeds went past it; empty where they did not.

    E-values tell that they did. What is not judged by them stays as the last planned
    look left it, and so tells where that was.
    """
    if not _weighed(mode) or mode.look > mode.looks[-1]:
        return ""
    first = mode.looks[0]
    kept = [one.look for one in mode.metrics if one.role in _KEPT]
    if not kept:
        plan = f"from {first} on"
    elif max(kept) == first:
        plan = f"at {first}"
    else:
        plan = f"from {first} to {max(kept)}"
    return f"looks planned {plan}, seeds added up to {mode.looks[-1]}"
