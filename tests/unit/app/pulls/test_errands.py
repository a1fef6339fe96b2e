"""Errands that are begun beside a look: whose code runs for them, and whose not."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.app.pulls.beside.errands import Errand, Errands
from bot.app.pulls.looking.keeping import SERVED_S, Keeper
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.scenes import Scenes
from bot.domain.commands import Accept, Baseline, Command, Ok, Scan, Split
from bot.domain.github import Account, Pull, Side
from bot.domain.pulls.acts import Act, PullKey, answer_note
from bot.presentation.words import errands as words
from tests.fakes.yard import Yard, files, yard

FORK = 999
SCAN = Scan("lr", ("1", "2"))
TYPO = {"train.py": "print(1)\n", "README.md": "A typo less.\n"}


@dataclass
class Porters:
    """Carry nothing out; `begun` are those that they were given."""

    begun: list[Errand] = field(default_factory=list)

    def begin(self, errand: Errand, done: Callable[[str], None]) -> None:
        self.begun.append(errand)

    def keep(self, pull: PullKey, keys: Collection[str]) -> None:
        self.begun = [one for one in self.begun if one.key in keys]


@dataclass
class Desk:
    """A yard with errands; `heads` are the commits that errands are about."""

    yard: Yard
    porters: Porters
    told: int = 0

    def orders(self, pull: Pull, sha: str, command: Command) -> None:
        self.told += 1
        key, by = self.yard.key(pull), self.yard.author
        source, now = f"comment:{self.told}:1", self.yard.clock()
        act = Act(source, key, sha, command, by.id, by.login, now)
        self.yard.store.act([act])

    @property
    def heads(self) -> list[str]:
        return [one.task.head for one in self.porters.begun]

    def forks(self, content: dict[str, str]) -> Pull:
        """A pull request of somebody else's, from their own repository."""
        eve: Account = self.yard.github.joins("eve")
        pull = self.yard.opens("theirs", author=eve)
        return self.pushes(pull, content, FORK)

    def pushes(self, pull: Pull, content: dict[str, str], to: int | None) -> Pull:
        one, ref = self.yard, pull.head.ref
        sha = one.mirrors.pushes(one.place, ref, content)
        one.github.pushes(one.place, pull.number, sha)
        one.mirrors.opens(one.place, pull.number, sha)
        return one.edits(pull, head=Side(sha, ref, to))

    def replied(self) -> list[str]:
        """What was answered on GitHub."""
        town = self.yard.github.towns[self.yard.place]
        return [one.body for one in town.comments.values() if "reply:" in one.body]


def asked_at(desk: Desk, pull: Pull) -> float | None:
    """When it is looked at again."""
    return desk.yard.store.alarms[desk.yard.key(pull)].at


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one, porters = yard(tmp_path), Porters()
    beside = Errands(one.store, porters)
    one.keeper = Keeper(replace(one.keeper._out, beside=beside))
    return Desk(one, porters)


def test_a_scan_of_a_fork_s_commit_does_not_run_when_a_harmless_one_is_pushed(
    desk: Desk,
) -> None:
    """The head needs no trust, as nothing runs for it; the commit of the order does."""
    pull = desk.forks({"train.py": "evil()\n"})
    desk.yard.works(pull)
    desk.orders(pull, pull.head.sha, SCAN)
    desk.pushes(pull, TYPO, FORK)
    desk.yard.works(pull)
    assert desk.heads == []
    (reply,) = desk.replied()
    assert words.UNTRUSTED in reply


def test_a_fork_s_commit_that_needs_no_trials_is_not_scanned_either(
    desk: Desk,
) -> None:
    pull = desk.forks(TYPO)
    desk.yard.works(pull)
    assert desk.yard.run(pull.head.sha).conclusion == "success"
    desk.orders(pull, pull.head.sha, SCAN)
    desk.yard.works(pull)
    assert desk.heads == []
    (reply,) = desk.replied()
    assert words.UNTRUSTED in reply


def test_trust_that_was_given_to_a_commit_is_not_worth_a_thing_without_a_sandbox(
    desk: Desk,
) -> None:
    pull = desk.forks(TYPO)
    desk.orders(pull, pull.head.sha, Ok(pull.head.sha))
    desk.orders(pull, pull.head.sha, SCAN)
    desk.yard.works(pull)
    assert desk.heads == []


@pytest.fixture
def sandboxed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sandbox has proved itself."""
    whole = Scenes.scene

    def within(self: Scenes, seen: Seen) -> Scene:
        found = whole(self, seen)
        return replace(found, facts=replace(found.facts, sandboxed=True))

    monkeypatch.setattr(Scenes, "scene", within)


@pytest.mark.usefixtures("sandboxed")
def test_in_a_sandbox_the_commit_that_is_trusted_is_scanned(desk: Desk) -> None:
    pull = desk.forks({"train.py": "print(2)\n"})
    desk.orders(pull, pull.head.sha, Ok(pull.head.sha))
    desk.orders(pull, pull.head.sha, SCAN)
    desk.yard.works(pull)
    assert desk.heads == [pull.head.sha]


@pytest.mark.usefixtures("sandboxed")
def test_trust_in_a_fork_s_new_head_is_none_in_the_one_before(desk: Desk) -> None:
    """It is begun for neither: the scan that was ordered is of the earlier commit."""
    pull = desk.forks({"train.py": "evil()\n"})
    desk.yard.works(pull)
    desk.orders(pull, pull.head.sha, SCAN)
    pull = desk.pushes(pull, {"train.py": "print(2)\n"}, FORK)
    desk.orders(pull, pull.head.sha, Ok(pull.head.sha))
    desk.yard.works(pull)
    assert desk.heads == []


@pytest.mark.usefixtures("sandboxed")
def test_a_scan_ends_when_its_commit_is_no_longer_the_one_that_is_trusted(
    desk: Desk,
) -> None:
    pull = desk.forks({"train.py": "print(2)\n"})
    desk.orders(pull, pull.head.sha, Ok(pull.head.sha))
    desk.orders(pull, pull.head.sha, SCAN)
    desk.yard.works(pull)
    assert desk.heads == [pull.head.sha]
    desk.pushes(pull, TYPO, FORK)
    desk.yard.works(pull)
    assert desk.heads == []


def test_an_insider_s_earlier_commit_is_scanned_though_the_head_moved(
    desk: Desk,
) -> None:
    pull = desk.yard.opens()
    first = pull.head.sha
    desk.yard.works(pull)
    desk.orders(pull, first, SCAN)
    desk.yard.pushes(pull, "print(3)\n")
    desk.yard.works(pull)
    assert desk.heads == [first]


def test_what_runs_no_code_of_a_fork_needs_no_trust(desk: Desk) -> None:
    """A split merges trees, and more runs of a baseline are of the base alone."""
    pull = desk.forks({"train.py": "evil()\n"})
    desk.orders(pull, pull.head.sha, Split(("abc1234",)))
    desk.orders(pull, pull.head.sha, Baseline(refresh=True))
    desk.yard.works(pull)
    assert desk.heads == [pull.head.sha] * 2


def test_an_errand_without_common_history_is_answered_with_what_to_do(
    desk: Desk,
) -> None:
    one = desk.yard
    pull = one.opens()
    head = one.mirrors.force_pushes(one.place, "idea", files(), base=None)
    one.github.pushes(one.place, pull.number, head)
    one.mirrors.opens(one.place, pull.number, head)
    desk.orders(pull, head, Split(("abc1234",)))
    one.works(pull)
    assert desk.heads == []
    (reply,) = desk.replied()
    assert words.UNRELATED in reply


def test_what_was_ordered_is_asked_after_until_it_is_answered(desk: Desk) -> None:
    """An answer that could not be kept would else be missing until somebody pushes."""
    one = desk.yard
    pull = one.opens()
    one.judges(pull)
    assert asked_at(desk, pull) is None
    desk.orders(pull, pull.head.sha, SCAN)
    one.works(pull)
    assert asked_at(desk, pull) == one.clock() + SERVED_S
    (begun,) = desk.porters.begun
    one.store.remember(answer_note(begun.act), "answered")
    one.works(pull)
    assert asked_at(desk, pull) is None


def test_an_acceptance_that_ends_before_that_is_not_late(desk: Desk) -> None:
    one = desk.yard
    pull = one.opens()
    accept = Accept("regression-12345678", "fine", digest="12345678" * 8)
    desk.orders(pull, pull.head.sha, accept)
    one.judges(pull)
    ends = asked_at(desk, pull)
    assert ends is not None
    one.clock.now = ends - SERVED_S / 2
    desk.orders(pull, pull.head.sha, SCAN)
    one.works(pull)
    assert asked_at(desk, pull) == ends
