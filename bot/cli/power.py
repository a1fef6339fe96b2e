"""`seedgate power`: boundaries, detectable effects and error rates of a plan."""

import itertools
import json as json_text
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from bot.domain.errors import UserFault

if TYPE_CHECKING:
    from rich.table import Table

    from bot.domain.stats.power import Design, Operating

EFFECTS = (0.5, 0.0, -0.5, -1.0, -1.5)  # true effects, in tolerances
_DEFAULT_LOOKS = tuple(range(4, 21))
_FEWEST, _MOST, _COUNT = 4, 1000, 200
_WIDEST_RATIO = 1e6
_GOOD_PASS = 0.9


@dataclass(frozen=True, slots=True)
class Plan:
    """What `power` shows; effects and tolerances are in units of the metric."""

    design: "Design"
    tolerance: float
    z: tuple[float, ...]
    p: tuple[float, ...]
    detectable: tuple[float, ...]
    operating: tuple["Operating", ...]
    policeable: float | None  # the smallest tolerance, where the given one is too small


def power(
    sd: Annotated[float, Option(help="SD of the metric over seeds, per run.")],
    tolerance: Annotated[float, Option(help="Tolerated loss, in units of the metric.")],
    looks: Annotated[
        str | None,
        Option(
            help="Seeds per arm at each look, such as 5,10,15,20.  [default: 4..20]"
        ),
    ] = None,
    alpha: Annotated[float, Option(help="One-sided error rate.")] = 0.05,
    spending: Annotated[
        str, Option(help="pocock, obf, kd:RHO or hsd:GAMMA.")
    ] = "hsd:2",
    paired: Annotated[
        bool, Option("--paired/--welch", help="Test same-seed pairs, or two samples.")
    ] = True,
    correlation: Annotated[
        float, Option(help="Correlation of same-seed runs of both arms.")
    ] = 0.0,
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
    from bot.domain.stats.power import Design
    from bot.domain.stats.spending import parse_spending

    _check(sd, tolerance, alpha, correlation)
    _check_simulation(repetitions, seed)
    design = Design(_looks(looks), alpha, parse_spending(spending), paired)
    plan = _plan(design, (sd, tolerance), correlation, (repetitions, seed))
    _show(plan, json)


def _check(sd: float, tolerance: float, alpha: float, correlation: float) -> None:
    for option, value in (("--sd", sd), ("--tolerance", tolerance)):
        if not 0.0 < value < math.inf:
            mend = "Give a number above 0, in units of the metric."
            raise UserFault(f"{option} {value} is no size.", mend)
    if not 1.0 / _WIDEST_RATIO < tolerance / sd < _WIDEST_RATIO:
        problem = (
            f"--sd {sd} and --tolerance {tolerance} are over a million times apart."
        )
        raise UserFault(problem, "Give both in units of the metric.")
    if not 0.0 < alpha < 0.5:  # noqa: PLR2004 - a one-sided error rate
        raise UserFault(f"--alpha {alpha} is no error rate.", "Give 0 < alpha < 0.5.")
    if not -1.0 < correlation < 1.0:
        problem = f"--correlation {correlation} is out of range."
        raise UserFault(problem, "Give a number between -1 and 1, both excluded.")


def _check_simulation(repetitions: int, seed: int) -> None:
    if not 1000 <= repetitions <= 100_000:  # noqa: PLR2004 - said in the mend
        problem = f"--repetitions {repetitions} is out of range."
        raise UserFault(problem, "Give a number from 1000 to 100000.")
    if seed < 0:
        raise UserFault(f"--seed {seed} is negative.", "Give 0 or more.")


def _looks(text: str | None) -> tuple[int, ...]:
    """The schedule in `text`: whole numbers that rise."""
    if text is None:
        return _DEFAULT_LOOKS
    parts = [part.strip() for part in text.split(",")]
    sound = all(part.isascii() and part.isdigit() for part in parts)
    found = tuple(int(part) for part in parts if len(part) <= len(str(_MOST)) and sound)
    rising = all(a < b for a, b in itertools.pairwise(found))
    limited = found and found[0] >= _FEWEST and found[-1] <= _MOST
    if len(found) != len(parts) or len(found) > _COUNT or not (rising and limited):
        raise UserFault(
            f"--looks {text!r} is no schedule.",
            f"Give at most {_COUNT} whole numbers from {_FEWEST} to {_MOST}, each "
            "greater than the one before, such as 5,10,15,20.",
        )
    return found


def _plan(
    design: "Design",
    sizes: tuple[float, float],
    correlation: float,
    simulation: tuple[int, int],
) -> Plan:
    from bot.domain.stats.boundaries import boundaries, levels
    from bot.domain.stats.power import (
        detectable,
        outcome,
        simulate,
        smallest_tolerance,
    )

    sd, tolerance = sizes
    looks = design.looks
    information = tuple(n / looks[-1] for n in looks)
    p = levels(looks, design.alpha, design.spending)
    unit = sd * math.sqrt(2.0 * (1.0 - correlation)) if design.paired else sd
    paths = simulate(design, correlation, *simulation)
    found = tuple(outcome(paths, tolerance / sd, effect) for effect in EFFECTS)
    small = found[EFFECTS.index(0.0)].passed < _GOOD_PASS
    return Plan(
        design=design,
        tolerance=tolerance,
        z=boundaries(information, design.alpha, design.spending),
        p=p,
        detectable=tuple(
            unit * detectable(n, level, paired=design.paired)
            for n, level in zip(looks, p, strict=True)
        ),
        operating=found,
        policeable=sd * smallest_tolerance(paths, _GOOD_PASS) if small else None,
    )


def _show(plan: Plan, json: Path | None) -> None:
    """Tables for people; with `--json -` stdout belongs to the JSON alone."""
    from bot.cli.emit import STDOUT, write_text
    from bot.cli.screen import out

    text = json_text.dumps(_document(plan), indent=2, allow_nan=False) + "\n"
    if json == STDOUT:
        out().file.write(text)
        return
    for table in (_looks_table(plan), _operating_table(plan)):
        out().print(table)
    out().print(_summary(plan))
    if json is not None:
        write_text(json, text)


def _document(plan: Plan) -> dict[str, object]:
    """The JSON of the command-line contract."""
    looks = plan.design.looks
    pairs = zip(looks, plan.detectable, strict=True)
    return {
        "boundaries": {"n": list(looks), "z": list(plan.z), "p": list(plan.p)},
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
    }


def _looks_table(plan: Plan) -> "Table":
    headings = ("seeds per arm", "z", "one-sided p", "detectable (80 % power)")
    rows = zip(plan.design.looks, plan.z, plan.p, plan.detectable, strict=True)
    shown = ((str(n), f"{z:.4f}", f"{p:.3g}", f"{e:.4g}") for n, z, p, e in rows)
    return _table("Looks", headings, tuple(shown))


def _operating_table(plan: Plan) -> "Table":
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
    return _table("What would happen (+ is better)", headings, rows)


def _table(
    title: str, headings: tuple[str, ...], rows: tuple[tuple[str, ...], ...]
) -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in headings:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*row)
    return table


def _summary(plan: Plan) -> str:
    clean = plan.operating[EFFECTS.index(0.0)]
    slips = plan.operating[EFFECTS.index(-1.0)]
    said = (
        f"A branch without effect passes {clean.passed:.1%} of the time, after "
        f"{clean.trials:.1f} trials of both arms; a loss of the whole tolerance slips "
        f"through {slips.passed:.1%} of the time."
    )
    if plan.policeable is None:
        return said
    return (
        f"{said}\nThe tolerance is small for these looks: {_GOOD_PASS:.0%} of branches "
        f"without effect pass from {plan.policeable:.3g} on. Widen it or add seeds."
    )
