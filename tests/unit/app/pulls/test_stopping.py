"""`/gate cancel` between a change and the look at it: a verdict stands, or is renewed.

What a look would judge anew is stopped; what it would leave as it is stands.
"""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.commonmark import command_lines
from bot.adapters.policy_file import load_policy
from bot.adapters.repository import GitRepository
from bot.app.pulls.commands.at_desk import AppDesk, Shelf
from bot.app.pulls.commands.commanding import Commander
from bot.app.pulls.commands.hearing import Hearing
from bot.app.pulls.ports import Remark
from bot.domain.commands import Accept, Command, Run, Source, Unaccept
from bot.domain.errors import GitFault, UnheldFault
from bot.domain.github import Pull, Reaction
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Act
from bot.domain.pulls.posts import ReactionPost
from tests.fakes import reports
from tests.fakes.yard import DAY_S, POLICY, Yard, files, yard

STAGED = POLICY + (
    "stages:\n  fast: {seeds: 4}\n  full: {seeds: 4, when: label:full}\n"
)
REJUDGE = STAGED + "base_moved: rejudge\n"
DIGEST = "12345678" * 8
FINDING = "regression-12345678"


class NoReports:
    """Nothing that was reported is kept."""

    def load_evaluation(self, evaluation: str) -> None:
        """Nothing is known of it."""


@dataclass
class Story:
    """A pull request with a verdict, and Ann, who maintains the repository."""

    yard: Yard
    pull: Pull
    said: int = 0
    reports: object = field(default_factory=NoReports)

    @property
    def state(self) -> tuple[str, str | None]:
        """What the check run shows."""
        run = self.yard.run(self.pull.head.sha)
        return run.status, run.conclusion

    @property
    def begun(self) -> int:
        """How many evaluations were begun."""
        return len(self.yard.evaluations.begun)

    def says(self, body: str) -> Reaction:
        """Comments; it is handled, and what comes of it is looked at."""
        one, before = self.yard, len(self.yard.store.outbox)
        self.said += 1
        remark = Remark(
            key=f"comment:{self.said}",
            pull=one.key(self.pull),
            installation=one.place.installation,
            source=Source.COMMENT,
            id=self.said,
            body=body,
            author=one.author.id,
            login=one.author.login,
            kind=one.author.kind,
            created_at=one.clock() - 5.0,
        )
        one.store.note(remark)
        self._commander().handle(remark)
        posts = [row.post for row in list(one.store.outbox.values())[before:]]
        (found,) = (post.reaction for post in posts if isinstance(post, ReactionPost))
        return found

    def _commander(self) -> Commander:
        one = self.yard
        shelf = Shelf(
            one.store,
            reports=self.reports,  # type: ignore[arg-type]
            mirrors=one.mirrors,
            evaluations=one.evaluations,
            parse=load_policy,
            page=lambda *_: "",
            now=one.clock,
        )
        hearing = Hearing(command_lines, one.clock, nullcontext())
        return Commander(one.github, one.store, one.clock, hearing, AppDesk(shelf))

    def ordered(self, command: Command) -> None:
        """Somebody ordered this of the head before; nobody looked at it yet."""
        self.said += 1
        one, head = self.yard, self.pull.head.sha
        source, at = f"comment:{self.said}:1", one.clock()
        key, moment = one.key(self.pull), (at - 10.0, self.said)
        one.store.act([Act(source, key, head, command, 5, "grace", at, *moment)])

    def fetches(self) -> None:
        """The App hears of a push to `main`; nobody looks at the pull request yet."""
        self.yard.bases.look(self.yard.place, ["main"], {})

    def stands(self) -> None:
        """The stop is refused; whatever is looked at then, the verdict stays."""
        begun, before = self.begun, self.state
        assert self.says("/gate cancel") == Reaction.REFUSED
        self.yard.works(self.pull)
        assert (self.state, self.begun) == (before, begun)

    def stops(self) -> None:
        """The stop is heard: what the look would have begun never runs."""
        begun = self.begun
        assert self.says("/gate cancel") == Reaction.DONE
        self.yard.works(self.pull)
        assert (self.state, self.begun) == (("completed", "cancelled"), begun)


def story(root: Path, policy: str = STAGED, *given: Command) -> Story:
    """The head was blocked; `given` was ordered before."""
    one = yard(root, files(policy=policy))
    one.github.towns[one.place].roles[one.author.id] = "maintain"
    found = Story(one, one.opens())
    for command in given:
        found.ordered(command)
    one.judges(found.pull, report=reports.blocking())
    one.clock.now += 60.0
    assert found.state == ("completed", "failure")
    return found


ACCEPTED = Accept(FINDING, "fine", digest=DIGEST)


# Acceptances


def test_who_takes_back_what_nobody_accepted_has_nothing_run(tmp_path: Path) -> None:
    one = story(tmp_path)
    assert one.says(f"/gate unaccept {FINDING}") == Reaction.REFUSED
    one.stands()


def test_who_takes_back_an_acceptance_has_it_judged_anew(tmp_path: Path) -> None:
    one = story(tmp_path, STAGED, ACCEPTED)
    assert one.says(f"/gate unaccept {FINDING}") == Reaction.DONE
    one.stops()


def test_taking_it_back_and_accepting_it_once_more_changes_nothing(
    tmp_path: Path,
) -> None:
    one = story(tmp_path, STAGED, ACCEPTED)
    one.ordered(Unaccept(FINDING))
    one.ordered(ACCEPTED)
    one.stands()


def test_what_is_accepted_meanwhile_has_it_judged_anew(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.ordered(ACCEPTED)
    one.stops()


def test_an_acceptance_that_ended_has_it_judged_anew(tmp_path: Path) -> None:
    one = story(tmp_path, STAGED, ACCEPTED)
    one.yard.clock.now += 30 * DAY_S
    one.stops()


# Labels


def test_a_label_that_a_stage_waits_for_has_it_judged_anew(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, labels=("full",))
    one.stops()


def test_so_has_one_that_is_taken_away(tmp_path: Path) -> None:
    root = yard(tmp_path, files(policy=STAGED))
    one = Story(root, root.opens())
    root.edits(one.pull, labels=("full", "nice"))
    root.judges(one.pull, report=reports.blocking())
    root.clock.now += 60.0
    root.edits(one.pull, labels=("nice",))
    one.stops()


def test_another_label_has_nothing_run(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, labels=("nice",))
    one.stands()


def test_nor_has_any_label_where_one_stage_alone_was_ordered(tmp_path: Path) -> None:
    one = story(tmp_path, STAGED, Run(None, "fast"))
    one.yard.edits(one.pull, labels=("full",))
    one.stands()


def test_a_label_is_nothing_to_a_draft_that_nobody_runs(tmp_path: Path) -> None:
    """It is told that it is a draft; so it would wait for `/gate run` once ready."""
    root = yard(tmp_path, files(policy=STAGED))
    one = Story(root, root.opens())
    root.edits(one.pull, draft=True)
    root.works(one.pull)
    root.clock.now += 60.0
    root.edits(one.pull, labels=("full",))
    one.stands()


def test_a_draft_that_was_judged_is_judged_anew_by_its_labels(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, draft=True, labels=("full",))
    one.stops()


def test_who_stops_it_twice_is_heard_twice(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, labels=("full",))
    assert one.says("/gate cancel") == Reaction.DONE
    one.stops()


# Drafts


def test_a_verdict_holds_where_a_draft_is_made_ready(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, draft=True)
    one.yard.works(one.pull)
    assert one.state == ("completed", "failure")
    one.yard.edits(one.pull, draft=False)
    one.stands()


# What was ordered


def test_an_answer_does_not_come_back_where_what_was_ordered_after_it_is_stopped(
    tmp_path: Path,
) -> None:
    one = story(tmp_path)
    assert one.says("/gate run") == Reaction.DONE
    one.yard.works(one.pull)
    assert one.state == ("queued", None)
    one.stops()
    assert one.says("/gate run") == Reaction.DONE
    one.yard.judges(one.pull, report=reports.blocking())
    assert one.state == ("completed", "failure")


# Bases


def test_where_the_policy_says_so_a_moved_base_has_it_judged_anew(
    tmp_path: Path,
) -> None:
    one = story(tmp_path, REJUDGE)
    one.yard.commits({"other.py": "1\n"})
    one.fetches()
    one.stops()


def test_so_has_another_policy(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.commits({POLICY_PATH: STAGED.replace("0.05", "0.01")})
    one.fetches()
    one.stops()


def test_so_has_a_base_that_was_left_too_long_ago(tmp_path: Path) -> None:
    one = story(tmp_path)
    one.yard.commits({"other.py": "1\n"})
    one.yard.works(one.pull)
    one.yard.clock.now += 14 * DAY_S
    one.stops()


@pytest.mark.parametrize(
    ("policy", "content"),
    [
        (STAGED, {"other.py": "1\n"}),
        (REJUDGE, {"README.md": "More.\n"}),
    ],
    ids=["it stands", "it is carried over"],
)
def test_else_a_moved_base_has_nothing_run(
    tmp_path: Path, policy: str, content: dict[str, str]
) -> None:
    one = story(tmp_path, policy + "relevant: ['*.py']\n")
    one.yard.commits(content)
    one.fetches()
    one.stands()


Moves = Callable[[Story], object]


def clashes(one: Story) -> None:
    one.yard.commits({"train.py": "print(3)\n"})


def lands_otherwise(one: Story) -> None:
    one.yard.commits({"train.py": "print(2)\n"})


def becomes_a_draft(one: Story) -> None:
    one.yard.edits(one.pull, draft=True)
    one.yard.commits({"other.py": "1\n"})


def asks_for_what_is_not_there(one: Story) -> None:
    one.yard.commits({POLICY_PATH: REJUDGE + "relevant: [nothing/**]\n"})


def loses_its_policy(one: Story) -> None:
    one.yard.commits({POLICY_PATH: None})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "moves",
    [
        clashes,
        lands_otherwise,
        becomes_a_draft,
        asks_for_what_is_not_there,
        loses_its_policy,
    ],
)
def test_nor_has_one_on_which_nothing_can_run(tmp_path: Path, moves: Moves) -> None:
    one = story(tmp_path, REJUDGE)
    moves(one)
    one.fetches()
    begun = one.begun
    assert one.says("/gate cancel") == Reaction.REFUSED
    one.yard.works(one.pull)
    assert one.yard.store.acts(one.yard.key(one.pull)) == []
    assert one.begun == begun


def test_a_push_that_nobody_fetched_yet_is_not_known(tmp_path: Path) -> None:
    """The stop is refused and loses nothing; the next one is heard."""
    one = story(tmp_path, REJUDGE)
    one.yard.commits({"other.py": "1\n"})
    assert one.says("/gate cancel") == Reaction.REFUSED
    one.yard.works(one.pull)
    assert one.state == ("queued", None)
    one.stops()


def test_without_a_mirror_nothing_is_known_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = story(tmp_path)
    one.yard.edits(one.pull, labels=("full",))
    monkeypatch.setattr(one.yard.mirrors, "known", lambda _place: None)
    assert one.says("/gate cancel") == Reaction.REFUSED


# Where git fails


def test_a_stop_waits_where_git_is_killed_as_it_is_handled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = story(tmp_path)

    def killed(*_: object) -> None:
        raise GitFault("`git merge-tree` was killed (signal 9).")

    with monkeypatch.context() as patched:
        patched.setattr(GitRepository, "merge", killed)
        with pytest.raises(GitFault):
            one.says("/gate cancel")
    one.stands()


def test_a_head_that_a_new_mirror_does_not_hold_is_left_to_the_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = story(tmp_path)

    def unheld(*_: object) -> None:
        raise UnheldFault("Our copy of the repository does not hold it.")

    with monkeypatch.context() as patched:
        patched.setattr("bot.app.pulls.commands.at_desk.renewed", unheld)
        assert one.says("/gate cancel") == Reaction.REFUSED
