"""The metric that counts, guessed from what earlier runs and the code have left."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bot.cli.init import events
from bot.cli.init.entry import Script
from bot.cli.init.files import head, newest_first, tail
from bot.cli.init.lines import Pair, pairs, printed
from bot.cli.init.names import direction_of, key_of, rank
from bot.presentation.first_policy import MetricGuess

Guess = tuple[str, MetricGuess]
"""The name as it was seen, by which guesses are ranked, and the guess."""

MOST_LOGS = 20
ENOUGH = 3
"""Values of a run from which on its stream has a digest (`MIN_DIGEST_VALUES`)."""
LONGEST_SEEN = 100
_LOGS = (".log", ".txt", ".out")
_TABLES = ("metrics", "log", "results", "progress", "history", "scores")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers that a file of an earlier run holds: its form, its path, their names."""

    form: str
    path: Path
    names: tuple[str, ...]


def guess_metric(
    root: Path, files: Sequence[Path], found: Sequence[Script], *, folder: bool
) -> MetricGuess | None:
    """The likeliest metric, or None. `folder`: the script takes an output folder.

    Earlier runs count before the code: they show what is really written.
    """
    newest = newest_first(files)
    ran = [*_from_logs(root, newest), *_from_files(root, newest, folder=folder)]
    return (
        _likeliest(ran)
        or _likeliest(_from_code(found[:1]))
        or _likeliest(_from_code(found[1:MOST_LOGS]))
    )


def _likeliest(guesses: Iterable[Guess]) -> MetricGuess | None:
    """The best by name; of equals the first, which is of the newest file."""
    best = max(guesses, key=lambda one: rank(one[0]), default=None)
    return best[1] if best else None


def _from_logs(root: Path, newest: Sequence[Path]) -> Iterator[Guess]:
    """The metrics of the newest log that has any, each where it was last seen."""
    logs = [path for path in newest if _is_log(path)]
    for path in logs[:MOST_LOGS]:
        lines = tail(path).splitlines()
        found = [(pair, line) for line in lines for pair in pairs(line)]
        last = {pair.name: (pair, line) for pair, line in found}
        often = Counter(pair.name for pair, _ in found)
        seen = f"{path.relative_to(root).as_posix()}"
        guesses = [
            _stdout(pair, f"{seen}: {line.strip()}", seldom=often[name] < ENOUGH)
            for name, (pair, line) in last.items()
        ]
        if any(guesses):
            yield from filter(None, guesses)
            return


def _is_log(path: Path) -> bool:
    bare = not path.suffix and path.parent.name in ("log", "logs")
    return path.suffix in _LOGS or bare


def _from_code(found: Sequence[Script]) -> Iterator[Guess]:
    for script in found:
        lines = [
            (pair, one) for one in printed(script.tree) for pair in pairs(one.text)
        ]
        often = {pair.name for pair, line in lines if line.looped}
        for pair, line in lines:
            seen = f"{script.path}:{line.number}, which prints it"
            guess = _stdout(pair, seen, seldom=pair.name not in often)
            if guess:
                yield guess


def _stdout(pair: Pair, seen: str, *, seldom: bool) -> Guess | None:
    direction, key = direction_of(pair.name), key_of(pair.name)
    if direction is None or not key[:1].isalnum():
        return None
    where = _one_line(seen)
    found = MetricGuess(key, direction, "stdout", pair.pattern, "", where, seldom)
    return pair.name, found


def _one_line(text: str) -> str:
    """The text without control characters, so that it can stand in a comment."""
    return "".join(c for c in text if c.isprintable())[:LONGEST_SEEN]


def _from_files(root: Path, newest: Sequence[Path], *, folder: bool) -> Iterator[Guess]:
    for read in (_jsonl, _trainer_state, _table, _events):
        numbers = next(filter(None, map(read, newest)), None)
        if numbers is not None:
            yield from _named(numbers, root, folder=folder)


def _named(numbers: _Numbers, root: Path, *, folder: bool) -> Iterator[Guess]:
    path = numbers.path.relative_to(root)
    locator = _locator(numbers.form, path, folder=folder)
    for name in numbers.names:
        direction, key = direction_of(name), key_of(name)
        sayable = (locator + name).isprintable() and "{" not in path.as_posix()
        if direction and key[:1].isalnum() and sayable:
            other = "" if key == name else name
            seen = _one_line(f"{path.as_posix()}: {name}")
            yield name, MetricGuess(key, direction, numbers.form, locator, other, seen)


def _locator(form: str, path: Path, *, folder: bool) -> str:
    if form == "tensorboard":
        return "{output_dir}" if folder else path.parent.as_posix()
    return f"{{output_dir}}/{path.name}" if folder else path.as_posix()


def _jsonl(path: Path) -> _Numbers | None:
    if path.suffix != ".jsonl":
        return None
    lines = tail(path).splitlines()
    names = {name: None for line in lines for name in _numeric(_json(line))}
    return _Numbers("jsonl", path, tuple(names)) if _any_metric(names) else None


def _trainer_state(path: Path) -> _Numbers | None:
    if path.name != "trainer_state.json":
        return None
    state = _json(head(path).decode("utf-8", "replace"))
    history = state.get("log_history") if isinstance(state, dict) else None
    rows = history if isinstance(history, list) else []
    names = {name: None for row in rows for name in _numeric(row)}
    return _Numbers("trainer_state", path, tuple(names)) if _any_metric(names) else None


def _table(path: Path) -> _Numbers | None:
    if path.suffix != ".csv":
        return None
    rows = list(islice(_csv_rows(path), 2))
    if len(rows) < 2:  # noqa: PLR2004 - a header and one row
        return None
    names = {name: None for name, cell in zip(*rows, strict=False) if _is_number(cell)}
    is_log = path.stem.lower() in _TABLES or {"epoch", "step"} & set(names)
    return (
        _Numbers("csv", path, tuple(names)) if is_log and _any_metric(names) else None
    )


def _csv_rows(path: Path) -> Iterator[list[str]]:
    lines = head(path).decode("utf-8", "replace").splitlines()
    try:
        yield from csv.reader(lines)
    except csv.Error:
        return


def _events(path: Path) -> _Numbers | None:
    if ".tfevents." not in path.name:
        return None
    names = dict.fromkeys(events.tags(head(path)))
    return _Numbers("tensorboard", path, tuple(names)) if _any_metric(names) else None


def _any_metric(names: Iterable[str]) -> bool:
    return any(direction_of(name) for name in names)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _numeric(row: object) -> list[str]:
    if not isinstance(row, dict):
        return []
    return [
        name
        for name, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
