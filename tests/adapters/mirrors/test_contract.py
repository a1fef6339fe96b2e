"""What every `Mirrors` promises; the fake and the real one keep it alike."""

import pytest

from bot.app.mirroring import (
    Denied,
    Gone,
    MirrorError,
    Unreachable,
    WantedBranch,
    WantedCommit,
    WantedPull,
    WantedTag,
)
from tests.adapters.mirrors.stage import Stage

DAY = 86_400.0
MAIN = WantedBranch("main")
HOSTILE = (
    "",
    "x:y",
    "refs/heads/x:y",
    "-",
    "a..b",
    "a b",
    "*",
    "main\n+refs/heads/main:refs/heads/evil",
    "nul\0nul",
    "\ud800",
    "@{-1}",
    "x" * 5000,
    "nothing-of-this-name",
)


def test_a_branch_is_found_where_it_is_now(stage: Stage) -> None:
    first = stage.refresh(MAIN)
    pushed = stage.pushes("main", {"train.py": "lr = 2\n"})
    second = stage.refresh(MAIN)
    assert second.branch("main") == pushed != first.branch("main")
    assert second.has(pushed)
    assert not first.has("0" * 40)
    assert not first.has("main")


def test_what_a_refresh_found_stays_as_it_was(stage: Stage) -> None:
    first = stage.refresh(MAIN)
    before = first.branch("main")
    stage.pushes("main", {"train.py": "lr = 2\n"})
    stage.refresh(MAIN)
    assert first.branch("main") == before


def test_only_what_is_wanted_is_fetched(stage: Stage) -> None:
    idea = stage.pushes("idea", {"train.py": "lr = 2\n"})
    mirror = stage.refresh(MAIN)
    assert mirror.branch("idea") is None
    assert not mirror.has(idea)
    assert stage.refresh(WantedBranch("idea")).branch("main") == mirror.branch("main")


def test_the_branches_of_a_folder_are_listed_and_not_fetched(stage: Stage) -> None:
    pushed = {
        name: stage.pushes(name, {"train.py": "lr = 2\n"})
        for name in ("queue/main/one", "queue/release/1/two", "other", "x/queue/three")
    }
    listed = stage.listed("queue/")
    assert listed == {name: pushed[name] for name in list(pushed)[:2]}
    assert not stage.refresh(MAIN).has(pushed["queue/main/one"])
    assert stage.listed("nothing/") == {}


def test_what_cannot_be_listed_says_why(stage: Stage) -> None:
    stage.distrusts()
    with pytest.raises(MirrorError) as caught:
        stage.listed("queue/")
    assert isinstance(caught.value.failure, Denied)
    stage.goes_down()
    with pytest.raises(MirrorError) as caught:
        stage.listed("queue/")
    assert isinstance(caught.value.failure, Unreachable)


def test_the_repository_is_read_by_commit_and_remembered_by_number(
    stage: Stage,
) -> None:
    pushed = stage.pushes("main", {"conf/gate.yml": "version: 1\n"})
    repository = stage.refresh(MAIN).repository
    assert repository.read_file(pushed, "conf/gate.yml") == b"version: 1\n"
    assert repository.versions("conf/gate.yml", pushed, 9) == (pushed,)
    assert repository.identity == f"github:{stage.place.repository}"
    later = stage.pushes("main", {"conf/gate.yml": "version: 2\n"})
    stage.refresh(MAIN)
    assert repository.read_file(later, "conf/gate.yml") == b"version: 2\n"


def test_a_pull_request_of_a_fork_outlives_the_fork(stage: Stage) -> None:
    number, sha = stage.opens_from_fork({"train.py": "lr = 2\n"})
    stage.loses_fork()
    mirror = stage.refresh(MAIN, WantedPull(number))
    assert mirror.pull_head(number) == sha
    tip = mirror.branch("main")
    assert tip is not None
    trees = [mirror.repository.resolve(one).tree for one in (tip, sha)]
    assert [one.path for one in mirror.repository.touched(*trees)] == ["train.py"]
    assert mirror.pull_head(number + 1) is None
    assert stage.refresh(WantedPull(0), WantedPull(-1)).pull_head(0) is None


def test_a_branch_that_is_rewritten_gives_way_and_its_old_tip_stays(
    stage: Stage,
) -> None:
    old = stage.pushes("idea", {"train.py": "lr = 2\n"})
    stage.refresh(WantedBranch("idea"))
    new = stage.force_pushes("idea", {"train.py": "lr = 3\n"})
    mirror = stage.refresh(WantedBranch("idea"))
    assert mirror.branch("idea") == new
    assert mirror.has(old)
    assert mirror.repository.read_file(old, "train.py") == b"lr = 2\n"


def test_a_branch_that_is_gone_is_no_failure_and_hinders_nobody(stage: Stage) -> None:
    stage.pushes("idea", {"train.py": "lr = 2\n"})
    stage.refresh(WantedBranch("idea"))
    stage.deletes_branch("idea")
    pushed = stage.pushes("idea/two", {"train.py": "lr = 3\n"})
    wanted = [WantedBranch(name) for name in ("idea", "idea/two", "main")]
    mirror = stage.refresh(*wanted)
    assert mirror.branch("idea") is None
    assert mirror.branch("idea/two") == pushed
    assert mirror.branch("main") is not None


def test_a_commit_is_found_though_no_branch_leads_to_it(stage: Stage) -> None:
    number, sha = stage.opens_from_fork({"train.py": "lr = 2\n"})
    stage.loses_fork()
    nowhere = [WantedCommit(text) for text in ("0" * 40, "main", "--all", sha[:12])]
    mirror = stage.refresh(MAIN, WantedCommit(sha), *nowhere)
    assert mirror.has(sha)
    assert not mirror.has("0" * 40)
    assert mirror.pull_head(number) is None


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_a_hostile_name_is_a_branch_that_is_not_there(stage: Stage, name: str) -> None:
    mirror = stage.refresh(WantedBranch(name), MAIN)
    assert mirror.branch(name) is None
    assert mirror.branch("main") is not None


@pytest.mark.parametrize(
    "name", ["--upload-pack=x", "a;b", "$(x)", "größe/日本", "Main", "HEAD", "x" * 200]
)
def test_a_strange_name_is_a_branch_like_any_other(stage: Stage, name: str) -> None:
    pushed = stage.pushes(name, {"train.py": "lr = 2\n"})
    mirror = stage.refresh(WantedBranch(name), MAIN)
    assert mirror.branch(name) == pushed
    assert mirror.branch("main") not in {None, pushed}


def test_what_is_known_needs_nobody(stage: Stage) -> None:
    assert stage.mirrors.known(stage.place) is None
    found = stage.refresh(MAIN).branch("main")
    stage.goes_down()
    known = stage.mirrors.known(stage.place)
    assert known is not None
    assert known.branch("main") == found


def test_a_renamed_repository_is_gone_under_its_old_name(stage: Stage) -> None:
    stage.refresh(MAIN)
    stage.renames()
    with pytest.raises(MirrorError, match="ann/digits") as caught:
        stage.refresh(MAIN)
    assert isinstance(caught.value.failure, Gone)


def test_a_token_that_is_not_believed_is_denied(stage: Stage) -> None:
    stage.refresh(MAIN)
    stage.distrusts()
    with pytest.raises(MirrorError, match="token") as caught:
        stage.refresh(MAIN)
    assert isinstance(caught.value.failure, Denied)


def test_a_server_that_is_down_is_unreachable_and_the_mirror_stays(
    stage: Stage,
) -> None:
    found = stage.refresh(MAIN).branch("main")
    stage.goes_down()
    with pytest.raises(MirrorError) as caught:
        stage.refresh(MAIN)
    assert isinstance(caught.value.failure, Unreachable)
    known = stage.mirrors.known(stage.place)
    assert known is not None
    assert known.branch("main") == found


def test_what_nobody_found_for_long_is_let_go_and_what_is_kept_is_not(
    stage: Stage,
) -> None:
    stage.pushes("idea", {"train.py": "lr = 2\n"})
    stage.pushes("other", {"train.py": "lr = 3\n"})
    mirror = stage.refresh(MAIN, WantedBranch("idea"), WantedBranch("other"))
    idea = mirror.branch("idea")
    assert idea is not None
    stage.passes(20 * DAY)
    assert mirror.keep(idea)
    assert not mirror.keep("0" * 40)
    stage.refresh(MAIN)
    assert stage.mirrors.prune(stage.place, 30 * DAY) == 0
    stage.passes(15 * DAY)
    assert stage.mirrors.prune(stage.place, 30 * DAY) > 0
    known = stage.mirrors.known(stage.place)
    assert known is not None
    assert (known.branch("idea"), known.branch("other")) == (idea, None)
    assert known.branch("main") is not None
    assert stage.mirrors.prune(stage.place, 30 * DAY) == 0


def test_a_mirror_that_is_forgotten_is_unknown_and_comes_again(stage: Stage) -> None:
    found = stage.refresh(MAIN).branch("main")
    stage.mirrors.forget(stage.place)
    stage.mirrors.forget(stage.place)
    assert stage.mirrors.known(stage.place) is None
    assert stage.refresh(MAIN).branch("main") == found


def test_what_is_held_is_known_by_its_number(stage: Stage) -> None:
    assert set(stage.mirrors.held()) == set()
    stage.refresh(MAIN)
    assert set(stage.mirrors.held()) == {stage.place.repository}
    stage.mirrors.forget(stage.place)
    assert set(stage.mirrors.held()) == set()


@pytest.mark.parametrize("about", ["", "The first release."])
def test_a_tag_leads_to_its_commit_and_is_followed_where_it_is_moved(
    stage: Stage, about: str
) -> None:
    released = stage.refresh(MAIN).branch("main")
    assert released is not None
    stage.tags("v1.0", released, about)
    assert stage.refresh(MAIN).tag("v1.0") is None
    mirror = stage.refresh(WantedTag("v1.0"))
    assert mirror.tag("v1.0") == released
    assert mirror.repository.resolve(released).commit == released
    later = stage.pushes("apart", {"train.py": "lr = 2\n"})
    stage.tags("v1.0", later, about)
    assert stage.refresh(WantedTag("v1.0")).tag("v1.0") == later
    assert mirror.tag("v1.0") == released
    assert stage.refresh(WantedTag("v2.0")).tag("v2.0") is None


def test_a_tag_of_what_is_no_commit_names_none_and_harms_nobody(stage: Stage) -> None:
    mirror = stage.refresh(MAIN)
    tip = mirror.branch("main")
    assert tip is not None
    stage.tags("a-tree", mirror.repository.resolve(tip).tree)
    assert stage.refresh(MAIN, WantedTag("a-tree")).tag("a-tree") is None
    assert stage.refresh(MAIN).branch("main") == tip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_tag_that_is_not_there(stage: Stage, name: str) -> None:
    mirror = stage.refresh(MAIN, WantedTag(name))
    assert mirror.tag(name) is None
    assert mirror.branch("main") is not None


def test_a_branch_may_lie_where_another_was(stage: Stage) -> None:
    stage.pushes("idea", {"train.py": "lr = 2\n"})
    stage.refresh(WantedBranch("idea"))
    stage.deletes_branch("idea")
    pushed = stage.pushes("idea/two", {"train.py": "lr = 3\n"})
    assert stage.refresh(WantedBranch("idea/two")).branch("idea/two") == pushed
