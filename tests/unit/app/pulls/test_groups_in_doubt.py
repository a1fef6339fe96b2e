"""Merge groups of which not all is known yet: nothing is said too early, nor never."""

from pathlib import Path

import pytest

from bot.app.mirroring import Unreachable
from bot.app.pulls.evaluations import State
from bot.app.pulls.looking.outside import SOON_S
from bot.app.pulls.ports import Remark
from bot.domain.commands import Accept, Cancel, Command, Run, Source, Unaccept
from bot.domain.conclusions import Judged
from bot.domain.errors import GitFault
from bot.domain.github import Conclusion, NotFound, Pull, Refused, Transient
from bot.domain.hooks import GroupAsked
from bot.domain.pulls.acts import Act, PullKey, group_key
from tests.fakes import reports
from tests.fakes.yard import Yard, yard
from tests.unit.app.pulls.test_groups import (
    MINUTE_S,
    asks,
    beside,
    gone,
    made,
    passed,
    place,
    queue_waits,
    stranger,
    title,
)

FINDING = "regression-5bd0c3a1"
ACCEPT = Accept(FINDING, "it is worth that", None, "d" * 64)


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def orders(gate: Yard, pull: Pull, command: Command) -> None:
    """Ann orders something; what wakes the pull request is left to the test."""
    source = f"comment:{gate.github.new_id()}:1"
    who = (gate.author.id, "ann", gate.clock())
    gate.store.act([Act(source, gate.key(pull), pull.head.sha, command, *who)])


def key_of(gate: Yard, hook: GroupAsked) -> PullKey:
    return group_key(gate.place.repository, hook.head)


def alarm(gate: Yard, hook: GroupAsked) -> float:
    """When the group is looked at next."""
    at = gate.store.alarms[key_of(gate, hook)].at
    assert at is not None
    return at


def judged_by_itself(gate: Yard, hook: GroupAsked) -> bool:
    running = gate.evaluations.running(key_of(gate, hook)) is not None
    return running and gate.run(hook.head).conclusion is None


# What people want of the pull request by now ----------------------------------------


def accepted(gate: Yard) -> Pull:
    """It passed, with a finding that somebody accepted."""
    pull = gate.opens()
    orders(gate, pull, ACCEPT)
    gate.judges(pull)
    assert gate.run(pull.head.sha).conclusion is Conclusion.SUCCESS
    return pull


def test_what_passed_with_an_acceptance_that_stands_is_the_answer_of_its_group(
    gate: Yard,
) -> None:
    hook = asks(gate, accepted(gate))
    gate.works()
    assert title(gate, hook.head).startswith("Judged before")


def test_a_verdict_whose_acceptance_was_taken_back_proves_nothing(gate: Yard) -> None:
    pull = accepted(gate)
    orders(gate, pull, Unaccept(FINDING))
    gate.wakes(pull)
    gate.github.fails("pull", Transient("502"))
    gate.works()  # so the pull request still shows its old answer
    hook = asks(gate, pull)
    gate.works()
    assert judged_by_itself(gate, hook)


@pytest.mark.parametrize("command", [Cancel(), Run(stage="full")])
def test_nor_does_one_of_which_something_else_is_wanted_by_now(
    gate: Yard, command: Command
) -> None:
    pull = passed(gate)
    orders(gate, pull, command)
    hook = asks(gate, pull)
    gate.works()
    assert judged_by_itself(gate, hook)


def test_one_whose_errands_alone_were_stopped_does(gate: Yard) -> None:
    pull = passed(gate)
    orders(gate, pull, Cancel(errands=True))
    hook = asks(gate, pull)
    gate.works()
    assert title(gate, hook.head).startswith("Judged before")


def remark(gate: Yard, pull: Pull) -> Remark:
    """Something that was said of a pull request, and waits to be worked on."""
    comment = gate.says(pull, f"/gate unaccept {FINDING}")
    who = (gate.author.id, "ann", "User")
    said = (gate.key(pull), gate.place.installation, Source.COMMENT, comment.id)
    found = Remark(f"comment:{comment.id}", *said, comment.body, *who, gate.clock())
    gate.store.note(found)
    return found


def test_what_was_said_and_not_worked_on_yet_is_waited_for(gate: Yard) -> None:
    pull = accepted(gate)
    said, hook = remark(gate, pull), asks(gate, pull)
    gate.works()
    assert gate.run(hook.head).conclusion is None
    assert gate.evaluations.running(key_of(gate, hook)) is None
    gate.store.settle(said, [], [], gate.clock())
    gate.clock.now += SOON_S
    gate.works()
    assert title(gate, hook.head).startswith("Judged before")


def test_what_is_never_worked_on_keeps_a_group_from_no_answer(gate: Yard) -> None:
    pull, other = accepted(gate), beside(gate)
    remark(gate, pull)
    hooks = [asks(gate, one) for one in (pull, other)]
    gate.works()
    assert title(gate, hooks[1].head).startswith("Judged before")
    gate.clock.now += 10 * MINUTE_S
    gate.works()
    assert judged_by_itself(gate, hooks[0])


# What it lies on --------------------------------------------------------------------


def test_a_group_on_one_that_github_could_not_tell_of_waits_for_it(gate: Yard) -> None:
    first, second = passed(gate), beside(gate)
    below = asks(gate, first)
    gate.clock.now += 0.1
    hook = asks(gate, second, base=below.head)
    gate.github.fails("pull", Transient("502"))
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.clock.now += MINUTE_S
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.clock.now += MINUTE_S
    gate.works()
    assert gate.run(below.head).conclusion is Conclusion.SUCCESS
    assert judged_by_itself(gate, hook)


def test_so_does_one_whose_webhook_came_before_that_of_the_one_below(
    gate: Yard,
) -> None:
    first, second = passed(gate), beside(gate)
    below = made(gate, first)
    hook = asks(gate, second, base=below.head)
    gate.works()
    assert gate.run(hook.head).conclusion is None
    assert gate.evaluations.running(key_of(gate, hook)) is None
    gate.groups.asked(below)
    gate.works()
    gate.clock.now += SOON_S
    gate.works()
    assert judged_by_itself(gate, hook)


def test_a_group_on_one_that_was_taken_away_unseen_waits_no_longer(gate: Yard) -> None:
    """The queue makes it anew; that this one is gone may never be told."""
    first, second = passed(gate), beside(gate)
    below = asks(gate, first)
    hook = asks(gate, second, base=below.head)
    gone(gate, below)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.ACTION_REQUIRED
    assert gate.evaluations.running(key_of(gate, hook)) is None


def test_it_waits_in_growing_pauses_and_ends_before_the_queue_loses_patience(
    gate: Yard,
) -> None:
    queue_waits(gate, 2)
    first, second = passed(gate), beside(gate)
    hook = asks(gate, second, base=made(gate, first).head)
    gate.works()
    begun, looks = gate.clock(), 0
    while gate.run(hook.head).conclusion is None and looks < 20:
        gate.clock.now = alarm(gate, hook)
        gate.works()
        looks += 1
    assert gate.run(hook.head).conclusion is Conclusion.TIMED_OUT
    assert gate.clock() == begun + MINUTE_S
    assert looks < 8


def test_a_pull_request_that_github_does_not_show_for_a_moment_is_waited_for(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.github.fails("pull", NotFound("Not Found"))
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.clock.now += SOON_S
    gate.works()
    assert judged_by_itself(gate, hook)


def test_nothing_runs_of_a_group_with_more_in_it_than_its_pull_request(
    gate: Yard,
) -> None:
    """Whoever queues a stranger's change beside an insider's gains nothing by it."""
    mine = beside(gate)
    base, ref = gate.tip(), f"gh-readonly-queue/main/pr-{mine.number}-x"
    gate.mirrors.moves(gate.place, ref, base)
    gate.mirrors.pushes(gate.place, ref, {"train.py": "evil()\n"})
    head = gate.mirrors.merges(gate.place, ref, mine.head.sha)
    gate.github.towns[gate.place].commits.add(head)
    begun = len(gate.evaluations.begun)
    gate.groups.asked(GroupAsked(place(gate), head, ref, base, "main"))
    gate.works()
    assert gate.run(head).conclusion is Conclusion.ACTION_REQUIRED
    assert len(gate.evaluations.begun) == begun


# Asked for again --------------------------------------------------------------------


def test_a_group_that_is_made_again_with_the_same_commit_is_judged_again(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    gone(gate, hook)
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.CANCELLED
    gate.clock.now += 40 * MINUTE_S
    gate.groups.asked(hook)
    gate.sends()
    assert gate.run(hook.head).conclusion is None
    gate.works()
    assert judged_by_itself(gate, hook)
    gate.clock.now += 40 * MINUTE_S  # its time began anew, too
    gate.works()
    assert judged_by_itself(gate, hook)


def test_one_that_was_refused_is_judged_once_insiders_stand_behind_it(
    gate: Yard,
) -> None:
    eve = gate.github.joins("eve")
    theirs = stranger(gate)
    hook = asks(gate, theirs)
    gate.works()
    gate.sends()
    gate.github.towns[gate.place].roles[eve.id] = "write"
    gate.clock.now += 20 * MINUTE_S
    gate.groups.asked(hook)
    gate.works()
    assert judged_by_itself(gate, hook)


def test_where_the_end_of_a_group_is_told_first_the_next_request_counts(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = made(gate, pull)
    gone(gate, hook)
    gate.groups.asked(hook)
    gate.works()
    assert gate.evaluations.running(key_of(gate, hook)) is None
    gate.groups.asked(hook)
    gate.works()
    assert judged_by_itself(gate, hook)


def test_a_look_at_a_group_that_was_made_again_meanwhile_says_nothing_of_it(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.works()
    key = key_of(gate, hook)
    full = reports.blocking()
    gate.evaluations.ends(key, Judged(full.verdict), full)
    gate.store.wake(key, gate.place.installation, gate.clock())
    state = gate.evaluations.state

    def meanwhile(pull: PullKey, digest: str) -> State:
        found = state(pull, digest)
        gate.clock.now += 1.0
        gone(gate, hook)
        gate.groups.asked(hook)
        monkeypatch.undo()
        return found

    monkeypatch.setattr(gate.evaluations, "state", meanwhile)
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.works()
    assert judged_by_itself(gate, hook)


# What GitHub and git do not know yet ------------------------------------------------


def test_an_answer_that_github_refused_is_sent_again_until_it_stands_there(
    gate: Yard,
) -> None:
    hook = asks(gate, passed(gate))
    town = gate.github.towns[gate.place]
    town.commits.discard(hook.head)  # not everywhere on GitHub yet
    gate.works()
    for _ in range(3):
        gate.clock.now += SOON_S
        gate.works()
    assert gate.runs(hook.head) == []
    town.commits.add(hook.head)
    gate.clock.now += 10 * SOON_S
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.SUCCESS
    gate.clock.now += MINUTE_S
    gate.works()
    gate.asked()
    gate.clock.now += 60 * MINUTE_S
    gate.works()
    assert gate.asked() == []  # nothing is left to be done


def test_it_is_sent_no_more_once_the_queue_waits_no_more(gate: Yard) -> None:
    hook = asks(gate, passed(gate))
    gate.github.towns[gate.place].commits.discard(hook.head)
    gate.works()
    for _ in range(46):
        gate.clock.now += MINUTE_S
        gate.works()
    gate.asked()
    gate.clock.now += MINUTE_S
    gate.works()
    assert gate.asked() == []
    assert gate.due() == []


def test_a_group_that_waits_shows_so_once_github_knows_its_commit(gate: Yard) -> None:
    pull = passed(gate)
    gate.commits({"model.py": "width = 2\n"})
    hook = asks(gate, pull)
    gate.github.fails("create_check", Refused("No commit found for SHA"))
    gate.sends()
    assert gate.runs(hook.head) == []
    gate.works()
    assert judged_by_itself(gate, hook)


def test_a_group_of_which_git_tells_nothing_has_an_answer_in_time(gate: Yard) -> None:
    hook = asks(gate, passed(gate))
    gate.mirrors.fails(gate.place, Unreachable("git is away"))
    gate.works()
    gate.clock.now += 44 * MINUTE_S
    gate.works()
    assert gate.run(hook.head).conclusion is None
    gate.clock.now += MINUTE_S + 5 * MINUTE_S
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.TIMED_OUT


def test_so_has_one_in_which_every_git_is_killed(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = asks(gate, passed(gate))

    def killed(*_: object) -> None:
        raise GitFault("`git merge-tree` was killed (signal 9).")

    monkeypatch.setattr(gate.mirrors, "refresh", killed)
    with pytest.raises(GitFault):
        gate.looks()
    gate.clock.now += 50 * MINUTE_S
    gate.works()
    assert gate.run(hook.head).conclusion is Conclusion.TIMED_OUT
