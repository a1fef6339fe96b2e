"""All exhibits of one evaluation, and the findings that they lead to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.exhibits.by_arm import Arms, by_arm, ended_well, observed
from bot.domain.exhibits.curves import curves
from bot.domain.exhibits.data import differences, splits
from bot.domain.exhibits.ensembles import ensemble
from bot.domain.exhibits.gaps import diagnoses, gaps
from bot.domain.exhibits.overlaps import overlaps, shared
from bot.domain.exhibits.quantities import quantities, ranges
from bot.domain.exhibits.references import references, unbeaten
from bot.domain.exhibits.samples import samples
from bot.domain.policy import Mode
from bot.domain.trials import Trial
from bot.domain.verdict import Exhibits, Finding
from bot.domain.verdict.exhibits import TypedFault

_MOST_FAULTS = 40


def exhibit(
    modes: Sequence[Mode],
    trials: Iterable[Trial],
    seed: int = 0,
) -> tuple[Exhibits, tuple[Finding, ...]]:
    """What the trials of one stage have to show, and what must be said of it.

    References that are commands have no value yet: they are run last (`referred`).
    `seed` is that of the one bootstrap. It is meant for the end of an evaluation: every
    prediction of every trial is read.
    """
    known = tuple(trials)
    parts = [_mode(one, known, seed) for one in modes]
    found = (one for _, findings in parts for one in findings)
    return _together([one for one, _ in parts]), tuple(found)


def _mode(
    mode: Mode, trials: tuple[Trial, ...], seed: int
) -> tuple[Exhibits, tuple[Finding, ...]]:
    arms = by_arm(trials, mode.name)
    good = ended_well(arms)
    together = ensemble(mode.name, good, seed)
    made = Exhibits(
        curves=curves(trials, mode.name),
        quantities=quantities(mode, arms) if arms else (),
        gaps=gaps(mode.name, good),
        data=splits(mode.name, arms),
        overlaps=overlaps(mode.name, arms),
        samples=samples(mode.name, good),
        references=references(mode, good, {}),
        ensembles=(together,) if together else (),
        faults=tuple(_faults(mode.name, arms))[:_MOST_FAULTS],
    )
    return made, tuple(_findings(mode, arms, made))


def _findings(mode: Mode, arms: Arms, made: Exhibits) -> Iterator[Finding]:
    yield from ranges(mode, arms)
    yield from shared(made.overlaps)
    yield from differences(mode.name, made.data, arms)
    yield from diagnoses(made.gaps)
    yield from unbeaten(mode, made.references)


def _faults(mode: str, arms: Arms) -> Iterator[TypedFault]:
    for arm, many in arms.items():
        counts = Counter(one for trial in many for one in set(observed(trial).faults))
        for sentence, trials in sorted(counts.items()):
            yield TypedFault(mode, arm, sentence, trials)


def _together(parts: Sequence[Exhibits]) -> Exhibits:
    return Exhibits(
        curves=tuple(one for part in parts for one in part.curves),
        quantities=tuple(one for part in parts for one in part.quantities),
        gaps=tuple(one for part in parts for one in part.gaps),
        data=tuple(one for part in parts for one in part.data),
        overlaps=tuple(one for part in parts for one in part.overlaps),
        samples=tuple(one for part in parts for one in part.samples),
        references=tuple(one for part in parts for one in part.references),
        ensembles=tuple(one for part in parts for one in part.ensembles),
        faults=tuple(one for part in parts for one in part.faults),
    )
