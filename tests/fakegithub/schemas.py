"""JSON Schema work: OpenAPI 3.0 made modern, requests made strict, parts gathered."""

import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

Json = Any
HERE = Path(__file__).parent / "data"


def load(name: str) -> Json:
    """One vendored description."""
    return json.loads(gzip.decompress((HERE / name).read_bytes()))


def modern(node: Json) -> Json:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [modern(value) for value in node]
    if not isinstance(node, dict):
        return node
    made = {key: modern(value) for key, value in node.items()}
    if made.get("nullable") is True:
        del made["nullable"]
        return {"anyOf": [{"type": "null"}, made]}
    return made


def strict(node: Json, *, root: bool = True) -> Json:
    """A request schema that takes no key it does not name.

    Branches of a combination see only their own keys, so only the schema that holds
    the combination is closed, and a branch that opens itself to all keys is shut.
    """
    if not isinstance(node, dict):
        return node
    made = dict(node)
    for key in ("allOf", "anyOf", "oneOf"):
        if key in made:
            made[key] = [strict(branch, root=False) for branch in made[key]]
    if "properties" in made:
        made["properties"] = {k: strict(v) for k, v in made["properties"].items()}
    if "items" in made:
        made["items"] = strict(made["items"])
    if made.get("additionalProperties") is True and ("properties" in made or not root):
        del made["additionalProperties"]
    if root and _has_keys(made) and "additionalProperties" not in made:
        made["unevaluatedProperties"] = False
    return made


def _has_keys(schema: Mapping[str, Json]) -> bool:
    if "properties" in schema:
        return True
    branches = (b for key in ("allOf", "anyOf", "oneOf") for b in schema.get(key, ()))
    return any(_has_keys(branch) for branch in branches)


def resolved(document: Json, node: Json) -> Json:
    """The node that a chain of references leads to."""
    while isinstance(node, dict) and "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = document["components"][kind][name]
    return node


def inlined(document: Json, node: Json) -> Json:
    """A schema with every reference in place (request schemas are not recursive)."""
    node = resolved(document, node)
    if isinstance(node, list):
        return [inlined(document, value) for value in node]
    if isinstance(node, dict):
        return {key: inlined(document, value) for key, value in node.items()}
    return node


def first_fault(
    validator: jsonschema_rs.Validator | None, instance: Json
) -> str | None:
    """The first fault in a few words, with its place; None when valid."""
    if validator is None or validator.is_valid(instance):
        return None
    fault = next(iter(validator.iter_errors(instance)))
    place = "/".join(str(step) for step in fault.instance_path)
    said = fault.message
    if len(said) > 240:  # the value comes first, what is wrong with it last
        said = f"{said[:60]} ... {said[-170:]}"
    return f"{said} at /{place}"


def references(node: Json) -> Iterator[str]:
    """Every `$ref` below a node."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


class Parts:
    """Named components; compiling with only those a schema needs keeps it quick."""

    def __init__(self, components: Json) -> None:
        self.components = components
        self.known: dict[str, frozenset[str]] = {}

    def compile(self, schema: Json) -> jsonschema_rs.Validator:
        """A validator of the schema with every component that it leads to."""
        found: dict[str, dict[str, Json]] = {}
        waiting = list(references(schema))
        while waiting:
            reference = waiting.pop()
            _, _, kind, name = reference.split("/")
            if name not in found.setdefault(kind, {}):
                found[kind][name] = modern(self.components[kind][name])
                waiting.extend(self._needs(reference, found[kind][name]))
        return jsonschema_rs.validator_for(
            {**schema, "components": found}, validate_formats=True
        )

    def _needs(self, reference: str, part: Json) -> frozenset[str]:
        if reference not in self.known:
            self.known[reference] = frozenset(references(part))
        return self.known[reference]
