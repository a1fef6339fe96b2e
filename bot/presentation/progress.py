"""Where a running evaluation stands: seeds, last values, time left, cost so far."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.arms import Only, Without
from bot.domain.arms import label as arm_label
from bot.domain.trials import Trial
from bot.domain.verdict import ModeVerdict, Ruling, Rung
from bot.presentation import numbers
from workers.contract import TERMINAL, TrialState

_WAITING = frozenset({TrialState.QUEUED, TrialState.RESERVED})
_WITHDRAWN = frozenset({TrialState.CANCELLED, TrialState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Apart:
    """Changes judged apart: how many of the trials asked for by now have ended."""

    ended: int = 0
    total: int = 0
    failed: int = 0
    lost: int = 0


NOTHING_APART = Apart()
"""Where no change is judged apart, or not yet."""


@dataclass(frozen=True, slots=True)
class ModeSnapshot:
    """One mode. `seeds` ended in all its arms; `next_look` and `last_look` are seeds.

    `values` holds lines such as `branch seed 17: loss 2.31 at step 400`. Trials of
    single changes are counted in `apart` alone.
    """

    name: str
    state: Ruling
    decided: bool
    seeds: int
    look: int
    next_look: int
    last_look: int
    running: int
    failed: int
    lost: int
    values: tuple[str, ...] = ()
    apart: Apart = NOTHING_APART


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All modes, and seconds: spent, to the next looks, to the last ones at worst.

    The two estimates are None until a trial has ended. `cpu_s` and `gpu_s` are what
    was reserved times wall seconds, of trials run here.
    """

    modes: tuple[ModeSnapshot, ...]
    elapsed_s: float
    next_look_s: float | None
    worst_s: float | None
    cpu_s: float
    gpu_s: float
    finished: int
    reused: int


def snapshot(
    trials: Sequence[Trial],
    modes: Sequence[ModeVerdict],
    slots: int,
    elapsed_s: float,
) -> Snapshot:
    """The state of an evaluation whose machine runs `slots` trials at once.

    A trial that serves several arms has run, and costs, once.
    """
    shown = tuple(_mode(one, _of(one, trials)) for one in modes)
    still = [one for one in shown if not one.decided]
    to_next = {one.name: one.next_look for one in still}
    to_last = {one.name: one.last_look for one in still}
    once = _once(trials)
    ended = [one for one in once if one.finished]
    compared = [one for one in trials if not _of_change(one)]
    return Snapshot(
        modes=shown,
        elapsed_s=elapsed_s,
        next_look_s=_remaining(compared, to_next, slots),
        worst_s=_remaining(compared, to_last, slots),
        cpu_s=sum(_spent(one) * _cpus(one) for one in once),
        gpu_s=sum(_spent(one) * _gpus(one) for one in once),
        finished=len(ended),
        reused=sum(one.cached for one in ended),
    )


def _of(mode: ModeVerdict, trials: Iterable[Trial]) -> list[Trial]:
    return [one for one in trials if one.mode == mode.name]


def _once(trials: Iterable[Trial]) -> list[Trial]:
    """Each trial as that of the first arm that it serves."""
    first: dict[str, Trial] = {}
    for one in trials:
        first.setdefault(one.key, one)
    return list(first.values())


def _of_change(trial: Trial) -> bool:
    return isinstance(trial.arm, Without | Only)


def _mode(mode: ModeVerdict, every: Sequence[Trial]) -> ModeSnapshot:
    later = [n for n in mode.looks if n > mode.look]
    last = mode.looks[-1] if mode.looks else mode.look
    trials = [one for one in every if not _of_change(one)]
    running = [one for one in trials if _runs(one)]
    moving = [one for one in _once(every) if _runs(one)]
    return ModeSnapshot(
        name=mode.name,
        state=mode.state,
        decided=mode.decided,
        seeds=_seeds(trials),
        look=mode.look,
        next_look=later[0] if later else last,
        last_look=last,
        running=len(running),
        failed=sum(one.state is TrialState.FAILED for one in trials),
        lost=sum(one.state is TrialState.INFRA for one in trials),
        values=tuple(text for one in moving if (text := _values(one))),
        apart=_apart(every, trials) if mode.decided else NOTHING_APART,
    )


def _apart(every: Iterable[Trial], compared: Iterable[Trial]) -> Apart:
    """What runs for single changes, and for no arm that the verdict rests on."""
    others = {one.key for one in compared}
    own = [
        one
        for one in _once(every)
        if one.key not in others and one.state not in _WITHDRAWN
    ]
    return Apart(
        ended=sum(one.finished for one in own),
        total=len(own),
        failed=sum(one.state is TrialState.FAILED for one in own),
        lost=sum(one.state is TrialState.INFRA for one in own),
    )


def _runs(trial: Trial) -> bool:
    return trial.state not in TERMINAL | _WAITING


def _seeds(trials: Sequence[Trial]) -> int:
    """Seeds that have ended in every arm: the length of the shortest finished run."""
    arms = {arm_label(one.arm) for one in trials}
    done = {(arm_label(one.arm), one.position) for one in trials if one.finished}
    count = 0
    while arms and all((arm, count) in done for arm in arms):
        count += 1
    return count


def _values(trial: Trial) -> str:
    if trial.progress is None or not trial.progress.values:
        return ""
    values = [
        f"{name} {numbers.number(point.value)} at step {numbers.number(point.step)}"
        for name, point in trial.progress.values.items()
    ]
    seed = "" if trial.seed is None else f" seed {trial.seed}"
    return f"{arm_label(trial.arm)}{seed}: {', '.join(values)}"


def _remaining(
    trials: Sequence[Trial], looks: dict[str, int], slots: int
) -> float | None:
    """Seconds until every mode has reached its look, at the median pace so far."""
    if not looks:
        return 0.0
    waits = [
        wait for name, look in looks.items() for wait in _waits(trials, name, look)
    ]
    known = [one for one in waits if one is not None]
    if len(known) < len(waits):
        return None
    return max([sum(known) / max(1, slots), *known], default=0.0)


def _waits(trials: Sequence[Trial], mode: str, look: int) -> list[float | None]:
    """Seconds that each unfinished trial up to `look` still needs; None: no idea."""
    own = [one for one in trials if one.mode == mode]
    pace = _pace(own) or _pace(trials)
    places = {(arm_label(one.arm), one.position): one for one in own}
    arms = sorted({arm for arm, _ in places}) or ["baseline", "branch"]
    waited = (places.get((arm, at)) for arm in arms for at in range(look))
    return [
        None if pace is None else max(0.0, pace - _age(one))
        for one in waited
        if one is None or not one.finished
    ]


def _pace(trials: Sequence[Trial]) -> float | None:
    """The median wall time of finished trials, cached ones too; in seconds."""
    ended = [one.result.wall_s for one in trials if one.finished and one.result]
    return statistics.median(ended) if ended else None


def _age(trial: Trial | None) -> float:
    return trial.progress.wall_s if trial and trial.progress else 0.0


def _spent(trial: Trial) -> float:
    """Seconds that this trial has cost this evaluation."""
    if trial.cached:
        return 0.0
    return trial.result.wall_s if trial.result else _age(trial)


def _cpus(trial: Trial) -> float:
    return trial.spec.resources.cpus if trial.spec else 1.0


def _gpus(trial: Trial) -> float:
    return trial.spec.resources.gpus if trial.spec else 0.0


def estimate(snapshot: Snapshot) -> str:
    """`next look in 2 min 5 s, at worst 12 min 0 s`; nothing once all is decided."""
    if all(one.decided for one in snapshot.modes):
        return ""
    if snapshot.next_look_s is None or snapshot.worst_s is None:
        return "time left not known before a trial has ended"
    soon, worst = (
        numbers.duration(snapshot.next_look_s),
        numbers.duration(snapshot.worst_s),
    )
    return f"next look in about {soon}, last look in at most about {worst}"


def spent(snapshot: Snapshot) -> str:
    """`12 trials ended (4 reused), 0.21 CPU hours`."""
    reused = f" ({snapshot.reused} reused)" if snapshot.reused else ""
    ended = numbers.counted(snapshot.finished, "trial")
    cpu = numbers.number(round(snapshot.cpu_s / 3600, 3))
    text = f"{ended} ended{reused}, {cpu} CPU hours"
    if snapshot.gpu_s:
        text += f", {numbers.number(round(snapshot.gpu_s / 3600, 3))} GPU hours"
    return text


def line(mode: ModeSnapshot) -> str:
    """One mode in one plain line."""
    text = f"{mode.name}: {mode.seeds} of at most {mode.last_look} seeds"
    if mode.decided:
        text = f"{mode.name}: {mode.state} after {numbers.counted(mode.look, 'seed')}"
    elif mode.running:
        text += f", next look at {mode.next_look}, {mode.running} running"
    else:
        text += f", next look at {mode.next_look}"
    text += _gone(mode)
    return f"{text}; {_apart_words(mode.apart)}" if mode.apart.total else text


def _apart_words(apart: Apart) -> str:
    """`changes: 10 of 24 trials ended`."""
    trials = numbers.counted(apart.total, "trial")
    return f"changes: {apart.ended} of {trials} ended{_gone(apart)}"


def _gone(counts: ModeSnapshot | Apart) -> str:
    """`, 2 failed, 1 lost`, as far as there are any."""
    failed = f", {counts.failed} failed" if counts.failed else ""
    return f"{failed}, {counts.lost} lost" if counts.lost else failed


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that have ended, and the one that is climbed.

    `ended` of `total` runs have ended there, where it does not train.
    """

    done: tuple[Rung, ...] = ()
    rung: str = ""
    ended: int = 0
    total: int = 0


ONE_RUNG = Ladder()
"""Where there is one rung only: it needs no name."""


def rung_line(rung: Rung) -> str:
    """A rung that has ended, in one plain line: `tests: pass`."""
    nothing = "nothing to judge"
    return f"{rung.stage}: {nothing if rung.state is Ruling.INFO else rung.state}"


def climbing_line(ladder: Ladder) -> str:
    """The rung that is climbed and does not train: `sanity: 2 of 6 runs ended`."""
    ended, runs = ladder.ended, numbers.counted(ladder.total, "run")
    return f"{ladder.rung}: {ended} of {runs} ended"


def on_rung(ladder: Ladder, text: str) -> str:
    """A line of a mode with the stage that it is about, where there are several."""
    return f"{ladder.rung}, {text}" if ladder.rung else text
