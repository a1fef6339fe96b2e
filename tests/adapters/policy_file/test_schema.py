"""The JSON Schema that editors use agrees with what the gate reads."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.adapters.policy_file import policy_schema
from tests.adapters.policy_file.texts import (
    SOUND,
    faults,
    with_lines,
    with_metric,
    with_mode,
    with_stages,
)

POLICIES = Path(__file__).parents[2] / "data" / "policies"
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "policy.md"


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = policy_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("path", sorted(POLICIES.glob("*.yml")), ids=lambda p: p.stem)
def test_the_examples_are_valid(
    validator: jsonschema.Draft202012Validator, path: Path
) -> None:
    assert list(validator.iter_errors(read(path.read_text()))) == []


@pytest.mark.parametrize(
    "text",
    [
        with_lines("tolerence: 1"),
        with_lines("decision: {alhpa: 0.1}"),
        with_lines("decision: {alpha: 0.5}"),
        with_lines("permissions: {accept: write}"),
        with_lines("budget: null"),
        with_mode("resources: {cpu: 1}"),
        with_mode("resources: {memory: 2}"),
        with_mode("environment: {files: [a]}"),
        with_metric("tolerance: 0.01"),
        with_metric("direction: minimize"),
        with_metric("direction: minimize", "tolerance: -1"),
        with_metric("direction: minimize", "tolerance: 0.1", "target: 1"),
        with_metric("role: limit"),
        with_metric("role: target", "direction: minimize"),
        with_metric("direction: minimize", "tolerance: 0.1", "source: wallclock"),
        with_metric("direction: minimize", "tolerance: 0.1", "source: {}"),
        with_metric(
            "direction: minimize", "tolerance: 0.1", "source: {csv: a, jsonl: b}"
        ),
        with_stages("fast: {params: {steps: 1}, seeds: {mni: 3}}"),
        with_stages("fast: {params: {steps: 1}, when: sometimes}"),
        SOUND.replace("version: 1", "version: 2"),
        SOUND.replace("  mlp:", "  m l p:"),
        SOUND.replace("train.py", "[a]"),
        "version: 1",
    ],
)
def test_what_the_gate_refuses_by_its_form_is_refused_by_the_schema(
    validator: jsonschema.Draft202012Validator, text: str
) -> None:
    assert faults(text)
    assert list(validator.iter_errors(read(text)))


def test_every_key_has_a_description_or_a_described_type() -> None:
    schema = policy_schema()
    described = [
        (name, key)
        for name, model in [("", schema), *schema["$defs"].items()]
        for key, rule in model.get("properties", {}).items()
        if "description" not in rule and "$ref" not in rule
    ]
    assert described == []


def test_the_reference_page_says_something_of_every_key() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    schema = policy_schema()
    models = [schema, *schema["$defs"].values()]
    keys = {key for model in models for key in model.get("properties", {})}
    assert sorted(key for key in keys if f"`{key}`" not in page) == []
