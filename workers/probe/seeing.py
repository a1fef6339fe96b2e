"""What the probe saw of a whole trial, put together from the words of its processes."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from workers.contract import (
    Failed,
    Ok,
    OptimizerSeen,
    Outcome,
    Probed,
    ProbeEnd,
    ProbeKind,
    ProbeSpec,
    StepSeen,
    TrialResult,
    TrialSpec,
)
from workers.probe.files import Written, read
from workers.probe.records import Told

SHOWN_PROCESSES = 8
"""Processes whose steps are kept: those of further ranks say the same."""

_STEPS = "steps"
_IGNORING = frozenset("EIS")


def seen(
    result: TrialResult, spec: TrialSpec, folder: Path, places: Mapping[str, Path]
) -> TrialResult:
    """The result of a trial with what the probe saw of it; raises OSError.

    `folder` is the one that it wrote to. `places` are folders by the names that stand
    for them in commands. The probe ends a short run in its middle: how the rest of the
    command took that is no failure.
    """
    if spec.probe is None:
        return result
    probed = put_together(spec.probe, read(folder), spec.argv)
    command = tuple(_placeless(word, places) for word in probed.command)
    probed = dataclasses.replace(probed, command=command)
    outcome = _outcome(result.outcome, spec.probe, probed)
    told = () if outcome is result.outcome else _aftermath(result.outcome)
    return dataclasses.replace(
        result, outcome=outcome, probed=probed, notes=(*result.notes, *told)
    )


def _placeless(word: str, places: Mapping[str, Path]) -> str:
    for name, place in places.items():
        for path in (place, place.resolve()):
            word = word.replace(str(path), name)
    return word


def _outcome(outcome: Outcome, asked: ProbeSpec, probed: Probed) -> Outcome:
    short = asked.kind is not ProbeKind.WATCH
    ended = short and probed.end is ProbeEnd.STEPS
    return Ok() if ended and isinstance(outcome, Failed) else outcome


def _aftermath(outcome: Outcome) -> tuple[str, ...]:
    detail = outcome.detail if isinstance(outcome, Failed) else ""
    return (f"After the probe had ended the training: {detail}",)


def put_together(asked: ProbeSpec, written: Written, argv: Sequence[str]) -> Probed:
    """One value of what all processes wrote; `argv` is the command that was run."""
    stepping = _by_rank([one for one in written.processes if one.steps])
    telling = stepping or [one for one in written.processes if one.torch is not None]
    faults = [*written.faults, *(f for one in written.processes for f in one.faults)]
    faults += [_OUT_OF_PLACE for one in stepping if not _sound(one)]
    end = _end(written, telling, faults)
    if end is ProbeEnd.MISSING:
        faults.append(_why_missing(argv))
    return _whole(asked, written, telling, end, faults)


_OUT_OF_PLACE = "The probe wrote of a step whose optimizer it did not describe."


def _whole(
    asked: ProbeSpec,
    written: Written,
    telling: Sequence[Told],
    end: ProbeEnd,
    faults: Sequence[str],
) -> Probed:
    first = telling[0] if telling else Told(command=written.word or ())
    shown = telling[:SHOWN_PROCESSES]
    return Probed(
        end=end,
        command=first.command,
        torch=first.torch or "",
        optimizers=tuple(one for told in shown for one in _optimizers(told)),
        steps=tuple(_steps(shown)),
        files=_files(written.processes),
        executed=executed(asked, written.lines),
        checks=tuple(first.checks),
        faults=_once(faults),
        notes=_once([*_notes(written.processes), *_left_out(telling)]),
        overhead_s=max((one.overhead_s for one in telling), default=0.0),
        loop_s=max((one.loop_s for one in telling), default=0.0),
        flops=first.flops,
        processes=max(1, sum(bool(one.steps) for one in telling)),
        aside=tuple(one for told in shown for one in told.aside),
    )


def _by_rank(processes: Sequence[Told]) -> list[Told]:
    """Ranks in their order, then what has none, by what it did.

    Which of several processes starts first is chance, and so is no order.
    """
    return sorted(processes, key=_order)


def _order(told: Told) -> tuple[object, ...]:
    shown = [repr(one) for one in told.steps]
    return told.rank is None, told.rank or 0, shown, told.command


def _sound(told: Told) -> bool:
    """Whether optimizers are described from 0 on, and steps are of these alone."""
    known = set(told.optimizers)
    return known == set(range(len(known))) and all(
        one.optimizer in known for one in told.steps
    )


def _end(written: Written, telling: Sequence[Told], faults: Sequence[str]) -> ProbeEnd:
    if faults:
        return ProbeEnd.BLIND
    if written.word is None and not written.processes:
        return ProbeEnd.MISSING
    if not telling:
        return ProbeEnd.NO_TORCH
    if not telling[0].steps:
        return ProbeEnd.NO_STEPS
    every = all(one.why == _STEPS for one in telling)
    return ProbeEnd.STEPS if every else ProbeEnd.EXIT


def _optimizers(told: Told) -> list[OptimizerSeen]:
    return [told.optimizers[index] for index in sorted(told.optimizers)]


def _steps(processes: Sequence[Told]) -> list[StepSeen]:
    """The steps of all, their optimizers counted on from process to process."""
    found: list[StepSeen] = []
    before = 0
    for told in processes:
        found += (
            dataclasses.replace(one, optimizer=one.optimizer + before)
            for one in told.steps
        )
        before += len(told.optimizers)
    return found


def executed(
    asked: ProbeSpec, lines: Mapping[str, set[int]]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The lines that ran, of those that were asked for and of no others."""
    found = (
        (path, tuple(sorted(set(wanted) & lines.get(path, set()))))
        for path, wanted in asked.lines
    )
    return tuple((path, ran) for path, ran in found if ran)


def _files(processes: Sequence[Told]) -> tuple[str, ...]:
    return tuple(sorted({name for told in processes for name in told.files}))


def _notes(processes: Sequence[Told]) -> list[str]:
    return [note for told in processes for note in told.notes]


def _left_out(telling: Sequence[Told]) -> list[str]:
    more = len(telling) - SHOWN_PROCESSES
    if more <= 0:
        return []
    return [f"The steps of {more} more processes are not compared."]


def _once(sentences: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))


def _why_missing(argv: Sequence[str]) -> str:
    """Why no process has left a word, as far as the command tells."""
    for word in argv[1:]:
        letters = word[1:] if word.startswith("-") and not word.startswith("--") else ""
        flags = _IGNORING & set(letters)
        if flags and letters.isalpha() and "python" in PurePath(argv[0]).name:
            flag = min(flags)
            return (
                f"The command starts Python with -{flag}, which keeps the probe out:"
                f" take -{flag} out of it."
            )
        if not letters:
            break
    return (
        "No Python process of the command let the probe in: it is not Python, or it is"
        " started with -E, -I or -S, or with a PYTHONPATH that leaves out what was"
        " there."
    )
