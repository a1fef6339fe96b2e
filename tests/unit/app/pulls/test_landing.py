"""After a merge: what landed against what was judged."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.app.mirroring import MirrorError
from bot.app.pulls.ports import Pin
from bot.domain.conclusions import Judged
from bot.domain.github import Conclusion, Pull, Transient
from bot.domain.hooks import GroupAsked
from bot.domain.hooks import Place as Hinted
from bot.domain.pulls.posts import StickyPost
from tests.fakes import reports
from tests.fakes.yard import Yard, files, yard

NOTE, CAUTION = "> [!NOTE]", "> [!CAUTION]"


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def passed(gate: Yard, train: str = "print(2)\n") -> Pull:
    pull = gate.opens(train=train)
    gate.judges(pull)
    return pull


def body(gate: Yard, pull: Pull) -> str:
    found = gate.sticky(pull)
    assert found is not None
    return found.body


def edits(gate: Yard, pull: Pull, text: str) -> None:
    """Whoever may write edits anybody's comment."""
    one = gate.sticky(pull)
    assert one is not None
    gate.github.towns[gate.place].comments[one.id] = replace(one, body=text)


def issues(gate: Yard) -> list[str]:
    return [one.title for one in gate.github.towns[gate.place].issues]


def merged(gate: Yard, pull: Pull, *, squash: bool = False) -> str:
    """GitHub's button."""
    made = gate.mirrors.merges(gate.place, "main", pull.head.sha, squash=squash)
    gate.lands(pull, made)
    return made


@pytest.mark.parametrize("squash", [False, True])
def test_what_was_judged_lands_in_silence(gate: Yard, squash: bool) -> None:
    pull = passed(gate)
    before = body(gate, pull)
    merged(gate, pull, squash=squash)
    gate.works()
    assert body(gate, pull) == before
    assert issues(gate) == []
    assert not gate.standing(pull).open


def test_a_base_that_moved_in_what_does_not_matter_changes_nothing(gate: Yard) -> None:
    pull = passed(gate)
    before = body(gate, pull)
    gate.commits({"README.md": "More.\n"})
    merged(gate, pull)
    gate.works()
    assert (body(gate, pull), issues(gate)) == (before, [])


@pytest.mark.parametrize("squash", [False, True])
def test_on_a_base_that_moved_the_comment_says_so_and_no_more(
    gate: Yard, squash: bool
) -> None:
    pull = passed(gate)
    judged = gate.tip()
    onto = gate.commits({"model.py": "width = 2\n"})
    merged(gate, pull, squash=squash)
    gate.works()
    said = body(gate, pull)
    assert NOTE in said
    assert f"Landed on {onto[:5]}" in said.replace("\u200b", "")
    assert f"judged against {judged[:5]}" in said.replace("\u200b", "")
    assert said.startswith(f"<!-- seedgate pull-{pull.number} -->\n## ")
    assert issues(gate) == []


def test_commits_that_were_rebased_one_by_one_lie_on_the_base_as_well(
    gate: Yard,
) -> None:
    pull = gate.opens(train="print(2)\n")
    head = gate.pushes(pull, "print(3)\n")
    pull = gate.github.towns[gate.place].pulls[pull.number]
    gate.judges(pull)
    onto = gate.commits({"model.py": "width = 2\n"})
    gate.commits({"train.py": "print(2)\n"})
    landed = gate.commits({"train.py": "print(3)\n"})
    gate.lands(pull, landed)
    gate.works()
    said = body(gate, pull).replace("\u200b", "")
    assert f"Landed on {onto[:5]}" in said
    assert issues(gate) == []
    assert pull.head.sha == head


def test_content_that_nobody_judged_gets_an_issue_and_a_red_banner(gate: Yard) -> None:
    pull = passed(gate)
    landed = gate.commits({"train.py": "print('by hand')\n"})
    gate.lands(pull, landed)
    gate.works()
    assert CAUTION in body(gate, pull)
    assert issues(gate) == [f"What landed with #{pull.number} is not what was judged"]
    gate.works(pull)
    assert len(issues(gate)) == 1


def test_a_conflict_that_was_solved_while_merging_is_content_nobody_judged(
    gate: Yard,
) -> None:
    pull = passed(gate)
    gate.commits({"train.py": "print('other')\n"})
    landed = gate.commits({"train.py": "print('both')\n"})
    gate.lands(pull, landed)
    gate.works()
    assert CAUTION in body(gate, pull)


def test_what_did_not_pass_was_merged_with_open_eyes(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull, Judged(reports.blocking().verdict))
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    assert issues(gate) == []


def test_what_had_no_verdict_yet_is_closed_like_any_other(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    merged(gate, pull)
    gate.works()
    assert gate.run(pull.head.sha).conclusion is Conclusion.CANCELLED
    assert issues(gate) == []


def test_what_was_closed_without_a_merge_has_not_landed(gate: Yard) -> None:
    pull = passed(gate)
    gate.github.closes(gate.place, pull.number)
    gate.works(pull)
    assert issues(gate) == []


def test_a_commit_that_the_queue_had_judged_needs_no_second_look(gate: Yard) -> None:
    pull = passed(gate)
    base = gate.commits({"model.py": "width = 2\n"})
    ref = f"gh-readonly-queue/main/pr-{pull.number}-x"
    gate.mirrors.moves(gate.place, ref, base)
    group = gate.mirrors.merges(gate.place, ref, pull.head.sha)
    gate.github.towns[gate.place].commits.add(group)
    where = Hinted(gate.place.repository, "ann/digits", gate.place.installation)
    gate.groups.asked(GroupAsked(where, group, ref, base, "main"))
    gate.works()
    task = gate.evaluations.begun[-1]
    full = reports.passing()
    gate.evaluations.ends(task.pull, Judged(full.verdict), full)
    gate.store.wake(task.pull, gate.place.installation, gate.clock())
    gate.works()
    before = body(gate, pull)
    gate.mirrors.moves(gate.place, "main", group)
    gate.lands(pull, group)
    gate.works()
    assert body(gate, pull) == before


def test_a_commit_that_git_has_not_got_yet_is_waited_for(gate: Yard) -> None:
    pull = passed(gate)
    gate.lands(pull, "e" * 40)
    gate.works()
    assert gate.standing(pull).open
    landed = gate.commits({"train.py": "print('by hand')\n"})
    gate.edits(pull, landed=landed)
    gate.clock.now += 5.0
    gate.works()
    assert len(issues(gate)) == 1


def test_a_commit_that_never_comes_is_not_waited_for_without_end(gate: Yard) -> None:
    pull = passed(gate)
    gate.lands(pull, "e" * 40)
    old = gate.standing(pull)
    now = gate.github.towns[gate.place].pulls[pull.number]
    with pytest.raises(MirrorError):
        gate.landing.landed(gate.place, now, old)
    gate.clock.now += 601.0
    assert gate.landing.landed(gate.place, now, old) == ()


def test_the_issue_is_opened_where_the_comment_is_gone(gate: Yard) -> None:
    pull = passed(gate)
    comment = gate.sticky(pull)
    assert comment is not None
    del gate.github.towns[gate.place].comments[comment.id]
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    assert gate.sticky(pull) is None
    assert len(issues(gate)) == 1


def test_the_issue_is_opened_where_there_never_was_a_comment(gate: Yard) -> None:
    pull = passed(gate)
    gate.store.forget(f"sticky:{gate.key(pull)}")
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.looks()
    assert any(key.startswith("issue:") for key in gate.store.outbox)


def test_a_failure_of_github_has_it_looked_at_again(gate: Yard) -> None:
    pull = passed(gate)
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.github.fails("comment", Transient("away"))
    gate.works()
    assert gate.standing(pull).open
    gate.clock.now += 60.0
    gate.works()
    assert CAUTION in body(gate, pull)


def test_what_was_judged_counts_and_not_what_it_was_pinned_to(gate: Yard) -> None:
    pull = passed(gate)
    new = gate.commits({"lr.py": "RATE = 100\n"})
    pin = Pin(gate.key(pull), pull.head.sha, "main", new, gate.clock())
    gate.store.pin(pin, renew=True)
    judged = gate.standing(pull).base
    merged(gate, pull)
    gate.works()
    said = body(gate, pull).replace("\u200b", "")
    assert judged != new
    assert f"judged against {judged[:5]}" in said


def test_without_the_base_that_was_judged_nothing_is_said(gate: Yard) -> None:
    pull = passed(gate)
    gate.store.say(replace(gate.standing(pull), base=""), [])
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    assert issues(gate) == []


def test_what_somebody_wrote_into_the_comment_is_not_said_once_more(gate: Yard) -> None:
    pull = passed(gate)
    mark = body(gate, pull).splitlines()[0]
    edits(gate, pull, f"{mark}\n@ann /gate forged words")
    gate.commits({"model.py": "width = 2\n"})
    merged(gate, pull)
    gate.works()
    said = body(gate, pull)
    assert "forged" not in said
    assert said.startswith(f"{mark}\n## Seedgate: ")
    assert NOTE in said
    voice = gate.standing(pull).voice
    assert voice is not None
    assert said.endswith(voice.change.output.summary)


def test_a_comment_that_lost_its_mark_is_told_what_landed_all_the_same(
    gate: Yard,
) -> None:
    pull = passed(gate)
    edits(gate, pull, "Nothing to see here.")
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    assert CAUTION in body(gate, pull)
    assert "Nothing to see" not in body(gate, pull)


def test_a_comment_as_github_keeps_it_is_ours(gate: Yard) -> None:
    pull = passed(gate)
    ours = body(gate, pull)
    edits(gate, pull, ours.replace("\n", "\r\n").rstrip())
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    said = body(gate, pull)
    assert CAUTION in said
    assert said.endswith(ours.rstrip().splitlines()[-1])


def test_a_verdict_that_waits_to_be_sent_is_what_is_added_to(gate: Yard) -> None:
    """And not the text before it, which is still there."""
    pull = gate.opens()
    gate.works(pull)
    full = reports.passing()
    gate.evaluations.ends(gate.key(pull), Judged(full.verdict), full)
    gate.looks(pull)
    waits = gate.store.unsent(f"sticky:{gate.key(pull)}")
    assert isinstance(waits, StickyPost)
    gate.lands(pull, gate.commits({"train.py": "print('by hand')\n"}))
    gate.works()
    heading, _, rest = waits.body.partition("\n\n")
    assert body(gate, pull).startswith(f"{heading}\n\n{CAUTION}")
    assert body(gate, pull).endswith(rest)


def test_what_landed_without_history_in_common_is_content_nobody_judged(
    gate: Yard,
) -> None:
    """As where `main` was written anew while it was merged; and it is told once."""
    pull = passed(gate)
    anew = files("print('anew')\n")
    gate.mirrors.force_pushes(gate.place, "main", anew, base="no-branch")
    gate.lands(pull, gate.commits({"train.py": "print(2)\n", "model.py": "w = 2\n"}))
    gate.works()
    assert CAUTION in body(gate, pull)
    assert len(issues(gate)) == 1
    assert not gate.standing(pull).open
    gate.works(pull)
    assert len(issues(gate)) == 1
