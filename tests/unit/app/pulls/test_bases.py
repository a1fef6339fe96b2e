"""Bases that moved while nobody listened: each is compared with what its look saw."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.mirroring import MirrorError, Unreachable
from bot.app.pulls import remembered
from bot.app.pulls.sweeping.bases import Bases
from bot.domain.conclusions import Waiting, part_of
from bot.domain.errors import MachineryFault
from bot.domain.github import CheckChange, CheckStatus, Output, Pull
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Outline, Standing, Voice
from tests.fakes.yard import POLICY, Yard, files, side, yard

BOTH = POLICY + "branches: [main, dev]\n"
STRICT = BOTH.replace("0.05", "0.01")
MINUTE_S = 60.0


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    """Pull requests onto `main` and onto `dev` are gated."""
    found = yard(tmp_path, files(policy=BOTH))
    found.mirrors.moves(found.place, "dev", found.tip())
    return found


def onto_dev(gate: Yard, branch: str = "idea") -> Pull:
    pull = gate.opens(branch)
    gate.edits(pull, base=side(gate.place, gate.tip("dev"), "dev"))
    return gate.github.towns[gate.place].pulls[pull.number]


def later(gate: Yard, seconds: float = 3 * MINUTE_S) -> list[int]:
    """Whom the next sweep wakes."""
    gate.clock.now += seconds
    gate.reconciler.sweep()
    return gate.due()


def during_the_next_word(
    gate: Yard, patch: pytest.MonkeyPatch, happens: Callable[[], object]
) -> None:
    """Something happens when a look has decided, and just before it says so."""
    say = gate.store.say

    def first(standing: Standing, posts: Sequence[Post]) -> None:
        patch.setattr(gate.store, "say", say)
        happens()
        say(standing, posts)

    patch.setattr(gate.store, "say", first)


def test_a_base_that_no_sweep_had_seen_before_it_moved_is_noticed(gate: Yard) -> None:
    gate.reconciler.sweep()  # nothing is open onto `dev` yet
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.commits({POLICY_PATH: STRICT}, "dev")  # its webhook is lost
    assert later(gate) == [pull.number]
    gate.works()
    assert gate.run(pull.head.sha).conclusion is None


def test_a_push_that_git_could_not_tell_of_is_found_by_the_next_sweep(
    gate: Yard,
) -> None:
    gate.reconciler.sweep()
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.commits({POLICY_PATH: STRICT}, "dev")
    gate.mirrors.fails(gate.place, Unreachable("away"))
    with pytest.raises(MirrorError):
        gate.bases.look(gate.place, ["dev"], {"dev": gate.tip()})
    assert later(gate) == []
    gate.mirrors.fails(gate.place, None)
    assert later(gate) == [pull.number]


def test_a_push_during_the_first_look_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrow = POLICY + "relevant: [train.py]\n"
    wide = POLICY + "relevant: [train.py, 'notes/**']\n"
    gate = yard(tmp_path, {**files(policy=narrow), "notes/x.txt": "a\n"})
    gate.reconciler.sweep()
    sha = gate.mirrors.pushes(gate.place, "idea", {"notes/x.txt": "b\n"})
    pull = gate.github.opens(gate.place, "idea", sha, gate.author, gate.tip())
    gate.mirrors.opens(gate.place, pull.number, sha)

    def pushed() -> None:
        gate.commits({POLICY_PATH: wide})
        gate.bases.look(gate.place, ["main"], {})

    during_the_next_word(gate, monkeypatch, pushed)
    gate.works(pull)
    assert gate.run(sha).conclusion == "success"  # by the policy that was
    assert later(gate) == [pull.number]
    gate.works()
    assert gate.run(sha).conclusion is None


def test_what_is_gated_may_change_during_the_first_look_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = yard(tmp_path, files())
    gate.mirrors.moves(gate.place, "dev", gate.tip())
    gate.reconciler.sweep()
    pull = onto_dev(gate)

    def pushed() -> None:
        gate.commits({POLICY_PATH: BOTH})  # now `dev` is gated too
        gate.bases.look(gate.place, ["main"], {})

    during_the_next_word(gate, monkeypatch, pushed)
    gate.works(pull)
    assert gate.runs(pull.head.sha) == []
    assert later(gate) == [pull.number]
    gate.works()
    assert gate.run(pull.head.sha).conclusion is None


def test_a_move_is_minded_once(gate: Yard) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.commits({"model.py": "width = 2\n"}, "dev")
    assert later(gate) == []  # it stands for a while
    stale = gate.standing(pull).stale_at
    assert stale is not None
    (alarm,) = gate.store.due(stale, 9)
    later(gate)
    assert gate.store.due(stale, 9) == [alarm]
    gate.commits({"model.py": "width = 3\n"}, "dev")
    assert later(gate) == []
    (again,) = gate.store.due(stale, 9)
    assert again.serial == alarm.serial + 1


def test_a_branch_that_was_deleted_is_forgotten(gate: Yard) -> None:
    onto_dev(gate)
    gate.reconciler.sweep()
    here = gate.place.repository
    assert set(remembered.tips(gate.store, here)) == {"main", "dev"}
    (pull,) = gate.github.towns[gate.place].pulls.values()
    gate.edits(pull, open=False)
    later(gate)  # nothing hangs on it any more, but it is there
    assert set(remembered.tips(gate.store, here)) == {"main", "dev"}
    gate.mirrors.moves(gate.place, "dev", None)
    later(gate)
    assert set(remembered.tips(gate.store, here)) == {"main"}


def test_a_push_that_deletes_a_branch_is_enough_to_forget_it(gate: Yard) -> None:
    gate.bases.look(gate.place, ["dev"], {})
    gate.mirrors.moves(gate.place, "dev", None)
    gate.bases.look(gate.place, ["dev"], {})
    assert set(remembered.tips(gate.store, gate.place.repository)) == {"main"}


def test_what_is_known_tells_whether_a_branch_matters_before_all_is_read(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate.bases.that_matter(gate.place, ["anything"]) == ["anything"]
    gate.bases.look(gate.place, [], {})
    gate.works(onto_dev(gate))
    outlines, read = gate.store.outlines, list[int]()

    def counted(repository: int) -> Sequence[Outline]:
        read.append(repository)
        return outlines(repository)

    monkeypatch.setattr(gate.store, "outlines", counted)
    assert gate.bases.that_matter(gate.place, ["main"]) == ["main"]
    assert read == []
    found = gate.bases.that_matter(gate.place, ["dev", "other", "main"])
    assert (set(found), len(read)) == ({"dev", "main"}, 1)


def test_what_was_minded_is_worked_out_once_more_after_a_restart(gate: Yard) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.commits({"model.py": "width = 2\n"}, "dev")
    later(gate)
    gate.bases = Bases(gate.reach, lambda *_: None)
    gate.bases.look(gate.place, ["dev"], {})
    assert gate.due() == []  # and not at once
    gate.clock.now = gate.standing(pull).stale_at or 0.0
    assert gate.due() == [pull.number]


def test_a_look_keeps_where_it_saw_its_bases_though_nothing_else_changed(
    gate: Yard,
) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    was = gate.standing(pull)
    gate.store.say(replace(was, base_now="", default_now=""), [])
    assert later(gate) == [pull.number]  # an earlier version kept nothing of them
    gate.works()
    assert gate.standing(pull) == was
    gate.bases = Bases(gate.reach, lambda *_: None)
    gate.bases.look(gate.place, ["dev"], {})
    assert gate.due() == []


def test_labels_that_no_stage_waits_for_are_looked_at_once(gate: Yard) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.edits(pull, labels=("docs",))
    assert later(gate) == [pull.number]
    gate.works()
    assert later(gate) == []


def test_what_is_to_be_said_anew_meanwhile_stays_so(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    scene = gate.keeper._out.scenes.scene
    gate.commits({"README.md": "More.\n"})

    def unsaid(*seen: object) -> object:
        found = scene(*seen)  # type: ignore[arg-type]
        gate.store.say(gate.standing(pull).unsaid, [])
        return found

    monkeypatch.setattr(gate.keeper._out.scenes, "scene", unsaid)
    gate.looks(pull)
    assert gate.standing(pull).inputs == ""


def test_a_wake_up_that_the_store_refused_is_done_by_the_next_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.reconciler.sweep()
    gate.commits({POLICY_PATH: STRICT}, "dev")

    def full(*_: object) -> None:
        raise MachineryFault("The disk is full.", "Make room.")

    with monkeypatch.context() as patch:
        patch.setattr(gate.store, "wake", full)
        with pytest.raises(MachineryFault):
            gate.bases.look(gate.place, ["dev"], {})
    assert later(gate) == [pull.number]


def test_a_group_is_judged_on_its_own_base_and_woken_while_it_waits(
    gate: Yard,
) -> None:
    gate.judges(gate.opens())
    gate.reconciler.sweep()
    fresh = (group_key(gate.place.repository, "e" * 40), gate.place.installation)
    silent = Standing(*fresh, "e" * 40, "main", open=True)
    gate.store.say(silent, [])
    gate.commits({"README.md": "More.\n"})
    gate.bases.look(gate.place, [], {})
    assert gate.due() == []
    change = CheckChange(CheckStatus.QUEUED, Output("Title", "Summary"))
    part = part_of(silent.pull.number, "main", Waiting())
    gate.store.say(replace(silent, voice=Voice(part, change)), [])
    gate.commits({"README.md": "Even more.\n"})
    gate.bases.look(gate.place, [], {})
    assert gate.due() == [silent.pull.number]


def test_one_that_is_open_no_more_leaves_nothing_behind(gate: Yard) -> None:
    pull = onto_dev(gate)
    gate.judges(pull)
    gate.reconciler.sweep()
    key = PullKey(gate.place.repository, pull.number)
    assert key in gate.bases._minded[gate.place.repository]
    gate.github.closes(gate.place, pull.number)
    gate.works(pull)
    later(gate)
    assert gate.bases._minded[gate.place.repository] == {}
