"""Every pydantic error as a sentence with a place and a mend."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.adapters.policy_file import mode_models, models
from bot.adapters.policy_file.readers import shown, shown_first
from bot.adapters.policy_file.tree import (
    Path,
    Place,
    Row,
    Scalar,
    Table,
    Written,
    fault_at,
)
from bot.domain.errors import PolicyFault

_AT_THE_KEY = ("missing", "extra_forbidden", "string_pattern_mismatch")


@dataclass(frozen=True, slots=True)
class Layout:
    """A language of files: the model at a path, and where a stray key would belong."""

    model_at: Callable[[Path], type[BaseModel]]
    homes: tuple[tuple[str, type[BaseModel]], ...]


def explain(
    error: ValidationError, document: Table, layout: Layout | None = None
) -> Iterator[PolicyFault]:
    """The faults that pydantic found in `document`, by default a policy's."""
    for one in error.errors(include_url=False):
        path, key_place, value_place = _locate(document, one["loc"])
        place = key_place if one["type"] in _AT_THE_KEY else value_place
        yield fault_at(place, path, *_sentence(one, path, layout or POLICY))


def _locate(document: Table, steps: Path) -> tuple[Path, Place, Place]:
    """The path without pydantic's own steps, and the places of its key and value."""
    node: Written = document
    key_place, path = Place(1, 1), list[int | str]()
    for step in steps:
        found = _step(node, step)
        if found is not None:
            node, key_place = found
            path.append(step)
    return tuple(path), key_place, node.place


def _step(node: Written, step: int | str) -> tuple[Written, Place] | None:
    if isinstance(node, Table) and isinstance(step, str) and step in node:
        return node[step], node.keys_at[step]
    if isinstance(node, Row) and isinstance(step, int):
        return node[step], node[step].place
    return None


def _sentence(error: ErrorDetails, path: Path, layout: Layout) -> tuple[str, str]:
    kind, found, key = error["type"], error["input"], str(error["loc"][-1])
    if kind == "missing":
        return f"`{key}` is missing.", _MISSING.get(key, f"Add `{key}`.")
    if kind == "extra_forbidden":
        return f"`{key}` is no key here.", _nearest_key(key, path[:-1], layout)
    if isinstance(found, Scalar) and found.value is None:
        return f"{_called(path)} is empty.", "Give it a value, or remove the key."
    context = error.get("ctx", {})
    if kind == "fault":
        return str(context["problem"]), str(context["mend"])
    if kind in ("enum", "literal_error"):
        return _wrong_word(found, str(context["expected"]), path)
    return _wrong_value(kind, found, context, path)


def _called(path: Path) -> str:
    last = path[-1] if path else 0
    return f"`{last}`" if isinstance(last, str) else "This entry"


_MISSING = {
    "version": "Begin the file with `version: 1`.",
    "modes": "Name at least one way of running the repository.",
    "train": "Write the training command: `train: [python, train.py]`.",
    "metrics": "Name at least one metric, such as `metrics: {loss: ...}`.",
    "manager": "Write `manager: none`, `uv` or `pip`.",
    "range": "Write the allowed range, such as `range: [0, 10]`.",
}


def _wrong_word(found: object, expected: str, path: Path) -> tuple[str, str]:
    words = re.findall(r"'([^']*)'", expected)
    if path[:1] == ("permissions",) and found == "write":
        mend = f"Write {_either(words)}."
        return "`write` would loosen who may give this command.", mend
    return f"{shown_first(found)} is not known here.", _nearest(str(found), words)


def _nearest(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word.lower(), known, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Write {_either(known)}."


def _either(words: Sequence[str]) -> str:
    *firsts, last = (f"`{word}`" for word in words)
    return f"{', '.join(firsts)} or {last}" if firsts else last


_BOUNDS = {
    "greater_than": ("gt", "is not above", "a number above {}"),
    "greater_than_equal": ("ge", "is below", "a number of {} or more"),
    "less_than": ("lt", "is not below", "a number below {}"),
    "less_than_equal": ("le", "is above", "a number of {} or less"),
}
_NO_NAME = (
    "Use a-z, A-Z, 0-9, `_`, `-` and `.`, beginning with a letter or digit; at most 64."
)
_NO_PARAM = "Use a-z, A-Z, 0-9 and `_`, beginning with a letter."


def _wrong_value(
    kind: str, found: object, context: dict[str, object], path: Path
) -> tuple[str, str]:
    if path == ("version",):
        return f"Version {found} of the policy is not known.", "Write `version: 1`."
    if kind in _BOUNDS:
        bound, relation, wanted = _BOUNDS[kind]
        limit = f"{context[bound]:g}"
        return f"{shown(found)} {relation} {limit}.", f"Write {wanted.format(limit)}."
    if kind == "string_pattern_mismatch":
        mend = _NO_PARAM if "params" in path else _NO_NAME
        return f"`{path[-1]}` cannot be a name.", mend
    if kind == "too_short":
        return f"{_called(path)} has no entry.", "Give it at least one."
    return _wrong_form(kind, found)


def _wrong_form(kind: str, found: object) -> tuple[str, str]:
    if kind == "list_type":
        mend = f"Write `[{found}]`." if isinstance(found, Scalar) else "Write a list."
        return f"{shown_first(found)} is no list.", mend
    if kind == "union_tag_not_found":
        mend = "Write wall_clock, peak_memory, or a mapping such as {jsonl: PATH}."
        return f"{shown_first(found)} is no source.", mend
    return f"{shown_first(found)} is no mapping.", "Write keys with their values."


def _nearest_key(key: str, path: Path, layout: Layout) -> str:
    homes = (home for home, model in layout.homes if key in model.model_fields)
    home = next(homes, None)
    if home is not None:
        return f"It belongs {home}."
    known = tuple(layout.model_at(path).model_fields)
    close = get_close_matches(key, known, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Known: {', '.join(known)}."


_HOMES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("at the top of the file", models.PolicyModel),
    ("under a mode, or under `defaults`", mode_models.ModeModel),
    ("under a metric", mode_models.MetricModel),
    ("under the `source` of a metric", mode_models.FileSource),
    ("under a stage", models.StageModel),
    ("under `resources`", mode_models.ResourcesModel),
    ("under `decision`", models.DecisionModel),
    ("under `baseline`", models.BaselineModel),
    ("under `budget`", models.BudgetModel),
    ("under `data`", models.DataModel),
)


def _model_at(path: Path) -> type[BaseModel]:
    match path:
        case ("modes", _, *rest):
            return _model_in_mode(tuple(rest), mode_models.ModeModel)
        case ("defaults", *rest):
            return _model_in_mode(tuple(rest), mode_models.DefaultsModel)
        case ("stages", _):
            return models.StageModel
        case (str(section),):
            return _SECTIONS[section]
        case _:
            return models.PolicyModel


_SECTIONS: dict[str, type[BaseModel]] = {
    "evaluation": models.EvaluationModel,
    "ablation": models.AblationModel,
    "invasive": models.InvasiveModel,
    "decision": models.DecisionModel,
    "baseline": models.BaselineModel,
    "budget": models.BudgetModel,
    "permissions": models.PermissionsModel,
    "data": models.DataModel,
    "resources": mode_models.ResourcesModel,
    "environment": mode_models.EnvironmentModel,
}


def _model_in_mode(path: Path, whole: type[BaseModel]) -> type[BaseModel]:
    match path:
        case ("metrics", _):
            return mode_models.MetricModel
        case ("metrics", _, "source"):
            return mode_models.FileSource
        case ("quantities", _):
            return mode_models.QuantityModel
        case (str(section),):
            return _SECTIONS[section]
        case _:
            return whole


POLICY = Layout(_model_at, _HOMES)
"""The language of `.github/seedgate.yml`."""
