"""Who changed a mode: found on trees without one change, then on single changes."""

from bot.domain.changes import Change, PlannedChange
from bot.domain.invasiveness import Blame, blame, left_out, taken_alone
from bot.domain.verdict import Behaviour, Fingerprint

IDENTICAL = Behaviour(Fingerprint.IDENTICAL)
NUMERIC = Behaviour(Fingerprint.NUMERIC)
CHANGED = Behaviour(Fingerprint.CHANGED)
UNKNOWN = Behaviour(Fingerprint.UNKNOWN)


def change(name: str, **parts: object) -> PlannedChange:
    trees = {"without": f"without-{name}", "only": f"only-{name}"}
    return PlannedChange(Change(name), **(trees | parts))  # type: ignore[arg-type]


A, B, C = change("a"), change("b"), change("c")


def test_one_change_alone_did_it_and_nothing_is_run() -> None:
    assert (left_out([A]), taken_alone([A], {})) == ((), ())
    assert blame([A], {}, {}) == Blame(("a",))
    assert blame([A, change("b", inert=True)], {}, {}) == Blame(("a",))


def test_the_change_without_which_nothing_differs_did_it() -> None:
    assert left_out([A, B, C]) == ("a", "b", "c")
    without = {"a": CHANGED, "b": IDENTICAL, "c": CHANGED}
    assert taken_alone([A, B, C], without) == ()
    assert blame([A, B, C], without, {}) == Blame(("b",))


def test_what_is_left_may_differ_by_rounding() -> None:
    assert blame([A, B], {"a": NUMERIC, "b": CHANGED}, {}) == Blame(("a",))


def test_where_leaving_out_one_mends_nothing_each_is_taken_alone() -> None:
    without = {"a": CHANGED, "b": CHANGED, "c": UNKNOWN}
    assert taken_alone([A, B, C], without) == ("a", "b", "c")
    alone = {"a": CHANGED, "b": CHANGED, "c": IDENTICAL}
    assert blame([A, B, C], without, alone) == Blame(("a", "b"))


def test_a_change_without_trees_is_said_to_have_none() -> None:
    stuck = change("b", without=None, only=None, why_not="conflict in train.py")
    assert left_out([A, stuck]) == ("a",)
    assert taken_alone([A, stuck], {"a": CHANGED}) == ("a",)
    found = blame([A, stuck], {"a": CHANGED}, {"a": IDENTICAL})
    said = "there is no tree without the change b (conflict in train.py)"
    assert found == Blame((), said)
    mute = change("b", without=None)
    assert blame([A, mute], {}, {}).why == "there is no tree without the change b"


def test_changes_that_only_together_do_it_leave_it_open() -> None:
    found = blame([A, B], {"a": CHANGED, "b": CHANGED}, {"a": IDENTICAL})
    assert found.changes == ()
    assert found.why.startswith("no single change did it")


def test_a_branch_that_was_not_cut_names_nobody() -> None:
    assert blame([], {}, {}) == Blame((), "the branch was not cut into changes")
