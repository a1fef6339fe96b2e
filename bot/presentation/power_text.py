"""What a plan can see, in words and tables: `seedgate power` and `seedgate check`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from bot.domain.policy import Role
from bot.presentation.numbers import number, percent
from bot.presentation.policy_text import Row, Section
from bot.presentation.words.power import failing_price

if TYPE_CHECKING:
    from bot.domain.policing import Prospect
    from bot.domain.stats.futility_planning import Saving
    from bot.domain.stats.power import Operating

GOOD_PASS = 0.9


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """What `power` shows. `tolerance` and `detectable` are in units of the metric.

    `z`, `p` and `detectable` go with `looks`; `operating` and `savings` count effects
    in tolerances. `policeable` is the smallest tolerance that 90 % of branches without
    effect pass, where the given one is smaller.
    """

    role: Role
    tolerance: float
    looks: tuple[int, ...]
    z: tuple[float, ...]
    p: tuple[float, ...]
    detectable: tuple[float, ...]
    operating: tuple["Operating", ...]
    savings: tuple["Saving", ...] = ()
    policeable: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A title, headings and rows of cells, all as they are printed."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def power_document(plan: PowerPlan) -> dict[str, object]:
    """The JSON of the command-line contract."""
    pairs = zip(plan.looks, plan.detectable, strict=True)
    return {
        "boundaries": {"n": list(plan.looks), "z": list(plan.z), "p": list(plan.p)},
        "detectable": {str(n): effect for n, effect in pairs},
        "operating": [
            {
                "d": one.d * plan.tolerance,
                "pass": one.passed,
                "block": one.blocked,
                "undecided": one.undecided,
                "trials": one.trials,
            }
            for one in plan.operating
        ],
        "futility": [
            {
                "d": one.d * plan.tolerance,
                "stopped": one.stopped,
                "decided": one.decided,
                "trials_saved": one.trials,
            }
            for one in plan.savings
        ],
        "role": str(plan.role),
    }


def power_tables(plan: PowerPlan) -> tuple[Table, ...]:
    """Looks, verdicts by true effect, and what stopping for futility would save."""
    return tuple(one for one in (_looks(plan), _verdicts(plan), _futility(plan)) if one)


def _looks(plan: PowerPlan) -> Table:
    headings = ("seeds per arm", "z", "one-sided p", "detectable (80 % power)")
    rows = zip(plan.looks, plan.z, plan.p, plan.detectable, strict=True)
    shown = tuple((str(n), f"{z:.4f}", f"{p:.3g}", f"{e:.4g}") for n, z, p, e in rows)
    return Table("Looks", headings, shown)


def _verdicts(plan: PowerPlan) -> Table:
    headings = ("true effect", "in tolerances", "pass", "block", "undecided", "trials")
    rows = tuple(
        (
            f"{one.d * plan.tolerance:+.4g}",
            f"{one.d:+.1f}",
            *(f"{share:.1%}" for share in (one.passed, one.blocked, one.undecided)),
            f"{one.trials:.1f}",
        )
        for one in plan.operating
    )
    return Table(f"What would happen ({_measured(plan.role)})", headings, rows)


def _measured(role: Role) -> str:
    match role:
        case Role.IMPROVE:
            return "+ is more than the margin"
        case Role.TARGET:
            return "+ is on the right side of the target"
        case Role.PRIMARY | Role.GUARDRAIL | Role.LIMIT | Role.REPORT:
            return "+ is better"
        case _:
            assert_never(role)


def _futility(plan: PowerPlan) -> Table | None:
    if not plan.savings:
        return None
    headings = ("true effect", "stopped", "would have decided", "trials saved")
    rows = tuple(
        (
            f"{one.d * plan.tolerance:+.4g}",
            f"{one.stopped:.1%}",
            f"{one.decided:.1%}",
            f"{one.trials:.2f}",
        )
        for one in plan.savings
    )
    return Table("If evaluations stopped for futility (off by default)", headings, rows)


def power_summary(plan: PowerPlan) -> str:
    """The plan in one or two sentences."""
    clean, slips = _at(plan, 0.0), _at(plan, -1.0)
    match plan.role:
        case Role.GUARDRAIL:
            return (
                f"If every look is made, a branch without effect is blocked "
                f"{clean.blocked:.1%} of the time, and one that is worse by just the "
                f"tolerance {slips.blocked:.1%}."
            )
        case Role.IMPROVE | Role.TARGET:
            where = "the margin" if plan.role is Role.IMPROVE else "the target"
            return (
                f"A branch that only just meets {where} is let through "
                f"{clean.passed:.1%} of the time; one that is beyond it by the given "
                f"amount {_at(plan, 1.0).passed:.1%}."
            )
        case _:
            return _primary(plan, clean, slips)


def _at(plan: PowerPlan, effect: float) -> "Operating":
    return next(one for one in plan.operating if one.d == effect)


def _primary(plan: PowerPlan, clean: "Operating", slips: "Operating") -> str:
    said = (
        f"A branch without effect passes {clean.passed:.1%} of the time, after "
        f"{clean.trials:.1f} trials of both arms; a loss of the whole tolerance slips "
        f"through {slips.passed:.1%} of the time."
    )
    if plan.policeable is None:
        return said
    return (
        f"{said}\nThe tolerance is small for these looks: {GOOD_PASS:.0%} of branches "
        f"without effect pass from {plan.policeable:.3g} on. Widen it or add seeds."
    )


def prospects_section(prospects: Mapping[str, "Prospect"]) -> Section:
    """The section of `check` about a branch that changes nothing, a row a name."""
    title = "A branch that changes nothing (simulated)"
    rows = (_prospect(name, one) for name, one in prospects.items())
    return Section(title, tuple(rows))


def _prospect(name: str, one: "Prospect") -> Row:
    ends = one.ends
    text = (
        f"is stopped with {percent(ends.stopped)} probability (blocked "
        f"{percent(ends.blocked)}, undecided {percent(ends.undecided)}), after "
        f"{number(round(ends.trials, 1))} trials on average"
    )
    assumed = f"assumed: {one.assumed}" if one.assumed else ""
    price = failing_price(one.failing, one.sound.stopped)
    return Row(name, text, tuple(filter(None, (price, assumed))))
