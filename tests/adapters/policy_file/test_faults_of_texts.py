"""Faults of the YAML text itself."""

import pytest

from tests.adapters.policy_file.texts import said, with_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            with_lines("stages: {}"),
            [
                "11:1 stages: `stages` is written twice; first on line 9. Keep one "
                "of them, or give this one another name.",
            ],
            id="a key that is written twice",
        ),
        pytest.param(
            with_lines("<<: {}"),
            [
                "11:1 policy: YAML 1.2 has no merge key `<<`. Put what modes share "
                "under `defaults`, or alias a whole value.",
            ],
            id="a merge key",
        ),
        pytest.param(
            with_lines("anchor: !x y"),
            [
                "11:9 anchor: The tag `!x` has no meaning here. Remove it.",
            ],
            id="a tag",
        ),
        pytest.param(
            with_lines("anchor: *nope"),
            [
                "11:9 anchor: The alias `*nope` names no anchor that ends above it. "
                "Write `&nope` before the value that it stands for.",
            ],
            id="an alias without anchor",
        ),
        pytest.param(
            with_lines("branches: &b [*b]"),
            [
                "11:15 branches[0]: The alias `*b` names no anchor that ends above "
                "it. Write `&b` before the value that it stands for.",
            ],
            id="an alias inside its own anchor",
        ),
        pytest.param(
            with_lines("a: b: c"),
            [
                "11:5 policy: Not YAML: mapping values are not allowed here. Quote a "
                "text that holds `: `.",
            ],
            id="a colon in a plain text",
        ),
        pytest.param(
            with_lines("\ta: b"),
            [
                "11:1 policy: Not YAML: found character '\\t' that cannot start any "
                "token. Indent with spaces.",
            ],
            id="a tab",
        ),
        pytest.param(
            with_lines("branches: [main"),
            [
                "12:1 policy: Not YAML: expected ',' or ']', but got '<stream end>'. "
                "Close what was opened: a quote, `[` or `{`.",
            ],
            id="a bracket that does not close",
        ),
        pytest.param(
            with_lines("branches: [main}"),
            [
                "11:16 policy: Not YAML: expected ',' or ']', but got '}'. Look at "
                "the indentation, the quotes and the brackets just before.",
            ],
            id="another YAML error",
        ),
        pytest.param(
            with_lines("? [a]", ": 1"),
            [
                "11:3 policy: A key must be a plain word. Write `key: value`.",
            ],
            id="a key that is no word",
        ),
        pytest.param(
            "",
            [
                "1:1 policy: The file is empty. `seedgate init` writes a first policy.",
            ],
            id="nothing",
        ),
        pytest.param(
            "# nothing yet\n",
            [
                "1:1 policy: The file is empty. `seedgate init` writes a first policy.",
            ],
            id="only a comment",
        ),
        pytest.param(
            "- version: 1\n",
            [
                "1:1 policy: The file is no mapping of keys to values. Begin with "
                "`version: 1`.",
            ],
            id="a list",
        ),
        pytest.param(
            "3",
            [
                "1:1 policy: The file is no mapping of keys to values. Begin with "
                "`version: 1`.",
            ],
            id="a number",
        ),
        pytest.param(
            "version: 1\n---\nversion: 1\n",
            [
                "2:1 policy: A second document begins here. Keep one document: "
                "remove the `---` line and what follows.",
            ],
            id="two documents",
        ),
        pytest.param(
            "%YAML 1.1\n---\nversion: 1\n",
            [
                "2:1 policy: The file asks for another YAML than 1.2. Remove the "
                "`%YAML` line.",
            ],
            id="YAML 1.1",
        ),
        pytest.param(
            "%YAML 9.9.9\n---\nversion: 1\n",
            [
                "1:10 policy: Not YAML: expected a digit or '.', but found '.'. Look "
                "at the indentation, the quotes and the brackets just before.",
            ],
            id="a directive that nobody knows",
        ),
        pytest.param(
            "version: 1\nanchor: \x01\n",
            [
                "2:9 policy: The character U+0001 is not allowed in YAML. Remove it.",
            ],
            id="a control character",
        ),
        pytest.param(
            b"version: 1\nanchor: \xff\n",
            [
                "2:9 policy: The byte 0xff is not UTF-8 text. Save the file as UTF-8.",
            ],
            id="bytes that are no text",
        ),
        pytest.param(
            "[" * 60_000,
            [
                "1:26 "
                "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0"
                "][0][0]: The nesting is over 24 levels deep. Flatten it.",
            ],
            id="nesting without end",
        ),
        pytest.param(
            b"#" * 65_537,
            [
                "1:1 policy: The file has 65537 bytes, and 65536 are the most. "
                "Remove what is not policy.",
            ],
            id="a file that is too large",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str | bytes, expected: list[str]) -> None:
    assert said(text) == expected
