"""What counts as lost since a release, whichever way a branch was landed."""

from collections.abc import Callable
from itertools import count

import pytest

from bot.app.pinned import tolerated_since
from bot.app.ports import Merged
from bot.domain.history import Charge
from tests.adapters.repository.git_world import GitWorld

LOSS = ("mlp", "loss")
LATER = {"GIT_COMMITTER_DATE": "1700009999 +0100"}


class Story:
    """Branches are pushed to, judged and landed; in the end their losses are summed."""

    def __init__(self, world: GitWorld) -> None:
        self.world = world
        self.charges: list[Charge] = []
        self._numbers = count()
        self.release = world.commit({"train.py": b"lr = 1\n"})

    def push(self, branch: str) -> str:
        """One more commit on a branch, which is made of main if it is not there."""
        if not self.world.git("branch", "--list", branch):
            self.world.git("branch", branch, "main")
        self.world.switch(branch)
        head = self.world.commit({f"{next(self._numbers)}.py": b"pass\n"})
        self.world.switch("main")
        return head

    def judge(self, head: str, loss: float, base: str = "main") -> None:
        """The loss of a head on a base, in tolerances; 0 where none was shown."""
        repository = self.world.open()
        onto, top = repository.resolve(base).commit, repository.resolve(head).commit
        merged = repository.merge(onto, top)
        assert isinstance(merged, Merged)
        self.charges.append(Charge(LOSS, top, merged.tree, loss, onto))

    def update(self, branch: str, source: str = "main") -> str:
        """A branch merges another into itself, as by the button on GitHub."""
        self.world.switch(branch)
        self.world.git("merge", "-q", "--no-ff", "-m", f"Merge {source}", source)
        self.world.switch("main")
        return self.world.git("rev-parse", branch)

    def merge(self, branch: str, onto: str = "main") -> None:
        self.update(onto, branch)

    def squash(self, branch: str) -> None:
        self.world.git("merge", "-q", "--squash", branch)
        self.world.git("commit", "-q", "-m", f"Squash {branch}")

    def rebase(self, branch: str) -> None:
        """Every commit anew, as GitHub does it also where that is not needed."""
        self.world.git("cherry-pick", f"main..{branch}", **LATER)

    def forward(self, branch: str) -> None:
        self.world.git("merge", "-q", "--ff-only", branch)

    def queue(self, branch: str) -> None:
        """A merge group of one pull request, on which main is put."""
        self.group(branch, "main", "queue")
        self.forward("queue")
        self.world.git("branch", "-D", "queue")

    def group(self, branch: str, onto: str, name: str) -> None:
        self.world.git("branch", name, onto)
        self.update(name, branch)

    def develop(self) -> None:
        """A branch of main on which two others landed; each lost 0.4 in the end."""
        self.push("develop")
        for branch in ("one", "two"):
            self.world.git("branch", branch, "develop")
            self.judge(self.push(branch), 0.9, base="develop")
            self.judge(self.push(branch), 0.4, base="develop")
            self.merge(branch, "develop")

    def lost(self, name: str = "main") -> float:
        repository = self.world.open()
        anchor, base = repository.resolve(self.release), repository.resolve(name)
        return tolerated_since(repository, anchor, base, self.charges).get(LOSS, 0.0)


Land = Callable[[Story, str], None]
WAYS = [Story.merge, Story.squash, Story.rebase, Story.forward, Story.queue]
each_way = pytest.mark.parametrize("land", WAYS, ids=lambda one: one.__name__)


@pytest.fixture
def story(world: GitWorld) -> Story:
    return Story(world)


@each_way
def test_of_a_branch_that_was_pushed_to_counts_what_landed(
    story: Story, land: Land
) -> None:
    for loss in (0.5, 0.4, 0.3):
        story.judge(story.push("idea"), loss)
    assert story.lost() == 0.0
    land(story, "idea")
    assert story.lost() == pytest.approx(0.3)


@each_way
def test_harm_that_was_mended_before_it_landed_is_not_lost(
    story: Story, land: Land
) -> None:
    story.judge(story.push("idea"), 3.8)
    story.judge(story.push("idea"), 0.0)
    land(story, "idea")
    assert story.lost() == 0.0


@each_way
def test_branches_that_landed_one_after_the_other_add_up(
    story: Story, land: Land
) -> None:
    for branch in ("idea", "next"):
        story.judge(story.push(branch), 0.9)
        story.judge(story.push(branch), 0.4)
        land(story, branch)
    assert story.lost() == pytest.approx(0.8)


@each_way
def test_a_branch_that_goes_on_after_it_landed_adds_to_it(
    story: Story, land: Land
) -> None:
    story.judge(story.push("idea"), 0.4)
    land(story, "idea")
    if land in (Story.squash, Story.rebase):  # then people begin it anew
        story.world.git("branch", "-f", "idea", "main")
    story.judge(story.push("idea"), 0.3)
    land(story, "idea")
    assert story.lost() == pytest.approx(0.7)


@each_way
def test_what_was_judged_before_the_base_moved_and_again_counts_once(
    story: Story, land: Land
) -> None:
    for branch in ("idea", "other"):
        story.judge(story.push(branch), 0.4)
    land(story, "other")
    if land is Story.forward:  # which needs it
        story.world.git("rebase", "-q", "main", "idea")
        story.world.switch("main")
    story.judge("idea", 0.4)
    land(story, "idea")
    assert story.lost() == pytest.approx(0.8)


def test_a_last_head_that_nobody_judged_takes_the_place_of_the_ones_before(
    story: Story,
) -> None:
    """As where training sees no difference to the base any more."""
    story.judge(story.push("idea"), 3.8)
    story.push("idea")
    story.merge("idea")
    assert story.lost() == 0.0


def test_a_head_that_landed_as_it_was_judged_counts_though_the_base_had_moved(
    story: Story,
) -> None:
    for branch in ("idea", "other"):
        story.judge(story.push(branch), 0.4)
        story.charges.append(story.charges[-1])
    for branch in ("other", "idea"):
        story.merge(branch)
    assert story.lost() == pytest.approx(0.8)


def test_a_merge_group_that_was_judged_anew_takes_the_place_of_its_branches(
    story: Story,
) -> None:
    for branch in ("idea", "next"):
        story.judge(story.push(branch), 0.9)
    story.push("main")
    story.group("idea", "main", "first")
    story.judge("first", 0.4)
    story.group("next", "first", "second")
    story.judge("second", 0.3, base="first")
    story.forward("second")
    assert story.lost() == pytest.approx(0.7)


def test_groups_that_were_judged_as_one_count_as_one(story: Story) -> None:
    for branch in ("idea", "next"):
        story.judge(story.push(branch), 0.3)
    story.group("idea", "main", "first")
    story.group("next", "first", "second")
    story.judge("second", 0.5)
    story.forward("second")
    assert story.lost() == pytest.approx(0.5)


@pytest.mark.parametrize(
    "land", [Story.merge, Story.squash, Story.forward, Story.queue]
)
def test_a_branch_that_merged_its_base_takes_nothing_away_from_that(
    story: Story, land: Land
) -> None:
    """GitHub lands no merges of a branch by a rebase."""
    story.judge(story.push("idea"), 0.9)
    for branch in ("one", "two"):
        story.judge(story.push(branch), 0.2)
        story.merge(branch)
    story.judge(story.update("idea"), 0.4)
    land(story, "idea")
    assert story.lost() == pytest.approx(0.8)
    assert "two" in story.world.git("branch", "--merged", "main")


def test_it_does_so_where_it_was_pushed_to_once_more_and_landed_without_a_merge(
    story: Story,
) -> None:
    for branch in ("one", "two"):
        story.judge(story.push(branch), 0.2)
        story.squash(branch)
    story.world.git("branch", "idea", story.release)
    story.push("idea")
    story.update("idea")
    story.judge(story.push("idea"), 0.3)
    story.forward("idea")
    assert story.lost() == pytest.approx(0.7)


# How `develop` was judged as a whole, if it was, and what counts of it then.
each_whole = pytest.mark.parametrize(
    ("whole", "lost"), [(None, 0.8), (0.0, 0.0), (0.6, 0.6)]
)


@each_whole
def test_a_branch_that_others_landed_on_counts_as_a_whole_once_it_was_judged(
    story: Story, whole: float | None, lost: float
) -> None:
    story.develop()
    story.world.git("branch", "three", "develop")
    story.judge(story.push("three"), 0.0, base="develop")
    if whole is not None:
        story.judge("develop", whole)
    story.merge("develop")
    assert story.lost() == pytest.approx(lost)


def test_a_branch_on_a_branch_that_landed_adds_to_it(story: Story) -> None:
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.judge(story.push("more"), 0.3, base="idea")
    for branch in ("idea", "more"):
        story.merge(branch)
    assert story.lost() == pytest.approx(0.7)


def test_it_does_so_where_the_first_was_squashed_and_comes_along_once_more(
    story: Story,
) -> None:
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.push("more")
    story.squash("idea")
    story.judge(story.update("more"), 0.3)
    story.merge("more")
    assert story.lost() == pytest.approx(0.7)


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("land", [Story.merge, Story.squash, Story.queue])
@pytest.mark.parametrize("first", [Story.squash, Story.rebase])
def test_it_does_so_where_it_was_judged_on_the_first_before_that_was_made_anew(
    story: Story, first: Land, land: Land, *, moved: bool
) -> None:
    """The first's own commits come along, but are not what landed of it."""
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.judge(story.push("more"), 0.3, base="idea")
    first(story, "idea")
    if moved:
        story.push("main")
    story.judge(story.update("more"), 0.3)
    land(story, "more")
    assert story.lost() == pytest.approx(0.7)


@each_way
def test_what_landed_and_was_merged_into_another_branch_is_lost_there_too(
    story: Story, land: Land
) -> None:
    """By its head alone: of what was made anew, once it was judged above it."""
    story.world.git("branch", "develop", "main")
    story.push("develop")
    story.judge(story.push("hotfix"), 0.9)
    land(story, "hotfix")
    story.merge("main", "develop")
    anew = land in (Story.squash, Story.rebase)
    assert story.lost("develop") == (0.0 if anew else 0.9)
    story.judge(story.push("next"), 0.0)
    assert story.lost("develop") == 0.9


@each_whole
def test_what_was_merged_into_a_branch_landed_with_it_unless_that_was_judged(
    story: Story, whole: float | None, lost: float
) -> None:
    story.develop()
    story.push("main")
    if whole is not None:
        story.judge("develop", whole)
    story.merge("develop")
    assert story.lost() == pytest.approx(lost)


def test_branches_that_were_judged_as_one_count_as_one(story: Story) -> None:
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.judge(story.push("more"), 0.5)
    story.merge("idea")
    story.push("main")
    story.merge("more")
    assert story.lost() == pytest.approx(0.5)


def test_a_release_from_which_the_base_went_apart_is_no_hindrance(story: Story) -> None:
    story.release = story.push("release")
    story.judge(story.push("idea"), 3.8)
    story.judge(story.push("idea"), 0.0)
    story.forward("idea")
    assert story.lost() == 0.0


@pytest.mark.parametrize("moved", [False, True])
def test_a_head_that_the_release_has_is_not_lost_since_then(
    story: Story, *, moved: bool
) -> None:
    """A fix on the branch of a release, which is merged back."""
    story.release = story.push("release")
    story.judge(story.push("idea"), 0.3)
    story.merge("idea")
    story.judge("release", 0.4)
    if moved:
        story.push("main")
    story.merge("release")
    assert story.lost() == pytest.approx(0.3)


def test_what_an_earlier_version_charged_counts_by_how_it_landed(story: Story) -> None:
    """It kept no base, and nothing of what lost nothing."""
    for branch in ("idea", "next"):
        story.judge(story.push(branch), 0.9)
        story.judge(story.push(branch), 0.4)
        story.merge(branch)
    earlier = [Charge(*[getattr(one, name) for name in KEPT]) for one in story.charges]
    story.charges = earlier
    assert story.lost() == pytest.approx(0.8)


KEPT = ("place", "head_commit", "merged_tree", "tolerances")


@pytest.mark.parametrize("land", [Story.rebase, Story.forward])
def test_what_landed_before_the_branch_on_top_of_it_is_not_lost_with_that_ones_past(
    story: Story, land: Land
) -> None:
    """Both in one were judged first; once the lower had landed, the rest alone."""
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.judge(story.push("more"), 0.5)
    land(story, "idea")
    story.push("more")
    if land is Story.rebase:
        below = story.world.git("rev-parse", "more~2")
        story.world.git("rebase", "-q", "--onto", "main", below, "more")
        story.world.switch("main")
    story.judge("more", 0.1)
    land(story, "more")
    assert story.lost() == pytest.approx(0.5)


@pytest.mark.parametrize("land", [Story.merge, Story.queue])
def test_nor_where_a_third_was_judged_on_both_of_them(story: Story, land: Land) -> None:
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.judge(story.push("more"), 0.5)
    story.world.git("branch", "third", "more")
    story.judge(story.push("third"), 0.1, base="more")
    land(story, "idea")
    story.judge(story.push("more"), 0.1)
    land(story, "more")
    assert story.lost() == pytest.approx(0.5)


def test_nor_where_two_worked_on_it_and_merged_each_other(story: Story) -> None:
    story.judge(story.push("idea"), 0.4)
    story.world.git("branch", "more", "idea")
    story.world.git("branch", "mine", "more")
    story.judge(story.push("more"), 0.5)
    story.push("mine")
    story.merge("idea")
    story.update("mine", "more")
    story.world.git("branch", "-f", "more", "mine")
    story.judge("more", 0.1)
    story.merge("more")
    assert story.lost() == pytest.approx(0.5)


def test_what_landed_on_two_lines_is_lost_beside_the_rest_of_the_other(
    story: Story,
) -> None:
    """A mend goes to main and, by a queue, to a branch of main that follows it."""
    story.push("develop")
    story.judge(story.push("fix"), 0.3)
    story.judge("fix", 0.3, base="develop")
    story.group("fix", "develop", "queue")
    story.judge("queue", 0.3, base="develop")
    story.world.git("branch", "-f", "develop", "queue")
    story.merge("fix")
    assert story.lost() == pytest.approx(0.3)
    story.judge("develop", 0.4)
    story.merge("develop")
    assert story.lost() == pytest.approx(0.7)
