"""GitHub's contract: which operation a request is, and whether both sides keep it.

Requests are judged strictly: an unknown key, query name or header value is a break of
the client even where GitHub would let it pass. Responses are judged as described: a
break there is a fault of the fake.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

import jsonschema_rs

from tests.fakegithub.departures import mended
from tests.fakegithub.schemas import (
    Parts,
    first_fault,
    inlined,
    load,
    modern,
    resolved,
    strict,
)

Json = Any
SPOKEN_VERSION = "2022-11-28"
# These take slashes: refs, paths, `base...head`.
DEEP = frozenset({"ref", "path", "basehead", "branch", "commit_sha", "sha"})
# GitHub answers these to any operation, whatever its description lists.
EVERYWHERE = frozenset({301, 302, 304, 307, 400, 401, 403, 404, 415, 422, 429})


@dataclass(frozen=True, slots=True)
class Break:
    """Somebody broke the contract: the client, or the fake itself."""

    side: Literal["client", "fake"]
    operation: str
    problem: str


@functools.cache
def examples() -> dict[str, list[dict[str, Json]]]:
    """GitHub's official example payloads by event."""
    loaded: dict[str, list[dict[str, Json]]] = load("examples.json.gz")
    return loaded


@dataclass(slots=True)
class Operation:
    """One operation; its schemas compile when first used and then stay."""

    id: str
    method: str
    template: str
    document: Json
    spec: Json
    pattern: re.Pattern[str]
    validators: dict[str, jsonschema_rs.Validator | None]

    def validator(self, key: str, schema: Json) -> jsonschema_rs.Validator | None:
        """The compiled schema of this key."""
        if key not in self.validators:
            self.validators[key] = _parts().compile(schema) if schema else None
        return self.validators[key]

    def parameters(self) -> Iterator[Json]:
        """Its parameters, resolved."""
        for parameter in self.spec.get("parameters", ()):
            yield resolved(self.document, parameter)

    def body_schema(self) -> Json:
        """The strict schema of the request's JSON body, if it has one."""
        content = self.spec.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return strict(modern(inlined(self.document, schema))) if schema else None

    def body_fault(self, body: Json) -> str | None:
        """What is wrong with a request's body; an absent one is None."""
        if "requestBody" not in self.spec:
            return None if body is None else "this operation takes no body"
        if body is None:
            required = self.spec["requestBody"].get("required", False)
            return "the body is missing" if required else None
        return first_fault(self.validator("request", self.body_schema()), body)

    def query_fault(self, query: Mapping[str, str]) -> str | None:
        """What is wrong with a request's query."""
        known = {
            p["name"]: p["schema"] for p in self.parameters() if p["in"] == "query"
        }
        for name, text in query.items():
            if name not in known:
                return f"unknown query name {name!r}"
            if fault := self._value_fault(name, known[name], text):
                return fault
        return None

    def _value_fault(self, name: str, schema: Json, text: str) -> str | None:
        schema = modern(inlined(self.document, schema))
        value: Json = text
        if schema.get("type") == "integer":
            if not text.isdigit():
                return f"query {name} is not a whole number: {text!r}"
            value = int(text)
        elif schema.get("type") == "boolean":
            value = {"true": True, "false": False}.get(text, text)
        if name == "per_page" and not 1 <= value <= 100:
            return f"query per_page is {value}: GitHub cuts it to 100"
        fault = first_fault(self.validator(f"query {name}", schema), value)
        return f"query {name}: {fault}" if fault else None

    def answer_fault(self, status: int, body: Json) -> str | None:
        """What is wrong with an answer of ours."""
        answer = self.spec["responses"].get(str(status))
        if answer is None:
            if status in EVERYWHERE or status >= 500:
                return None
            return f"status {status} is not declared"
        answer = resolved(self.document, answer)
        content = answer.get("content", {}).get("application/json")
        if content is None:
            return None if body is None else f"{status} has no JSON body"
        schema = modern(content["schema"])
        return first_fault(self.validator(f"answer {status}", schema), body)


@functools.cache
def _document() -> Json:
    return mended(load("openapi.json.gz"))


@functools.cache
def _parts() -> Parts:
    return Parts(_document()["components"])


def _pattern(template: str) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name}>{'.+?' if name in DEEP else '[^/]+'})"

    escaped = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    return re.compile(re.sub(r"\{(\w+)\}", group, escaped))


class Contract:
    """All operations of the subset, most literal first; made once (`contract()`)."""

    def __init__(self) -> None:
        document = _document()
        self.operations = {
            spec["operationId"]: Operation(
                spec["operationId"],
                method.upper(),
                template,
                document,
                spec,
                _pattern(template),
                {},
            )
            for template, methods in document["paths"].items()
            for method, spec in methods.items()
        }
        self.in_order = sorted(
            self.operations.values(),
            key=lambda o: -len(re.sub(r"\{\w+\}", "", o.template)),
        )

    def match(
        self, method: str, raw_path: str
    ) -> tuple[Operation, dict[str, str]] | None:
        """The operation of a request and its path's values, unquoted."""
        for operation in self.in_order:
            if operation.method != method:
                continue
            if found := operation.pattern.fullmatch(raw_path):
                return operation, {k: unquote(v) for k, v in found.groupdict().items()}
        return None


@functools.cache
def contract() -> Contract:
    """The one contract of this process."""
    return Contract()


@functools.cache
def permission_levels() -> dict[str, list[str]]:
    """Every permission that an App can have, with its levels."""
    known = _document()["components"]["schemas"]["app-permissions"]["properties"]
    return {name: list(schema["enum"]) for name, schema in known.items()}
