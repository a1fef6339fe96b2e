"""A calibration as tables, sentences and JSON; it decides nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from bot.domain.calibration import Calibrated, Calibration, Check, Trouble
from bot.domain.history import AUTO_SDS, Pilot, Place
from bot.domain.policy import Role
from bot.domain.stats.splits import Rates
from bot.presentation import numbers

Kept = Mapping[Place, Pilot]

_TOLERANT = (Role.PRIMARY, Role.GUARDRAIL)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: a title, one heading a column, and rows of texts."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def headline(base: str, commit: str, ran: int, reused: int) -> str:
    """What was run, and how much of it was there before."""
    again = f", {reused} reused" if reused else ""
    runs = numbers.counted(ran, "run")
    return f"The baseline {base} ({commit[:9]}) alone: {runs}{again}."


def progress(
    ended: int, total: int, failed: int, elapsed_s: float, what: str = "pilot runs"
) -> str:
    """`[12 s] 7 of 20 pilot runs ended, 1 failed`."""
    bad = f", {failed} failed" if failed else ""
    return f"[{numbers.duration(elapsed_s)}] {ended} of {total} {what} ended{bad}"


def grids(found: Calibration) -> tuple[Grid, ...]:
    """The spread of every metric, and the A/A check of those that can block."""
    return tuple(one for one in (_spread(found), _check(found)) if one.rows)


def _spread(found: Calibration) -> Grid:
    return Grid(
        f"Spread of the baseline over seeds, stage {found.stage}",
        ("metric", "runs", "failed", "mean", "SD", "skew", "auto", "smallest"),
        tuple(_spread_row(one) for one in found.metrics),
    )


def _spread_row(one: Calibrated) -> tuple[str, ...]:
    digits = numbers.places(one.sd)
    smallest = one.policed.smallest if one.policed else None
    auto = one.auto if one.role in _TOLERANT else None
    return (
        _name(one.place),
        str(one.n),
        str(one.failed),
        _dash(one.mean, numbers.fixed(one.mean, digits)),
        _dash(one.sd, numbers.fixed(one.sd, digits)),
        _dash(one.skew, numbers.signed(one.skew, 1)),
        _dash(auto, numbers.rough(auto)),
        _dash(smallest, numbers.rough(smallest)),
    )


def _name(place: Place) -> str:
    return " / ".join(place)


def _dash(value: float | None, text: str) -> str:
    return "-" if value is None else text


def _check(found: Calibration) -> Grid:
    arm = numbers.counted(found.looks[-1], "run")
    rows = tuple(row for one in found.metrics for row in _check_rows(one, found.alpha))
    return Grid(
        f"No change at all: {found.splits} splits into two arms of {arm}",
        ("metric", "tolerance", "blocked", "promised", "pass", "undecided"),
        rows,
    )


def _check_rows(one: Calibrated, alpha: float) -> Iterator[tuple[str, ...]]:
    for said, check in (("", one.declared), (" (auto)", one.automatic)):
        if check is not None:
            yield (
                _name(one.place),
                f"{numbers.rough(check.tolerance)}{said}",
                numbers.percent(check.rates.blocked),
                f"at most {numbers.percent(alpha)}",
                numbers.percent(check.rates.passed),
                numbers.percent(check.rates.undecided),
            )


def sentences(found: Calibration, kept: Kept) -> tuple[str, ...]:
    """What all metrics come to together, what is kept, and what could not be told."""
    told = [*_total(found), *(_kept(one, kept) for one in found.metrics)]
    told += [_price(one) for one in found.metrics]
    told += [_too_small(one) for one in found.metrics]
    told += [_trouble(one, why) for one in found.metrics for why in one.troubles]
    return tuple(one for one in told if one)


def _total(found: Calibration) -> Iterator[str]:
    total = found.total
    if total is None:
        yield "Nothing of this is compared with a baseline, so no branch was pretended."
        return
    most = numbers.percent(found.alpha)
    arm = numbers.counted(found.looks[-1], "seed")
    yield (
        "Each split is judged by Welch's t, because the arms of a random split share "
        "no seeds; the gate's default is the paired t on shared seeds. So the table "
        "checks the shape of the data, not the pairing."
    )
    yield (
        "Over all metrics and modes together, a branch that changes nothing is blocked "
        f"in {numbers.percent(total.blocked)} of the splits, passes in "
        f"{numbers.percent(total.passed)} and is undecided in "
        f"{numbers.percent(total.undecided)}, with {arm} an arm. Each family of "
        f"hypotheses (harm, guardrails, failures) is promised at most {most}. The "
        f"splits are those of one pool of {numbers.counted(found.seeds, 'run')}."
    )


def _tolerates(one: Calibrated) -> bool:
    """Whether the policy gives it a tolerance; a slice has that of its metric."""
    is_slice = "/" in one.place[1]
    return one.role in _TOLERANT and not is_slice


def _kept(one: Calibrated, kept: Kept) -> str:
    pilot = kept.get(one.place)
    if pilot is None or not _tolerates(one):
        return ""
    amount = numbers.rough(AUTO_SDS * pilot.sd)
    name = _name(one.place)
    if one.sd == pilot.sd and one.n == pilot.n:
        return f"{name}: `tolerance: auto` is {amount} from now on."
    return (
        f"{name}: `tolerance: auto` stays {amount}, from an earlier calibration of "
        f"{numbers.counted(pilot.n, 'run')}; `--renew` replaces it."
    )


def _price(one: Calibrated) -> str:
    if one.price is None:
        return ""
    passed = numbers.percent(one.price.passed)
    missed = numbers.percent(one.price.missed)
    return (
        f"{_name(one.place)}: that the SD is an estimate from "
        f"{numbers.counted(one.n, 'run')} has its price: in simulation a branch that "
        f"changes nothing passes {passed} of the time, and one that loses "
        f"{AUTO_SDS:g} true SDs {missed}."
    )


def _too_small(one: Calibrated) -> str:
    policed = one.policed
    if policed is None or not policed.small:
        return ""
    amount, passing = numbers.rough(policed.tolerance), numbers.percent(policed.passing)
    what = "refused" if policed.refused else "small"
    least = policed.smallest if policed.refused else policed.good
    return (
        f"{_name(one.place)}: the tolerance {amount} is {what}: with at most "
        f"{numbers.counted(policed.seeds, 'seed')} an arm {passing} of branches that "
        f"change nothing would pass; from about {numbers.rough(least)} on it is not."
    )


def _trouble(one: Calibrated, why: Trouble) -> str:
    name = _name(one.place)
    match why:
        case Trouble.TOO_FEW:
            runs = numbers.counted(one.n, "run")
            return f"{name}: {runs} ended with a value, too few to keep an amount."
        case Trouble.NO_SPREAD:
            value = numbers.number(one.mean)
            return (
                f"{name}: every run gave {value}. Either the seed does not reach the "
                "code, or this metric does not vary: `tolerance: auto` has no meaning."
            )
        case Trouble.SIGNS:
            return (
                f"{name}: the values change sign, so a tolerance relative to their "
                "mean has no meaning; give it in units of the metric."
            )
        case _:
            assert_never(why)


_Json = dict[str, object]


def document(found: Calibration, kept: Kept) -> _Json:
    """The JSON of the command-line contract; what is not known is null."""
    return {
        "schema": 1,
        "stage": found.stage,
        "seeds": found.seeds,
        "looks": list(found.looks),
        "splits": found.splits,
        "promised": found.alpha,
        "metrics": [_metric(one, kept.get(one.place)) for one in found.metrics],
        "total": None if found.total is None else _rates(found.total),
    }


def _metric(one: Calibrated, pilot: Pilot | None) -> _Json:
    mode, metric = one.place
    total = one.n + one.failed
    return {
        "mode": mode,
        "metric": metric,
        "role": str(one.role),
        "runs": one.n,
        "failed": one.failed,
        "failure_rate": one.failed / total if total else None,
        "mean": one.mean,
        "sd": one.sd,
        "skew": one.skew,
        "auto": one.auto,
        "kept": None if pilot is None else AUTO_SDS * pilot.sd,
        "price": _priced(one),
        "smallest_tolerance": one.policed.smallest if one.policed else None,
        "declared": _checked(one.declared),
        "automatic": _checked(one.automatic),
        "troubles": [str(why) for why in one.troubles],
    }


def _priced(one: Calibrated) -> _Json | None:
    if one.price is None:
        return None
    return {"pass": one.price.passed, "missed": one.price.missed}


def _checked(check: Check | None) -> _Json | None:
    if check is None:
        return None
    return {"tolerance": check.tolerance, **_rates(check.rates)}


def _rates(rates: Rates) -> _Json:
    return {
        "pass": rates.passed,
        "block": rates.blocked,
        "undecided": rates.undecided,
    }
