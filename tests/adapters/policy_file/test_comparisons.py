"""The comparisons of a replay: what they mean, and their faults with places."""

import pytest

from bot.adapters.policy_file.comparisons import load_comparisons
from bot.domain.errors import PolicyFaults
from bot.domain.replay import Comparison, Comparisons

WHOLE = """\
mode: record
stage: full
constant: [steps, batch]
timed: [train_time_s]
comparisons:
  - name: one
    baseline: old
    branch: new
    merged: true
    without: {a: new-without-a}
    note: as told
  - {name: two, branch: other, baseline: null, merged: null, note: }
"""


def said(text: str) -> list[str]:
    try:
        load_comparisons(text.encode(), "cmp.yml")
    except PolicyFaults as broken:
        return [
            f"{one.line}:{one.column} {one.path}: {one.problem} {one.mend}"
            for one in broken.faults
        ]
    return []


def test_a_file_says_what_to_compare_and_how_arms_are_read() -> None:
    assert load_comparisons(WHOLE.encode(), "cmp.yml") == Comparisons(
        comparisons=(
            Comparison("one", "new", "old", True, {"a": "new-without-a"}, "as told"),
            Comparison("two", "other"),
        ),
        mode="record",
        stage="full",
        constant=("steps", "batch"),
        timed=("train_time_s",),
    )


def test_a_small_file_has_the_documented_defaults() -> None:
    found = load_comparisons(b"comparisons: [{name: a, branch: b}]", "cmp.yml")
    assert (found.mode, found.stage, found.timed) == (None, None, None)
    assert found.constant == ("steps",)


def test_the_same_may_be_written_in_json() -> None:
    text = b'{"comparisons": [{"name": "a", "branch": "b", "merged": false}]}'
    (one,) = load_comparisons(text, "cmp.json").comparisons
    assert one == Comparison("a", "b", merged=False)


def test_every_fault_is_told_at_once_where_it_stands() -> None:
    text = """\
mod: record
comparisons:
  - {name: one, baseline: [], branch: new}
  - {name: one, branch: new, mergd: true}
  - {name: two, merged: yes, baseline: old}
  - {branch: x, mode: y, without: [a]}
  - three
"""
    assert said(text) == [
        "1:1 mod: `mod` is no key here. Did you mean `mode`?",
        "3:27 comparisons[0].baseline: A list is not a text. Write one value.",
        "4:12 comparisons[1].name: The name `one` is given to two comparisons. Give "
        "one of them another name.",
        "4:30 comparisons[1].mergd: `mergd` is no key here. Did you mean `merged`?",
        "5:5 comparisons[2]: `branch` is missing. Add `branch`.",
        "5:25 comparisons[2].merged: `yes` is neither true nor false. Write true or "
        "false, or null where it is not known.",
        "6:5 comparisons[3]: `name` is missing. Add `name`.",
        "6:17 comparisons[3].mode: `mode` is no key here. It belongs at the top of "
        "the file.",
        "6:35 comparisons[3].without: A list is no mapping. Write keys with their "
        "values.",
        "7:5 comparisons[4]: `three` is no mapping. Write keys with their values.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1 file: The file is empty."),
        ("mode: a\n", "1:1 file: `comparisons` is missing."),
        ("comparisons: []\n", "`comparisons` has no entry."),
        ("comparisons: 3\n", "`3` is no list."),
        ("comparisons: [{name: a, name: b, branch: c}]", "`name` is written twice"),
    ],
)
def test_a_file_without_comparisons_is_refused(text: str, expected: str) -> None:
    (one,) = said(text)
    assert expected in one


def test_the_file_is_named_as_what_it_is() -> None:
    with pytest.raises(PolicyFaults, match=r"The comparisons file cmp\.yml has 1 f"):
        load_comparisons(b"", "cmp.yml")
