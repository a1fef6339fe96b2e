"""Merge groups: judged before, or judged now and in time; never with comments."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.pulls.evaluations import State
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.ports import Pin
from bot.domain.conclusions import Judged
from bot.domain.github import (
    BranchRules,
    CheckStatus,
    Conclusion,
    Pull,
    Side,
)
from bot.domain.hooks import GroupAsked, GroupGone
from bot.domain.hooks import Place as Hinted
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import PullKey, group_key
from tests.fakes import reports
from tests.fakes.yard import DAY_S, POLICY, Yard, files, yard

MINUTE_S = 60.0


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def made(gate: Yard, pull: Pull, base: str | None = None) -> GroupAsked:
    """The queue merges a pull request onto a base; what it asks is on its way."""
    ref = f"gh-readonly-queue/main/pr-{pull.number}-{pull.head.sha}"
    gate.mirrors.moves(gate.place, ref, base or gate.tip())
    head = gate.mirrors.merges(gate.place, ref, pull.head.sha)
    gate.github.towns[gate.place].commits.add(head)
    return GroupAsked(place(gate), head, ref, base or gate.tip(), "main")


def asks(gate: Yard, pull: Pull, base: str | None = None) -> GroupAsked:
    """The queue makes a group, and asks for a verdict."""
    hook = made(gate, pull, base)
    gate.groups.asked(hook)
    return hook


def place(gate: Yard) -> Hinted:
    return Hinted(gate.place.repository, "ann/digits", gate.place.installation)


def gone(gate: Yard, hook: GroupAsked, reason: str = "dequeued") -> None:
    gate.groups.gone(GroupGone(hook.place, hook.head, reason))


def queue_waits(gate: Yard, minutes: int | None) -> None:
    rules = BranchRules((), strict=False, queue_minutes=minutes)
    gate.github.towns[gate.place].rules["main"] = rules


def title(gate: Yard, head: str) -> str:
    run = gate.run(head)
    return gate.github.towns[gate.place].said[run.id].output.title


def told(gate: Yard, head: str) -> str:
    """All of a check run: its texts, and where it leads."""
    return repr(gate.github.towns[gate.place].said[gate.run(head).id])


def passed(gate: Yard, train: str = "print(2)\n") -> Pull:
    pull = gate.opens(train=train)
    gate.judges(pull)
    return pull


def test_a_group_with_the_tree_that_was_judged_has_its_answer_at_the_first_look(
    gate: Yard,
) -> None:
    pull = passed(gate)
    hook = asks(gate, pull)
    gate.sends()
    assert gate.run(hook.head).status is CheckStatus.QUEUED
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS
    assert title(gate, hook.head) == f"Judged before as #{pull.number}"
    assert [one.pull for one in gate.evaluations.begun] == [gate.key(pull)]


def test_the_answer_is_on_the_commit_of_the_group_and_on_nothing_else(
    gate: Yard,
) -> None:
    pull = passed(gate)
    comments = len(gate.github.towns[gate.place].comments)
    hook = asks(gate, pull)
    gate.works()
    heads = {one.head_sha for one in gate.github.towns[gate.place].checks.values()}
    assert heads == {pull.head.sha, hook.head}
    assert len(gate.github.towns[gate.place].comments) == comments


def test_what_changed_in_files_that_do_not_matter_is_the_same_tree(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.commits({"README.md": "More digits.\n"})
    hook = asks(gate, pull)
    gate.works()
    assert title(gate, hook.head).startswith("Judged before")


def test_a_group_on_a_base_that_moved_is_an_evaluation_of_its_own(gate: Yard) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    task = gate.evaluations.running(key)
    assert task is not None
    assert (task.base, task.head, task.base_ref) == (hook.base, hook.head, "main")
    full = reports.passing()
    gate.evaluations.ends(key, Judged(full.verdict), full)
    gate.store.wake(key, gate.place.installation, gate.clock())
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS
    standing = gate.store.standing(key)
    assert standing is not None
    assert (standing.open, standing.evaluation) == (False, full.evaluation)


def test_what_a_look_that_was_cut_off_chose_is_not_what_was_judged(
    gate: Yard,
) -> None:
    """A head is pinned to the base as it is now before anything is judged on it."""
    pull = passed(gate)
    old = gate.tip()
    new = gate.commits({"lr.py": "RATE = 100\n"})
    pin = Pin(gate.key(pull), pull.head.sha, "main", new, gate.clock())
    gate.store.pin(pin, renew=True)
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).status is CheckStatus.QUEUED
    assert [one.base for one in gate.evaluations.begun] == [old, new]


def test_a_verdict_of_which_no_base_is_kept_proves_nothing(gate: Yard) -> None:
    pull = passed(gate)
    gate.store.say(replace(gate.standing(pull), base=""), [])
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).status is CheckStatus.QUEUED


def test_nothing_said_of_a_group_leads_to_commands_or_pages_of_its_pull_request(
    gate: Yard,
) -> None:
    """Waiting, and blocked; and where git never had its commit."""
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook, full = asks(gate, pull), reports.blocking()
    gate.sends()
    texts = [told(gate, hook.head)]
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    gate.evaluations.ends(key, Judged(full.verdict), full)
    gate.store.wake(key, gate.place.installation, gate.clock())
    gate.works()
    texts.append(told(gate, hook.head))
    late = replace(hook, head="e" * 40)
    gate.github.towns[gate.place].commits.add(late.head)
    gate.groups.asked(late)
    for _ in range(2):
        gate.works()
        gate.clock.now += 10 * MINUTE_S
    texts.append(told(gate, late.head))
    assert [one for one in texts if "/gate" in one or "evaluations/" in one] == []
    assert len(set(texts)) == 3


def test_one_that_did_not_pass_is_judged_in_the_queue(gate: Yard) -> None:
    pull = gate.opens()
    blocking = reports.blocking()
    gate.judges(pull, Judged(blocking.verdict))
    hook = asks(gate, pull)
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None


def test_what_is_said_no_longer_is_judged_in_the_queue(gate: Yard) -> None:
    pull = passed(gate)
    ends = gate.clock() + MINUTE_S
    gate.store.say(replace(gate.standing(pull), again_at=ends), [])
    gate.clock.now = ends  # an acceptance ended, and nobody looked again yet
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).conclusion is None


def test_what_was_said_of_one_that_is_not_open_is_judged_in_the_queue(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.store.say(gate.standing(pull).closed, [])
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).conclusion is None


def same_on_another_base(gate: Yard, after: float = 0.0) -> GroupAsked:
    """The base gets one half of what the branch changes: the same tree would land."""
    both = {"train.py": "print(2)\n", "model.py": "width = 2\n"}
    sha = gate.mirrors.pushes(gate.place, "idea", both)
    pull = gate.github.opens(gate.place, "idea", sha, gate.author, gate.tip())
    gate.mirrors.opens(gate.place, pull.number, sha)
    gate.judges(pull)
    gate.commits({"model.py": "width = 2\n"})
    gate.clock.now += after
    return asks(gate, pull)


def test_a_verdict_of_the_same_tree_stands_on_another_base_for_its_time(
    gate: Yard,
) -> None:
    hook = same_on_another_base(gate)
    gate.works()
    assert title(gate, hook.head).startswith("Judged before")


def test_a_verdict_that_is_too_old_for_another_base_proves_nothing_there(
    gate: Yard,
) -> None:
    hook = same_on_another_base(gate, 30 * DAY_S)
    gate.works()
    assert gate.run(hook.head).conclusion is None


def test_where_the_policy_says_so_a_group_on_another_base_is_judged_again(
    tmp_path: Path,
) -> None:
    again = POLICY + "base_moved: rejudge\n"
    gate = yard(tmp_path, files(policy=again))
    hook = same_on_another_base(gate)
    gate.works()
    assert gate.run(hook.head).conclusion is None


def test_another_policy_on_the_base_has_everything_judged_again(gate: Yard) -> None:
    pull = passed(gate)
    wider = files()[POLICY_PATH].replace("0.05", "0.5")
    gate.commits({POLICY_PATH: wider})
    hook = asks(gate, pull)
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None


def test_a_group_survives_a_restart(gate: Yard) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    gate.evaluations.forgets()
    gate.reconciler.sweep()
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None
    assert len(gate.runs(hook.head)) == 1


@pytest.mark.parametrize(
    ("minutes", "left"), [(60, 45.0), (20, 10.0), (360, 345.0), (None, 45.0)]
)
def test_there_is_an_answer_before_the_queue_loses_patience(
    gate: Yard, minutes: int | None, left: float
) -> None:
    queue_waits(gate, minutes)
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.store.next_at() is None
    gate.clock.now += left * MINUTE_S - 1.0
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.clock.now += 1.0
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.TIMED_OUT
    assert gate.evaluations.running(key) is None
    assert gate.asked().count("branch_rules") == 1


def test_a_group_that_is_gone_stops_what_runs_for_it(gate: Yard) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    gate.asked()
    gone(gate, hook)
    assert gate.asked() == []
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.stopped == [key]
    assert gate.run(hook.head).conclusion is Conclusion.CANCELLED
    assert title(gate, hook.head) == "The merge group is gone"
    gone(gate, hook)
    assert gate.due() == []


def test_a_look_that_is_under_way_does_not_bring_a_group_back(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    state = gate.evaluations.state

    def meanwhile(key: PullKey, digest: str) -> State:
        gone(gate, hook)
        return state(key, digest)

    monkeypatch.setattr(gate.evaluations, "state", meanwhile)
    gate.works()
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is None
    assert [one.pull for one in gate.evaluations.begun] == [gate.key(pull)]
    assert gate.run(hook.head).conclusion is Conclusion.CANCELLED
    assert gate.due() == []


def test_an_answer_stays_when_its_group_was_merged(gate: Yard) -> None:
    hook = asks(gate, passed(gate))
    gate.works()
    gone(gate, hook, "merged")
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS


def test_a_group_that_was_gone_before_it_was_heard_of_is_never_begun(
    gate: Yard,
) -> None:
    pull = passed(gate)
    hook = GroupAsked(place(gate), "e" * 40, "ref", gate.tip(), "main")
    gone(gate, hook)
    gate.groups.asked(hook)
    assert gate.due() == []
    assert gate.runs("e" * 40) == []
    assert pull.open


def test_one_that_is_asked_for_twice_is_one(gate: Yard) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    gate.groups.asked(hook)
    gate.works()
    assert len(gate.evaluations.begun) == 2
    assert len(gate.runs(hook.head)) == 1


# Whom is trusted --------------------------------------------------------------------


def stranger(gate: Yard) -> Pull:
    """A pull request by somebody who may not write."""
    pull = gate.opens("theirs", "print(9)\n", gate.github.joins("eve"))
    gate.works(pull)
    return pull


def test_nothing_of_a_stranger_runs_in_a_group_either(gate: Yard) -> None:
    passed(gate)
    hook = asks(gate, stranger(gate))
    begun = len(gate.evaluations.begun)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.ACTION_REQUIRED
    assert len(gate.evaluations.begun) == begun


def beside(gate: Yard) -> Pull:
    """A pull request that passed, in another file than the others."""
    pull = gate.opens("other", "print(1)\n")
    head = gate.mirrors.pushes(gate.place, "other", {"model.py": "width = 3\n"})
    gate.github.pushes(gate.place, pull.number, head)
    gate.mirrors.opens(gate.place, pull.number, head)
    gate.judges(pull)
    return gate.github.towns[gate.place].pulls[pull.number]


def test_nothing_runs_on_top_of_a_strangers_group(gate: Yard) -> None:
    mine = beside(gate)
    below = asks(gate, stranger(gate))
    gate.works()
    hook = asks(gate, mine, base=below.head)
    begun = len(gate.evaluations.begun)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.ACTION_REQUIRED
    assert len(gate.evaluations.begun) == begun


def test_groups_of_insiders_are_built_on_each_other(gate: Yard) -> None:
    first = passed(gate)
    second = beside(gate)
    below = asks(gate, first)
    gate.works()
    hook = asks(gate, second, base=below.head)
    gate.works()
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None


@pytest.mark.parametrize("ref", ["gh-readonly-queue/main/pr-77-abc", "somewhere"])
def test_a_group_that_names_no_pull_request_is_not_trusted(
    gate: Yard, ref: str
) -> None:
    pull = passed(gate)
    asked = asks(gate, pull)
    gone(gate, asked)
    head = gate.mirrors.pushes(gate.place, ref, {"train.py": "print(4)\n"})
    gate.github.towns[gate.place].commits.add(head)
    hook = replace(asked, head=head, head_ref=ref)
    gate.groups.asked(hook)
    gate.works()
    gate.clock.now += MINUTE_S  # GitHub may not show at once what it has
    gate.works()
    assert gate.run(head).conclusion is Conclusion.ACTION_REQUIRED


# Where nothing is judged ------------------------------------------------------------


def test_a_repository_without_a_policy_stays_silent(tmp_path: Path) -> None:
    gate = yard(tmp_path, files(policy=None))
    pull = gate.opens()
    gate.works(pull)
    hook = asks(gate, pull)
    gate.works()
    assert gate.runs(hook.head) == []
    assert gate.due() == []


def test_a_policy_that_went_away_takes_the_check_run_back(gate: Yard) -> None:
    pull = passed(gate)
    gate.mirrors.pushes(gate.place, "main", {POLICY_PATH: None})
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.CANCELLED


def test_a_policy_that_cannot_be_followed_is_said_in_the_group(gate: Yard) -> None:
    pull = passed(gate)
    unread = files()[POLICY_PATH] + "relevant: [no-such-file.py]\n"
    gate.commits({POLICY_PATH: unread})
    hook = asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.ACTION_REQUIRED


def test_a_commit_that_git_has_not_got_is_waited_for_and_then_given_up(
    gate: Yard,
) -> None:
    pull = passed(gate)
    head = "e" * 40
    gate.github.towns[gate.place].commits.add(head)
    ref = f"gh-readonly-queue/main/pr-{pull.number}-x"
    gate.groups.asked(GroupAsked(place(gate), head, ref, gate.tip(), "main"))
    gate.works()
    gate.clock.now += SOON_S
    key = group_key(gate.place.repository, head)
    assert gate.due() == [key.number]
    gate.clock.now += 10 * MINUTE_S
    gate.works()
    assert gate.run(head).conclusion is Conclusion.TIMED_OUT
    assert gate.due() == []


def test_a_commit_that_never_comes_is_forgotten_where_nothing_was_said(
    tmp_path: Path,
) -> None:
    gate = yard(tmp_path, files(policy=None))
    head = "e" * 40
    gate.groups.asked(GroupAsked(place(gate), head, "ref", gate.tip(), "main"))
    gate.clock.now += 11 * MINUTE_S
    gate.works()
    assert gate.runs(head) == []
    assert gate.due() == []


def test_hints_that_came_through_no_installation_are_nobodys(gate: Yard) -> None:
    nobody = replace(place(gate), installation_id=None)
    gate.groups.asked(GroupAsked(nobody, "e" * 40, "ref", gate.tip(), "main"))
    gate.groups.gone(GroupGone(nobody, "e" * 40, None))
    assert gate.due() == []


def test_a_head_onto_another_branch_is_no_proof_for_this_one(gate: Yard) -> None:
    pull = passed(gate)
    standing = replace(gate.standing(pull), base_ref="release")
    gate.store.say(standing, [])
    gate.edits(pull, base=Side(gate.tip(), "release", gate.place.repository))
    hook = asks(gate, pull)
    gate.groups.look(gate.store.due(gate.clock(), 9)[0])
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is not None


def parts_from_its_base(gate: Yard, pull: Pull) -> GroupAsked:
    """The base begins anew, and a group on it claims to hold the pull request."""
    gate.mirrors.force_pushes(gate.place, "main", files(), base=None)
    ref = f"gh-readonly-queue/main/pr-{pull.number}-{pull.head.sha}"
    gate.mirrors.moves(gate.place, ref, gate.tip())
    head = gate.mirrors.pushes(gate.place, ref, {"train.py": "print(2)\n"})
    gate.github.towns[gate.place].commits.add(head)
    hook = GroupAsked(place(gate), head, ref, gate.tip(), "main")
    gate.groups.asked(hook)
    return hook


def test_nobody_stands_behind_a_group_that_its_pull_request_cannot_make(
    gate: Yard,
) -> None:
    """The two have no history in common: the look ends, and nothing runs."""
    hook = parts_from_its_base(gate, gate.opens())
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.ACTION_REQUIRED
    key = group_key(gate.place.repository, hook.head)
    assert gate.evaluations.running(key) is None
