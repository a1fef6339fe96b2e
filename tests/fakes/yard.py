"""A GitHub, its git, the store and the App's use cases, all in memory but git.

Nothing runs by itself: `looks` has what is due looked at, `sends` what waits sent,
`judges` what is carried on judged. Time passes when a test says so.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.adapters.commonmark import command_lines
from bot.adapters.policy_file import load_policy
from bot.app.pulls.commands.answering import seen
from bot.app.pulls.known import Known
from bot.app.pulls.looking.keeping import Keeper
from bot.app.pulls.looking.outside import Outside
from bot.app.pulls.looking.scene import Scene
from bot.app.pulls.looking.scenes import Scenes
from bot.app.pulls.ports import Remark
from bot.app.pulls.queue.groups import Groups
from bot.app.pulls.queue.landing import Landing
from bot.app.pulls.reach import Reach
from bot.app.pulls.sending import Sender
from bot.app.pulls.sweeping.bases import Bases
from bot.app.pulls.sweeping.reconciling import Reconciler
from bot.domain.conclusions import Judged, Plain
from bot.domain.github import (
    Account,
    CheckRun,
    Comment,
    Go,
    Lane,
    Place,
    Pull,
    Repository,
    Side,
    Waiting,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import Post
from bot.domain.pulls.standing import Standing
from bot.domain.verdict import Report
from tests.fakes import reports
from tests.fakes.evaluations import MemoryEvaluations
from tests.fakes.github import GitHubInMemory
from tests.fakes.mirrors import FakeMirrors, Files
from tests.fakes.pulls import MemoryPulls

POLICY = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}"]
    metrics:
      loss: {direction: minimize, tolerance: 0.05}
"""
START = 1_790_000_000.0
DAY_S = 86_400.0


def files(train: str = "print(1)\n", policy: str | None = POLICY) -> dict[str, str]:
    """A repository that is gated, or, without a policy, is not."""
    found = {"train.py": train, "README.md": "Digits.\n"}
    return found if policy is None else {**found, POLICY_PATH: policy}


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class AnyTurn:
    """Lanes without a limit: the most urgent goes."""

    def turn(self, installation: int, waiting: list[Waiting], now: float) -> Go | None:
        first = min(waiting, key=lambda one: (one.priority, one.since, one.name))
        return Go(first.name, Lane())

    def rest(self, installation: int, until: float) -> None:
        raise AssertionError(until)


class NoErrands:
    def consider(self, scene: Scene) -> bool:
        """Nothing was ordered."""
        return False

    def leave(self, pull: PullKey) -> None:
        """Nothing is carried on."""


@dataclass
class Yard:
    """`place` is the repository of the story; `warmed` are bases that were begun.

    `dropped` are those whose errands were stopped, as what is left.
    """

    clock: Clock
    github: GitHubInMemory
    mirrors: FakeMirrors
    store: MemoryPulls
    evaluations: MemoryEvaluations
    place: Place
    author: Account
    warmed: list[tuple[Place, str, str]]
    soon: list[int]
    dropped: list[PullKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = Known(self.github, self.clock)
        self.reach = Reach(
            self.github,
            known,
            self.mirrors,
            self.store,
            self.evaluations,
            load_policy,
            self.clock,
            nullcontext(),
            nullcontext(),
            self.dropped.append,
        )
        self.bases = Bases(self.reach, lambda *one: self.warmed.append(one))
        scenes = Scenes(self.store, load_policy, self.clock)
        self.groups = Groups(self.reach, scenes, page, nullcontext())
        self.reconciler = Reconciler(
            self.reach,
            self.bases,
            remarked,
            self.groups.asked,
            self.github.profile.id,
        )
        self.landing = Landing(self.reach)
        self.keeper = Keeper(
            Outside(
                github=self.github,
                known=known,
                mirrors=self.mirrors,
                store=self.store,
                evaluations=self.evaluations,
                beside=NoErrands(),
                scenes=scenes,
                page=page,
                now=self.clock,
                speaking=nullcontext(),
                landed=self.landing.landed,
                group=self.groups.look,
            )
        )
        turns = AnyTurn()
        self.sender = Sender(self.store, self.github, turns, self.clock, lambda: 0.5)

    # What people do

    def founds(self, full_name: str, content: Files) -> Place:
        place = self.github.founds(full_name)
        self.mirrors.founds(place, full_name, content)
        self.github.towns[place].roles[self.author.id] = "write"
        return place

    def tip(self, branch: str = "main") -> str:
        found = self.mirrors.tip(self.place, branch)
        assert found is not None
        return found

    def opens(
        self,
        branch: str = "idea",
        train: str = "print(2)\n",
        author: Account | None = None,
        place: Place | None = None,
    ) -> Pull:
        """A pull request onto `main`, by default in the repository of the story."""
        where, by = place or self.place, author or self.author
        sha = self.mirrors.pushes(where, branch, {"train.py": train})
        base = self.mirrors.tip(where, "main")
        assert base is not None
        pull = self.github.opens(where, branch, sha, by, base)
        self.mirrors.opens(where, pull.number, sha)
        return pull

    def pushes(self, pull: Pull, train: str) -> str:
        branch = pull.head.ref
        sha = self.mirrors.pushes(self.place, branch, {"train.py": train})
        self.github.pushes(self.place, pull.number, sha)
        self.mirrors.opens(self.place, pull.number, sha)
        return sha

    def edits(self, pull: Pull, **changes: object) -> Pull:
        pulls = self.github.towns[self.place].pulls
        edited = replace(
            pulls[pull.number],
            **changes,  # type: ignore[arg-type]
        )
        pulls[pull.number] = edited
        return edited

    def commits(self, content: Mapping[str, str], branch: str = "main") -> str:
        return self.mirrors.pushes(self.place, branch, content)

    def lands(self, pull: Pull, sha: str) -> None:
        """It was merged as this commit."""
        self.edits(pull, open=False, merged=True, landed=sha)
        self.github.towns[self.place].commits.add(sha)
        self.wakes(pull)

    def says(self, pull: Pull, body: str, author: Account | None = None) -> Comment:
        by = author or self.author
        return self.github.says(self.place, pull.number, body, by, None)

    # What the App does

    def wakes(self, pull: Pull) -> None:
        self.store.wake(self.key(pull), self.place.installation, self.clock())

    def looks(self, *pulls: Pull) -> None:
        """Everything that is due is looked at, and these are."""
        for pull in pulls:
            self.wakes(pull)
        for due in self.store.due(self.clock(), 5_000):
            self.keeper.look(due)

    def sends(self) -> None:
        """Everything that waits is sent."""
        while picked := self.sender.pick().now:
            for one in picked:
                self.sender.send(one)

    def works(self, *pulls: Pull) -> None:
        self.looks(*pulls)
        self.sends()

    def judges(
        self, pull: Pull, outcome: Plain | None = None, report: Report | None = None
    ) -> None:
        """Look, judge what is carried on, look again, send."""
        self.works(pull)
        full = report or reports.passing()
        ended = outcome or Judged(full.verdict)
        self.evaluations.ends(self.key(pull), ended, full if not outcome else None)
        self.works(pull)

    # What there is

    def key(self, pull: Pull) -> PullKey:
        return PullKey(self.place.repository, pull.number)

    def standing(self, pull: Pull) -> Standing:
        found = self.store.standing(self.key(pull))
        assert found is not None
        return found

    def run(self, sha: str) -> CheckRun:
        """The check run of ours that shows at a commit; those before have ended."""
        *before, run = self.runs(sha)
        assert all(one.conclusion is not None for one in before)
        return run

    def runs(self, sha: str) -> list[CheckRun]:
        every = self.github.towns[self.place].checks.values()
        return [one for one in every if one.head_sha == sha and one.app is not None]

    def sticky(self, pull: Pull) -> Comment | None:
        town = self.github.towns[self.place]
        mine = f"<!-- seedgate pull-{pull.number} -->"
        found = [one for one in town.comments.values() if one.body.startswith(mine)]
        assert len(found) <= 1
        return found[0] if found else None

    def due(self) -> list[int]:
        """The numbers of pull requests that are due."""
        found = self.store.due(self.clock(), 5_000)
        return sorted(one.pull.number for one in found)

    def asked(self) -> list[str]:
        """What GitHub was asked since the last time."""
        calls, self.github.calls[:] = list(self.github.calls), []
        return calls

    def repository(self, **changes: object) -> Repository:
        town = self.github.towns[self.place]
        town.repository = replace(
            town.repository,
            **changes,  # type: ignore[arg-type]
        )
        return town.repository


def page(place: Place, report: Report) -> str:
    return f"https://gate.example/e/{report.evaluation}"


def remarked(remark: Remark) -> tuple[Post, ...]:
    return seen(remark, tuple(command_lines(remark.body)))


def side(place: Place, sha: str, ref: str = "main") -> Side:
    return Side(sha, ref, place.repository)


def yard(root: Path, content: Files | None = None) -> Yard:
    """A repository `ann/digits`, by default with a policy, and Ann who may write."""
    clock = Clock()
    github = GitHubInMemory(clock)
    mirrors = FakeMirrors(root, clock)
    author = github.joins("ann")
    place = github.founds("ann/digits")
    mirrors.founds(place, "ann/digits", files() if content is None else content)
    github.towns[place].roles[author.id] = "write"
    return Yard(
        clock,
        github,
        mirrors,
        MemoryPulls(clock),
        MemoryEvaluations(),
        place,
        author,
        [],
        [],
    )
