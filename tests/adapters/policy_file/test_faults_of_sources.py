"""Faults of the source of a metric."""

import pytest

from tests.adapters.policy_file.texts import said, with_metric


def with_source(source: str) -> str:
    """The sound policy with a source; it begins at line 9, column 17."""
    return with_metric("direction: minimize", "tolerance: 0.01", f"source: {source}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_source(r"{stdout: 'loss (\S+)'}"),
            [
                "9:26 modes.mlp.metrics.loss.source.stdout: The pattern has no group "
                "named `value`. Put `(?P<value>\\S+)` where the number stands.",
            ],
            id="a pattern without the group",
        ),
        pytest.param(
            with_source("{stdout: '(?P<value>'}"),
            [
                "9:26 modes.mlp.metrics.loss.source.stdout: The pattern is no RE2 "
                "expression: missing ): (?P<value>. RE2 has no look-around and no "
                "back-references.",
            ],
            id="a pattern that does not close",
        ),
        pytest.param(
            with_source("{stdout: '(?=x)(?P<value>y)'}"),
            [
                "9:26 modes.mlp.metrics.loss.source.stdout: The pattern is no RE2 "
                "expression: invalid perl operator: (?=. RE2 has no look-around and "
                "no back-references.",
            ],
            id="a pattern with a look-ahead",
        ),
        pytest.param(
            with_source("{}"),
            [
                "9:9 modes.mlp.metrics.loss.source: The source names no place. Keep "
                "exactly one of stdout, jsonl, csv, tensorboard, trainer_state.",
            ],
            id="a source without a place",
        ),
        pytest.param(
            with_source("{csv: a.csv, jsonl: b}"),
            [
                "9:9 modes.mlp.metrics.loss.source: The source names jsonl and csv. "
                "Keep exactly one of stdout, jsonl, csv, tensorboard, trainer_state.",
            ],
            id="a source with two places",
        ),
        pytest.param(
            with_source("wallclock"),
            [
                "9:17 modes.mlp.metrics.loss.source: `wallclock` is not known here. "
                "Did you mean `wall_clock`?",
            ],
            id="a measurement with a slip",
        ),
        pytest.param(
            with_source("[a]"),
            [
                "9:17 modes.mlp.metrics.loss.source: A list is no source. Write "
                "wall_clock, peak_memory, or a mapping such as {jsonl: PATH}.",
            ],
            id="a source that is a list",
        ),
        pytest.param(
            with_source(""),
            [
                "9:9 modes.mlp.metrics.loss.source: `source` is empty. Give it a "
                "value, or remove the key.",
            ],
            id="a source that is empty",
        ),
        pytest.param(
            with_source("{stdout: '(?P<value>x)', key: a}"),
            [
                "9:42 modes.mlp.metrics.loss.source.key: `key` has no meaning for "
                "stdout. Remove it; the group `value` of the pattern is what is read.",
            ],
            id="a key beside a pattern",
        ),
        pytest.param(
            with_source("{jsonl: /tmp/x}"),
            [
                "9:25 modes.mlp.metrics.loss.source.jsonl: `/tmp/x` is not inside "
                'the output directory. Write a path below "{output_dir}", such as '
                '"{output_dir}/out.jsonl".',
            ],
            id="a path outside of the trial",
        ),
        pytest.param(
            with_source("{csv: '{output_dir}/../x.csv'}"),
            [
                "9:23 modes.mlp.metrics.loss.source.csv: `{output_dir}/../x.csv` is "
                'not inside the output directory. Write a path below "{output_dir}", '
                'such as "{output_dir}/out.jsonl".',
            ],
            id="a path that climbs out",
        ),
        pytest.param(
            with_source("{jsonl: 'out/{seed}.jsonl'}"),
            [
                "9:25 modes.mlp.metrics.loss.source.jsonl: `{seed}` is not filled in "
                "here. Only `{output_dir}` is filled in here: use a fixed name below "
                "it.",
            ],
            id="a path with a placeholder that nobody fills",
        ),
        pytest.param(
            with_source("{jsonl: '{output_dir}'}"),
            [
                "9:25 modes.mlp.metrics.loss.source.jsonl: `{output_dir}` is not "
                'inside the output directory. Write a path below "{output_dir}", '
                'such as "{output_dir}/out.jsonl".',
            ],
            id="the output folder where a file is meant",
        ),
        pytest.param(
            with_source("{jsonl: a, take: frist}"),
            [
                "9:34 modes.mlp.metrics.loss.source.take: `frist` is not known here. "
                "Did you mean `first`?",
            ],
            id="a choice of values with a slip",
        ),
        pytest.param(
            with_source("{json: a}"),
            [
                "9:9 modes.mlp.metrics.loss.source: The source names no place. Keep "
                "exactly one of stdout, jsonl, csv, tensorboard, trainer_state.",
                "9:18 modes.mlp.metrics.loss.source.json: `json` is no key here. Did "
                "you mean `jsonl`?",
            ],
            id="a place with a slip",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected
