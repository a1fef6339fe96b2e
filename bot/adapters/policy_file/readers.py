"""Readers of plain values: texts, numbers, durations, sizes, commands and paths.

Every reader takes a `Written` value and gives the domain's value, or raises a pydantic
error of type `fault` that carries a problem and a mend.
"""

import math
import re
import shlex

from pydantic_core import PydanticCustomError

from bot.adapters.policy_file import units
from bot.adapters.policy_file.tree import Plain, Row, Scalar, Table, Written
from bot.domain.changes import hopeless, read_globs
from bot.domain.errors import UserFault

LONGEST_SHOWN = 40
OLDEST_S = 180 * 86_400.0
"""No older run may serve: results are let go after that."""
_NUMERAL = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?")
IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_]{0,63}"


def refused(problem: str, mend: str) -> PydanticCustomError:
    """The error that says what is wrong with the value at hand."""
    said = {"problem": problem, "mend": mend}
    return PydanticCustomError("fault", "{problem} {mend}", said)


def shown(value: object) -> str:
    """A value in a sentence: short, and as it was written."""
    match value:
        case Scalar(value=None):
            return "nothing"
        case Table():
            return "a mapping"
        case Row():
            return "a list"
        case _:
            text = str(value)
            cut = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
            return f"`{cut}`"


def read_text(value: Written) -> str:
    """The text as it is written, so that `1.10` stays `1.10`."""
    if not isinstance(value, Scalar) or value.value is None:
        raise refused(f"{shown(value).capitalize()} is not a text.", "Write one value.")
    return str(value)


def read_filled(value: Written) -> str:
    """A text that is not empty."""
    text = read_text(value)
    if not text.strip():
        raise refused("The text is empty.", "Write something, or remove the key.")
    return text


def read_number(value: Written) -> float:
    """A finite number."""
    meaning = _meaning(value)
    if isinstance(meaning, bool) or not isinstance(meaning, int | float):
        mend = "Write a plain number."
        raise refused(f"{shown_first(value)} is not a number.", _unquote(value, mend))
    if not _is_finite(meaning):
        raise refused(f"{shown(value)} is not finite.", "Write a finite number.")
    return float(meaning)


def read_whole(value: Written) -> int:
    """A whole number."""
    meaning = _meaning(value)
    if isinstance(meaning, bool) or not isinstance(meaning, int):
        mend = _unquote(value, "Write one, such as 4.")
        raise refused(f"{shown_first(value)} is not a whole number.", mend)
    return meaning


def is_number(value: Written) -> bool:
    """Whether YAML takes it for a number."""
    meaning = _meaning(value)
    return isinstance(meaning, int | float) and not isinstance(meaning, bool)


def is_quoted_number(value: Written) -> bool:
    """Whether it would be a number without its quotes."""
    meaning = _meaning(value)
    return isinstance(meaning, str) and bool(_NUMERAL.fullmatch(meaning))


def _unquote(value: Written, mend: str) -> str:
    return "Remove the quotes." if is_quoted_number(value) else mend


def _meaning(value: Written) -> Plain:
    return value.value if isinstance(value, Scalar) else None


def _is_finite(meaning: float) -> bool:
    try:
        return math.isfinite(meaning)
    except OverflowError:  # a whole number beyond every float
        return False


def shown_first(value: object) -> str:
    """As `shown`, to begin a sentence with."""
    text = shown(value)
    return text[:1].upper() + text[1:]


def read_duration(value: Written) -> float:
    """Seconds."""
    seconds = units.duration(str(value)) if isinstance(value, Scalar) else None
    if not seconds:
        mend = "Write a number with a unit, such as 90s, 20m, 4h, 14d or 1h30m."
        raise refused(f"{shown_first(value)} is not a duration.", mend)
    return seconds


def read_age(value: Written) -> float:
    """Seconds, of which results are kept no more than so many."""
    seconds = read_duration(value)
    if seconds > OLDEST_S:
        problem = f"{shown_first(value)} is longer than results are kept, 180 days."
        raise refused(problem, "Write 180d or less.")
    return seconds


def read_size(value: Written) -> int:
    """Bytes."""
    amount = units.size(str(value)) if isinstance(value, Scalar) else None
    if not amount:
        mend = "Write a number with a unit, such as 512MiB, 2GiB or 16GB."
        raise refused(f"{shown_first(value)} is not a size.", mend)
    return amount


def read_command(value: Written) -> Written:
    """An argument list; a shell line is shown as the list that it stands for."""
    if isinstance(value, Scalar) and value.value is not None:
        problem = "A command is a list of arguments: there is no shell."
        raise refused(problem, f"Write `{_as_list(str(value))}`.")
    first = value[0] if isinstance(value, Row) and value else None
    if isinstance(first, Scalar) and first.value is not None and not first.strip():
        raise refused("The command begins with an empty word.", "Name the program.")
    return value


def _as_list(line: str) -> str:
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    quoted = (
        f'"{word}"' if set(word) & set("{}[],:#&*\"' ") else word for word in words
    )
    return f"[{', '.join(quoted)}]"


def read_glob(value: Written) -> str:
    """A path pattern inside the repository."""
    text = read_filled(value)
    if text.startswith(("/", "~")) or ".." in text.split("/"):
        mend = "Write it from the top folder of the repository, without `..`."
        raise refused(f"{shown(value)} leaves the repository.", mend)
    try:
        read_globs([text])
    except UserFault as fault:
        raise refused(fault.problem, fault.mend) from None
    if never := hopeless(text):
        mend = "Name characters in it, the lower end of a range first: `[a-z]`."
        raise refused(f"{shown(value)} means no path: nothing is `{never}`.", mend)
    return text


def read_output_path(value: Written) -> str:
    """A file or folder of a trial: relative, or below `{output_dir}`."""
    text = read_filled(value)
    rest = text.removeprefix("{output_dir}").lstrip("/")
    leaves = text.startswith(("/", "~")) or ".." in rest.split("/")
    if leaves or not rest:
        mend = 'Write a path below "{output_dir}", such as "{output_dir}/out.jsonl".'
        raise refused(f"{shown(value)} is not inside the output directory.", mend)
    if others := placeholders(rest):
        mend = "Only `{output_dir}` is filled in here: use a fixed name below it."
        raise refused(f"`{{{others[0]}}}` is not filled in here.", mend)
    return text


def read_output_folder(value: Written) -> str:
    """As `read_output_path`, and the output directory itself."""
    text = read_filled(value)
    return text if text.rstrip("/") == "{output_dir}" else read_output_path(value)


def read_checkpoint(value: Written) -> str:
    """A path pattern inside the output directory."""
    return read_output_path(value).removeprefix("{output_dir}").lstrip("/")


_PLACEHOLDER = re.compile(rf"\{{({IDENTIFIER})\}}")


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces; other braces, such as those of JSON, are plain text."""
    return tuple(_PLACEHOLDER.findall(text))
