"""The training script of a repository and its flags, read from syntax, never run."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.init.files import head
from bot.presentation.first_policy import EDIT, CommandGuess, Option

SMALLEST_SCORE = 5
MOST_VARIANTS = 4
_LIBRARIES = frozenset(
    {"torch", "tensorflow", "keras", "jax", "sklearn", "lightning", "transformers"}
)
_SEED = re.compile(r"(random|manual|rng|torch|global)?seed")
_FOLDER = re.compile(
    r"(out|output|work|save|log|results?|run|exp|checkpoint|ckpt)(dir|folder)|output"
)
_LENGTH = re.compile(
    r"(max|num|n|total|train|numtrain)?(steps|iters|iterations|epochs|updates)"
)
_VARIANT = re.compile(r"mode|model|arch|architecture|type|variant|network|net|task")
_MODE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


@dataclass(frozen=True, slots=True)
class Flag:
    """One argument of a parser. `default` and `choices` only where they are literal."""

    name: str
    required: bool = False
    default: object = None
    choices: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The name in one case, without dashes and underscores."""
        return re.sub(r"[^a-z0-9]", "", self.name.lower())


@dataclass(frozen=True, slots=True)
class Script:
    """A Python file: path from the top, syntax, flags."""

    path: str
    tree: ast.Module
    flags: tuple[Flag, ...]

    @property
    def score(self) -> int:
        """How much it looks like the script that trains."""
        stem = Path(self.path).stem.lower()
        named = 6 if stem == "train" else 4 if "train" in stem else 0
        named = named or (3 if stem in ("main", "run", "fit") else 0)
        has_seed = any(_SEED.fullmatch(flag.word) for flag in self.flags)
        points = (
            named,
            4 if has_seed else 0,
            2 if self.flags else 0,
            2 if _LIBRARIES & _imports(self.tree) else 0,
            1 if _has_guard(self.tree) else 0,
            -self.path.count("/"),
        )
        return sum(points)


def scripts(root: Path, files: Sequence[Path]) -> list[Script]:
    """The Python files that may train, likeliest first."""
    found = (_script(root, path) for path in files if _is_candidate(root, path))
    return sorted((one for one in found if one), key=lambda one: (-one.score, one.path))


def _is_candidate(root: Path, path: Path) -> bool:
    parts = path.relative_to(root).parts
    in_tests = any(part in ("tests", "test", "docs") for part in parts[:-1])
    is_test = path.name.startswith("test_") or path.name in ("conftest.py", "setup.py")
    has_braces = "{" in str(path.relative_to(root))
    return path.suffix == ".py" and not (in_tests or is_test or has_braces)


def _script(root: Path, path: Path) -> Script | None:
    try:
        tree = ast.parse(head(path))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return Script(path.relative_to(root).as_posix(), tree, tuple(_flags(tree)))


def _imports(tree: ast.Module) -> set[str]:
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def _has_guard(tree: ast.Module) -> bool:
    tests = (node.test for node in tree.body if isinstance(node, ast.If))
    return any("__main__" in ast.dump(test) for test in tests)


def _flags(tree: ast.Module) -> Iterator[Flag]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_parser_call(node.func):
            yield from _flag(node)


def _is_parser_call(called: ast.expr) -> bool:
    names = ("add_argument", "option")
    return isinstance(called, ast.Attribute) and called.attr in names


def _flag(call: ast.Call) -> Iterator[Flag]:
    names = [text for text in map(_literal, call.args) if isinstance(text, str)]
    long = [name for name in names if name.startswith("--")]
    name = (long or names or [""])[0]
    given = {word.arg: _literal(word.value) for word in call.keywords}
    positional = not name.startswith("-")
    optional = given.get("nargs") in ("?", "*")
    choices = given.get("choices")
    if name and name != "option":
        yield Flag(
            name,
            bool(given.get("required")) or (positional and not optional),
            given.get("default"),
            tuple(map(str, choices)) if isinstance(choices, list | tuple) else (),
        )


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def guess_command(found: Sequence[Script]) -> CommandGuess | None:
    """The command of the likeliest script, or None if none is likely."""
    if not found or found[0].score < SMALLEST_SCORE:
        return None
    script = found[0]
    variant = next(filter(_is_variant, script.flags), None)
    rest = [flag for flag in script.flags if flag is not variant]
    length = next((flag for flag in rest if _is_length(flag)), None)
    options = [*_options(rest), *([_length_option(length)] if length else [])]
    return CommandGuess(
        script=script.path,
        options=tuple(options),
        variant_flag=variant.name if variant else "",
        variants=variant.choices if variant else (),
        params=((_param(length), str(length.default)),) if length else (),
        notes=tuple(_notes(script, rest)),
    )


def _is_variant(flag: Flag) -> bool:
    fits = 1 < len(flag.choices) <= MOST_VARIANTS and flag.name.startswith("--")
    names = all(_MODE_NAME.fullmatch(one) for one in flag.choices)
    distinct = len(set(flag.choices)) == len(flag.choices)
    return bool(_VARIANT.fullmatch(flag.word)) and fits and names and distinct


def _is_length(flag: Flag) -> bool:
    whole = isinstance(flag.default, int) and not isinstance(flag.default, bool)
    named = flag.name.startswith("--") and _LENGTH.fullmatch(flag.word)
    return bool(named) and whole and 0 < int(str(flag.default)) < 10**12


def _param(flag: Flag) -> str:
    return re.sub(r"[^a-z0-9]+", "_", flag.name.lower()).strip("_")


def _length_option(flag: Flag) -> Option:
    name = _param(flag)
    note = f"{name}: {flag.default} is the default of {flag.name}; less is faster."
    return Option((flag.name, f"{{{name}}}"), note)


def _options(flags: Sequence[Flag]) -> Iterator[Option]:
    """Required arguments, and the first flags for seed and output folder."""
    seed = next((flag for flag in flags if _names(flag, _SEED)), None)
    folder = next((flag for flag in flags if _names(flag, _FOLDER)), None)
    for flag in flags:
        if flag is seed:
            yield Option((flag.name, "{seed}"))
        elif flag is folder:
            yield Option((flag.name, "{output_dir}"))
        elif flag.required and not _is_length(flag):
            yield _required(flag)


def _names(flag: Flag, pattern: re.Pattern[str]) -> bool:
    return flag.name.startswith("--") and bool(pattern.fullmatch(flag.word))


def _required(flag: Flag) -> Option:
    value = flag.choices[0] if flag.choices and "{" not in flag.choices[0] else EDIT
    note = f"train: the script needs {flag.name}; {value} stands for it."
    words = (flag.name, value) if flag.name.startswith("-") else (value,)
    return Option(words, note)


def _notes(script: Script, flags: Sequence[Flag]) -> Iterator[str]:
    if not any(_names(flag, _SEED) for flag in flags):
        yield (
            "train: no flag for the seed was found; read SEEDGATE_SEED in the code, or"
            " say `seeding: none`."
        )
    if "add_subparsers" in ast.dump(script.tree):
        yield "train: the script has sub-commands; put the one that trains first."
    for flag in flags:
        if _VARIANT.fullmatch(flag.word) and flag.name.startswith("--"):
            yield f"modes: one mode runs the default of {flag.name}; add the others."
