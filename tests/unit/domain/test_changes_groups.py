"""Ids of changes, groups of neighbours, and steps taken as one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.arms import LONGEST_CHANGE, Without, label, parse
from bot.domain.changes import (
    Change,
    Ids,
    PlannedChange,
    Run,
    Step,
    commit_ids,
    grouped,
    joined,
    text_ids,
    united,
)

HEAD = Ids(LONGEST_CHANGE)
TAIL = Ids(LONGEST_CHANGE, tail=True)


def test_a_commit_is_called_by_seven_digits() -> None:
    assert commit_ids(["a" * 40, "b" * 40]) == ("aaaaaaa", "bbbbbbb")
    assert commit_ids([]) == ()


def test_commits_that_begin_alike_are_called_by_more_digits() -> None:
    assert commit_ids(["a" * 40, "a" * 8 + "b" * 32]) == ("a" * 9, "a" * 8 + "b")


def test_a_long_name_keeps_its_start_and_a_long_path_its_end() -> None:
    assert text_ids(["w" * 70], HEAD) == ("w" * 61 + "...",)
    path = f"{'deep/' * 20}train.py"
    (short,) = text_ids([path], TAIL)
    assert short.startswith("...")
    assert short.endswith("/deep/train.py")
    assert len(short) == LONGEST_CHANGE


def test_texts_that_are_spelled_alike_are_told_apart() -> None:
    names = [f"{'w' * 70}{n}" for n in range(3)]
    ids = text_ids(names, HEAD)
    assert len(set(ids)) == 3
    assert all("...~" in one for one in ids[1:])
    assert ids == text_ids(names, HEAD)


def test_what_cannot_be_seen_is_spelled_out() -> None:
    texts = ["a\nb", " x ", "  ", "a\u200bb", "Größe.txt"]
    expected = ("a\\x0ab", "\\x20x\\x20", "\\x20\\x20", "a\\u200bb", "Größe.txt")
    assert text_ids(texts, HEAD) == expected


@given(st.lists(st.text(min_size=1), unique=True, max_size=8), st.booleans())
def test_every_id_can_name_an_arm(texts: list[str], tail: bool) -> None:
    ids = text_ids(texts, Ids(LONGEST_CHANGE, tail=tail))
    assert len(set(ids)) == len(texts)
    groups = grouped(ids, 2, Ids(LONGEST_CHANGE, tail=tail))
    for name in groups.parts:
        assert parse(label(Without(name))) == Without(name)


def test_few_changes_are_not_grouped() -> None:
    groups = grouped(["a", "b", "c"], 8, HEAD)
    assert groups.top == ("a", "b", "c")
    assert groups.parts == {"a": ("a",), "b": ("b",), "c": ("c",)}
    assert groups.halves == {}


def test_no_changes_make_no_group() -> None:
    assert grouped([], 8, HEAD).top == ()


def test_many_changes_make_even_groups_of_neighbours() -> None:
    groups = grouped([str(n) for n in range(10)], 4, HEAD)
    assert groups.top == ("0..2", "3..5", "6..7", "8..9")
    assert groups.parts["3..5"] == ("3", "4", "5")


def test_a_group_falls_into_halves_down_to_single_changes() -> None:
    groups = grouped([str(n) for n in range(5)], 1, HEAD)
    assert groups.top == ("0..4",)
    assert groups.halves["0..4"] == ("0..2", "3..4")
    assert groups.halves["0..2"] == ("0..1", "2")
    assert groups.halves["3..4"] == ("3", "4")
    assert "2" not in groups.halves


@pytest.mark.parametrize("tail", [False, True])
def test_groups_of_long_names_fit_and_differ(tail: bool) -> None:
    paths = [f"{'x' * 50}{n:04d}{'y' * 10}" for n in range(16)]
    groups = grouped(paths, 2, Ids(LONGEST_CHANGE, tail=tail))
    assert len(groups.parts) == 30
    assert all(len(name) <= LONGEST_CHANGE for name in groups.parts)


def test_a_group_never_takes_the_name_of_a_change() -> None:
    groups = grouped(["a", "b", "a..b", "c"], 2, HEAD)
    assert len(groups.parts) == 6
    assert groups.top[0].startswith("a..b~")


@given(st.integers(1, 40), st.integers(1, 12))
def test_halving_always_ends_at_every_change(count: int, most: int) -> None:
    ids = [f"c{n}" for n in range(count)]
    groups = grouped(ids, most, HEAD)
    sizes = [len(groups.parts[name]) for name in groups.top]
    assert max(sizes) - min(sizes) <= 1
    assert len(groups.top) == min(count, most)
    level = list(groups.top)
    while any(name in groups.halves for name in level):
        pairs = (groups.halves.get(name, (name,)) for name in level)
        level = list(itertools.chain.from_iterable(pairs))
    assert level == ids


def test_a_group_says_what_its_changes_did_together() -> None:
    first = Change("a", "Wider", ("1", "3"), ("x.py", "y.py"), 3, 1)
    second = Change("b", "Deeper", ("2",), ("y.py", "z.py"), 2, 2)
    assert united("a..b", [first, second], ["1", "2", "3", "4"]) == Change(
        id="a..b",
        title="2 changes",
        commits=("1", "2", "3"),
        files=("x.py", "y.py", "z.py"),
        insertions=5,
        deletions=3,
        parts=("a", "b"),
    )
    assert united("a", [first], ["1", "3"]) == first


def test_a_planned_change_is_called_as_the_change_is() -> None:
    assert PlannedChange(Change("a")).id == "a"


def test_neighbours_are_taken_as_one_step() -> None:
    steps = [
        Step("1", "0", "T0", "T1"),
        Step("2", "1", "T1", "T2"),
        Step("4", "3", "T3", "T4"),
        Step("5", "", "A5", "T5"),
    ]
    assert joined(steps) == (
        Run("T0", "T2", "2"),
        Run("T3", "T4", "4"),
        Run("A5", "T5", "5"),
    )


def test_a_step_that_is_cut_off_makes_no_run() -> None:
    assert joined([Step("1", "", None, "T1")]) is None
    assert joined([]) == ()
