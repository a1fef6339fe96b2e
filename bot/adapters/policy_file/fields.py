"""The types of the fields of a policy: a reader each, and what editors are told."""

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from bot.adapters.policy_file import readers, rule_readers
from bot.domain.policy import Gate, Spending, Tolerance

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"


def _schema(**rule: object) -> WithJsonSchema:
    return WithJsonSchema(dict(rule))


_SCALAR = ["string", "number", "boolean"]
Text = Annotated[str, BeforeValidator(readers.read_filled), _schema(type=_SCALAR)]
Word = Annotated[str, BeforeValidator(readers.read_text), _schema(type=_SCALAR)]
"""One argument of a command or value of a parameter; may be empty."""
Number = Annotated[float, BeforeValidator(readers.read_number)]
Whole = Annotated[int, BeforeValidator(readers.read_whole)]
Key = Annotated[str, Field(pattern=rf"^{NAME}$")]
Param = Annotated[str, Field(pattern=rf"^{readers.IDENTIFIER}$")]
Alpha = Annotated[Number, Field(gt=0, lt=0.5)]
Examples = Annotated[Whole, Field(ge=1, le=10**12)]
Duration = Annotated[
    float,
    PlainValidator(readers.read_duration),
    _schema(type="string", examples=["20m"]),
]
Age = Annotated[
    float,
    PlainValidator(readers.read_age),
    _schema(type="string", examples=["14d"]),
]
Size = Annotated[
    int, PlainValidator(readers.read_size), _schema(type="string", examples=["2GiB"])
]
ToleranceField = Annotated[
    Tolerance,
    PlainValidator(rule_readers.read_tolerance),
    _schema(
        anyOf=[
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": r"^(auto|[0-9.]+(e-?[0-9]+)? ?%)$"},
        ]
    ),
]
Command = Annotated[
    list[Word], BeforeValidator(readers.read_command), Field(min_length=1)
]
Glob = Annotated[str, BeforeValidator(readers.read_glob)]
OutputPath = Annotated[str, BeforeValidator(readers.read_output_path)]
OutputFolder = Annotated[str, BeforeValidator(readers.read_output_folder)]
Checkpoint = Annotated[str, BeforeValidator(readers.read_checkpoint)]
Pattern = Annotated[
    str,
    BeforeValidator(rule_readers.read_pattern),
    _schema(type="string", format="regex"),
]
SpendingField = Annotated[
    Spending,
    PlainValidator(rule_readers.read_spending),
    _schema(type="string", pattern=r"^(pocock|obf|kd:[0-9.]+|hsd:-?[0-9.]+)$"),
]
When = Annotated[
    tuple[Gate, str | None],
    PlainValidator(rule_readers.read_when),
    _schema(type="string", pattern="^(always|never|on-pass|label:.+)$"),
]
OnOff = Annotated[
    bool,
    PlainValidator(rule_readers.read_on_off),
    _schema(enum=["on", "off", True, False]),
]
_COUNT = {"type": "integer", "minimum": 1, "maximum": rule_readers.MOST_SEEDS}
Looks = Annotated[
    tuple[int, ...],
    PlainValidator(rule_readers.read_looks),
    _schema(
        anyOf=[
            _COUNT,
            {"type": "array", "items": _COUNT, "minItems": 1},
            {
                "type": "object",
                "properties": {"min": _COUNT, "max": _COUNT},
                "additionalProperties": False,
            },
        ]
    ),
]
Range = Annotated[
    tuple[float | None, float | None],
    PlainValidator(rule_readers.read_range),
    _schema(type="array", items={"type": ["number", "null"]}, minItems=2, maxItems=2),
]
Reference = Annotated[
    float | tuple[str, ...],
    PlainValidator(rule_readers.read_reference),
    _schema(type=["number", "array"], items={"type": _SCALAR}),
]
