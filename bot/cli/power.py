"""`seedgate power`: boundaries, detectable effects and error rates of a plan."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

from typer import Option

from bot.cli.power_checks import check_simulation, check_sizes, looks_of, role_of
from bot.domain.policy import Decision, Role

if TYPE_CHECKING:
    from rich.table import Table as RichTable

    from bot.domain.stats.power import Design, Paths
    from bot.presentation.power_text import PowerPlan, Table

EFFECTS = (0.5, 0.0, -0.5, -1.0, -1.5)  # true effects, in tolerances
GAINS = (1.5, 1.0, 0.5, 0.0, -0.5, -1.0)  # where a role faces a number
_HOPELESS_AT = (0.0, -1.0)  # effects at which stopping for futility is shown


class Sizes(NamedTuple):
    """SD and tolerance, in units of the metric, and same-seed correlation."""

    sd: float
    tolerance: float
    correlation: float


def power(
    sd: Annotated[float, Option(help="SD of the metric over seeds, per run.")],
    tolerance: Annotated[
        float,
        Option(
            help="Tolerated loss, in units of the metric; for improve and target the "
            "distance from the margin or target that matters."
        ),
    ],
    looks: Annotated[
        str | None,
        Option(
            help="Seeds per arm at each look, such as 5,10,15,20.  [default: 4..20]"
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        Option(help="One-sided error rate.  [default: 0.05; improve: 0.025]"),
    ] = None,
    spending: Annotated[
        str | None,
        Option(
            help="pocock, obf, kd:RHO or hsd:GAMMA.  [default: hsd:3; improve: hsd:2]"
        ),
    ] = None,
    paired: Annotated[
        bool, Option("--paired/--welch", help="Test same-seed pairs, or two samples.")
    ] = True,
    correlation: Annotated[
        float, Option(help="Correlation of same-seed runs of both arms.")
    ] = 0.0,
    role: Annotated[
        str,
        Option(
            metavar="ROLE",
            help="What the metric is for: primary, guardrail, improve or target.",
        ),
    ] = "primary",
    repetitions: Annotated[int, Option(help="Simulated evaluations.")] = 20_000,
    seed: Annotated[int, Option(help="Seed of the simulation.")] = 1,
    json: Annotated[
        Path | None, Option(help="Write the plan as JSON to this file (- is stdout).")
    ] = None,
) -> None:
    """Show what a plan can see before anything is trained.

    Boundaries of each look, the smallest effect that it shows with 80 % power, and how
    often branches of known effect pass, are blocked or stay undecided.
    """
    asked = role_of(role)
    error = _alpha(asked) if alpha is None else alpha
    check_sizes(sd, tolerance, error, correlation)
    check_simulation(repetitions, seed)
    design = _design(asked, looks_of(looks, asked), (error, spending), paired=paired)
    sizes = Sizes(sd, tolerance, _seen(asked, correlation))
    _show(_plan(asked, design, sizes, (repetitions, seed)), json)


def _alpha(role: Role) -> float:
    rates = Decision()
    return rates.improvement_alpha if role is Role.IMPROVE else rates.alpha


def _seen(role: Role, correlation: float) -> float:
    """A target has one arm: its runs vary as differences of pairs do at 1/2."""
    return 0.5 if role is Role.TARGET else correlation


def _design(
    role: Role,
    looks: tuple[int, ...],
    rule: tuple[float, str | None],
    *,
    paired: bool,
) -> "Design":
    """The design of a role: tests that face a number spend what a search finds."""
    from bot.domain.stats.choice import Test
    from bot.domain.stats.power import Design
    from bot.domain.stats.spending import spending_of
    from bot.domain.stats.spent import spent_alpha

    alpha, name = rule
    spending = spending_of(name or ("hsd:2" if role is Role.IMPROVE else "hsd:3"))
    paired = paired or role is Role.TARGET
    if role in (Role.IMPROVE, Role.TARGET):
        test = Test.PAIRED if paired else Test.WELCH
        alpha = spent_alpha(looks, alpha, spending, test=test)
    return Design(looks, alpha, spending, paired)


def _plan(
    role: Role, design: "Design", sizes: Sizes, simulation: tuple[int, int]
) -> "PowerPlan":
    from bot.domain.stats.boundaries import boundaries, levels
    from bot.domain.stats.power import outcome, simulate
    from bot.presentation.power_text import PowerPlan

    looks, ratio = design.looks, sizes.tolerance / sizes.sd
    information = tuple(n / looks[-1] for n in looks)
    p = levels(looks, design.alpha, design.spending)
    paths = simulate(design, sizes.correlation, *simulation)
    effects = GAINS if role in (Role.IMPROVE, Role.TARGET) else EFFECTS
    plan = PowerPlan(
        role=role,
        tolerance=sizes.tolerance,
        looks=looks,
        z=boundaries(information, design.alpha, design.spending),
        p=p,
        detectable=_detectable(design, p, sizes),
        operating=tuple(outcome(paths, ratio, effect, role) for effect in effects),
    )
    return _with_planning(plan, design, paths, sizes) if role is Role.PRIMARY else plan


def _detectable(
    design: "Design", p: tuple[float, ...], sizes: Sizes
) -> tuple[float, ...]:
    """The effect, in units of the metric, that each look shows with 80 % power."""
    from bot.domain.stats.power import detectable

    shrunk = math.sqrt(2.0 * (1.0 - sizes.correlation))
    unit = sizes.sd * shrunk if design.paired else sizes.sd
    return tuple(
        unit * detectable(n, level, paired=design.paired)
        for n, level in zip(design.looks, p, strict=True)
    )


def _with_planning(
    plan: "PowerPlan", design: "Design", paths: "Paths", sizes: Sizes
) -> "PowerPlan":
    """The plan of a primary metric: futility, and the tolerance it can police."""
    from dataclasses import replace

    from bot.domain.stats.futility_planning import futility_savings
    from bot.domain.stats.power import smallest_tolerance
    from bot.presentation.power_text import GOOD_PASS

    ratio = sizes.tolerance / sizes.sd
    clean = next(one for one in plan.operating if one.d == 0.0)
    small = clean.passed < GOOD_PASS
    return replace(
        plan,
        savings=futility_savings(design, paths, ratio, _HOPELESS_AT),
        policeable=sizes.sd * smallest_tolerance(paths, GOOD_PASS) if small else None,
    )


def _show(plan: "PowerPlan", json: Path | None) -> None:
    """Tables for people; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.emit import STDOUT, json_of, write_text
    from bot.cli.screen import out
    from bot.presentation.power_text import power_document, power_summary, power_tables

    text = json_of(power_document(plan))
    if json == STDOUT:
        out().file.write(text)
        return
    for table in power_tables(plan):
        out().print(_rich(table))
    out().print(power_summary(plan))
    if json is not None:
        write_text(json, text)


def _rich(table: "Table") -> "RichTable":
    from rich import box
    from rich.table import Table

    shown = Table(title=table.title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in table.headings:
        shown.add_column(heading, justify="right")
    for row in table.rows:
        shown.add_row(*row)
    return shown
