"""The JSON Schema of the policy file, for editors."""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from bot.adapters.policy_file.models import PolicyModel
from bot.adapters.policy_file.roles import needed, refused
from bot.adapters.policy_file.rules import FILES
from bot.domain.policy import Role

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class _Schema(GenerateJsonSchema):
    """As pydantic writes it, but an optional key is left out and never null."""

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        default = written.get("default")
        is_said = written.get("type") != "string" or isinstance(default, str)
        if default in (None, []) or isinstance(default, dict) or not is_said:
            written.pop("default", None)
        return written

    @override
    def field_title_should_be_set(self, schema: object) -> bool:
        return False


_STANDARD = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
}


def _standard(node: object) -> object:
    """Bounds that come after a reader by their standard names; names closed sets."""
    if isinstance(node, list):
        return [_standard(one) for one in node]
    if not isinstance(node, dict):
        return node
    named = {_STANDARD.get(key, key): _standard(one) for key, one in node.items()}
    is_map = "patternProperties" in named
    return {**named, "additionalProperties": False} if is_map else named


def policy_schema() -> dict[str, Any]:
    """The language as JSON Schema 2020-12: unknown keys are refused, roles checked."""
    written = PolicyModel.model_json_schema(schema_generator=_Schema)
    schema: dict[str, Any] = {key: _standard(one) for key, one in written.items()}
    metric, source = schema["$defs"]["MetricModel"], schema["$defs"]["FileSource"]
    metric["allOf"] = [_rule(role) for role in Role]
    source["oneOf"] = [{"required": [kind]} for kind in FILES]
    return {"$schema": DIALECT, **schema, "title": "seedgate.yml"}


def _rule(role: Role) -> dict[str, Any]:
    """If the role is this one: the keys that it needs, and those without meaning."""
    is_default = role is Role.PRIMARY
    named = {"properties": {"role": {"const": str(role)}}}
    condition = named if is_default else {**named, "required": ["role"]}
    consequence: dict[str, Any] = {"required": list(needed(role))}
    if role is Role.LIMIT:
        consequence["anyOf"] = [{"required": ["max"]}, {"required": ["min"]}]
    consequence["properties"] = dict.fromkeys(refused(role), False)
    return {"if": condition, "then": consequence}
