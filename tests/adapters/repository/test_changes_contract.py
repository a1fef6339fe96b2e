"""What every `ChangeSource` promises, and the other questions on two trees."""

import hashlib
from pathlib import Path

import pytest

from bot.app.ports import ChangeSource, Conflicted, Merged, SourceRepository
from bot.domain.changes import ChangedLines
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation
from tests.adapters.repository.git_world import GitWorld
from tests.adapters.repository.test_contract import FakeWorld, World

LINES = [b"line %d\n" % n for n in range(12)]


@pytest.fixture(params=["fake", "git", "git with sha256"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "fake":
        return FakeWorld()
    object_format = "sha256" if request.param.endswith("sha256") else "sha1"
    scratch = tmp_path / "scratch"
    return GitWorld(tmp_path / "digits", scratch, object_format=object_format)


def source(
    world: World, unit: str = "commit", most: int = 8, head: str = "idea"
) -> ChangeSource:
    repository = world.open()
    merged = repository.merge("main", head)
    assert isinstance(merged, Merged)
    rule = Ablation(unit=unit, max_changes=most)
    return repository.changes("main", head, merged.tree, rule)


def tree(world: World, files: dict[str, bytes]) -> str:
    """The tree of exactly these files, made on a branch of their own."""
    story = repr(sorted(files.items())).encode()
    world.orphan(f"tree-{hashlib.sha256(story).hexdigest()}")
    for path, content in files.items():
        world.write(path, content)
    commit = world.commit(files)
    found = world.open().resolve(commit).tree
    world.switch("idea")
    return found


def two_changes(world: World) -> tuple[str, str]:
    world.commit({"a.py": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"a.py": b"2\n"}, "Tune a")
    second = world.commit({"b.py": b"2\n", "c.py": b"x\ny\n"}, "Tune b")
    return first, second


def test_each_commit_is_a_change_with_its_trees(world: World) -> None:
    first, second = two_changes(world)
    cut = source(world).cut()
    assert [one.id for one in cut.changes] == [first[:7], second[:7]]
    a, b = cut.changes
    assert (a.change.title, a.change.commits) == ("Tune a", (first,))
    assert (b.change.files, b.change.insertions) == (("b.py", "c.py"), 3)
    assert b.change.deletions == 1
    only_a, only_b = (
        {"a.py": b"2\n", "b.py": b"1\n"},
        {
            "a.py": b"1\n",
            "b.py": b"2\n",
            "c.py": b"x\ny\n",
        },
    )
    assert a.only == b.without == tree(world, only_a)
    assert b.only == a.without == tree(world, only_b)
    assert (cut.found, cut.notes, a.inert, a.why_not) == (2, (), False, "")


def test_a_branch_without_commits_has_no_changes(world: World) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.switch("main")
    world.commit({"a.py": b"2\n"})
    for unit in ("commit", "trailer", "file"):
        found = source(world, unit)
        assert found.cut().changes == ()
        assert found.cut().found == 0
        with pytest.raises(UserFault, match="no change 'x'"):
            found.without(["x"])


def test_fixups_and_reverts_belong_to_what_they_name(world: World) -> None:
    first, _ = two_changes(world)
    fixup = world.commit({"a.py": b"3\n"}, "fixup! Tune a")
    revert = world.commit(
        {"a.py": b"1\n"}, f'Revert "Tune a"\n\nThis reverts commit {first}.'
    )
    a, b = source(world).cut().changes
    assert a.change.commits == (first, fixup, revert)
    assert (a.inert, a.why_not) == (True, "later commits take it back")
    assert not b.inert


def test_an_empty_commit_leaves_nothing_to_train(world: World) -> None:
    two_changes(world)
    world.commit({}, "Nothing")
    *_, last = source(world).cut().changes
    assert (last.inert, last.why_not) == (True, "it is empty")


def test_commits_with_one_trailer_are_one_change(world: World) -> None:
    world.commit({"a.py": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n"}, "Tune a\n\nWords.\n\nChange: warm-up\n")
    alone = world.commit(
        {"b.py": b"2\n"}, "Tune b\n\nChange: is not a trailer here.\n\nx"
    )
    world.commit({"a.py": b"3\n"}, "Tune a more\n\nChange: warm-up\n")
    cut = source(world, "trailer").cut()
    assert [one.id for one in cut.changes] == ["warm-up", alone[:7]]
    assert cut.changes[0].without == tree(world, {"a.py": b"1\n", "b.py": b"2\n"})
    assert cut.changes[0].only == tree(world, {"a.py": b"3\n", "b.py": b"1\n"})
    assert len(source(world).cut().changes) == 3


def test_each_file_is_a_change_where_the_policy_says_so(world: World) -> None:
    world.commit({"a.py": b"1\n", "gone.py": b"1\n", "kept.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n", "gone.py": None})
    world.commit({"new.py": b"1\n"})
    cut = source(world, "file").cut()
    assert [one.id for one in cut.changes] == ["a.py", "gone.py", "new.py"]
    base = {"a.py": b"1\n", "gone.py": b"1\n", "kept.py": b"1\n"}
    merged = {"a.py": b"2\n", "kept.py": b"1\n", "new.py": b"1\n"}
    assert cut.changes[1].without == tree(world, {**merged, "gone.py": b"1\n"})
    assert cut.changes[2].only == tree(world, {**base, "new.py": b"1\n"})
    assert cut.changes[2].change.files == ("new.py",)


def test_a_change_that_others_build_on_says_what_conflicts(world: World) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"a.py": b"2\n"})
    second = world.commit({"a.py": b"3\n"})
    a, b = source(world).cut().changes
    assert a.without is None
    assert a.why_not.startswith("it conflicts in a.py with what came after it")
    assert a.only is not None
    assert b.only is None
    assert b.why_not_alone.startswith("it conflicts in a.py with the base")
    found = source(world)
    assert found.without([first]) == Conflicted(("a.py",))
    both = found.without([first, second])
    assert both == Merged(tree(world, {"a.py": b"1\n"}))


def test_too_many_changes_are_grouped_and_halved(world: World) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    ids = [world.commit({f"f{n}.py": b"1\n"})[:7] for n in range(5)]
    found = source(world, most=2)
    cut = found.cut()
    assert cut.found == 5
    assert [one.change.parts for one in cut.changes] == [tuple(ids[:3]), tuple(ids[3:])]
    group = cut.changes[0]
    assert group.id == f"{ids[0]}..{ids[2]}"
    rest = {"a.py": b"1\n", "f3.py": b"1\n", "f4.py": b"1\n"}
    assert group.without == tree(world, rest)
    first, single = found.halved(group.id)
    assert first.change.parts == tuple(ids[:2])
    assert single.id == ids[2]
    assert found.halved(single.id) == ()
    assert found.without([group.id]) == Merged(group.without or "")
    assert found.without([]) == world.open().merge("main", "idea")


def test_what_somebody_typed_is_told_as_single_changes(world: World) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    names = ("a,b", "Warm-up", "warm-up", "-x 'y' $HOME", "one")
    commits = [
        world.commit({f"f{n}.py": b"1\n"}, f"Step\n\nChange: {name}\n")
        for n, name in enumerate(names)
    ]
    found = source(world, "trailer", most=2)
    assert [found.parts(name) for name in names] == [(name,) for name in names]
    assert found.parts("a,b..warm-up") == names[:3]
    assert found.parts("a,b..Warm-up") == names[:2]
    assert found.parts(commits[3][:9]) == (names[3],)
    assert [found.parts(one) for one in ("", "a", "b", "x,one", "WARM-UP")] == [()] * 5


def test_an_unknown_change_is_named_beside_a_near_one(world: World) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n"}, "Tune\n\nChange: warm-up")
    found = source(world, "trailer")
    for ask in (found.halved, lambda name: found.without([name])):
        with pytest.raises(UserFault, match="no change 'warmup'") as caught:
            ask("warmup")
        assert "warm-up" in caught.value.mend


def test_changes_are_taken_out_of_what_would_land(world: World) -> None:
    two_changes(world)
    world.switch("main")
    world.commit({"d.py": b"from main\n"})
    a, _ = source(world).cut().changes
    expected = {
        "a.py": b"1\n",
        "b.py": b"2\n",
        "c.py": b"x\ny\n",
        "d.py": b"from main\n",
    }
    assert a.without == tree(world, expected)


def resolved(world: World) -> tuple[SourceRepository, str, str]:
    repository = world.open()
    trees = (repository.resolve(name).tree for name in ("main", "idea"))
    return repository, *trees


def test_touched_files_are_known_by_object_and_lines(world: World) -> None:
    world.commit({"a.py": b"1\n2\n", "gone.py": b"1\n", "kept": b"x", "z.bin": b"\0"})
    world.branch("idea")
    world.commit(
        {"a.py": b"1\n3\n4\n", "gone.py": None, "new.py": b"1\n", "z.bin": b"\0a"}
    )
    repository, before, after = resolved(world)
    rows = repository.touched(before, after)
    assert [one.path for one in rows] == ["a.py", "gone.py", "new.py", "z.bin"]
    a, gone, new, binary = rows
    assert (a.insertions, a.deletions) == (2, 1)
    assert (gone.after, gone.deletions) == (None, 1)
    assert (new.before, new.insertions) == (None, 1)
    assert (binary.insertions, binary.deletions) == (None, None)
    assert binary.before != binary.after
    assert repository.touched(before, before) == ()


def test_changed_lines_are_numbered_on_both_sides(world: World) -> None:
    world.commit({"train.py": b"".join(LINES), "z.bin": b"\0"})
    world.branch("idea")
    lines = [*LINES[:2], b"new\n", *LINES[3:9], *LINES[10:], b"last"]
    world.commit(
        {"train.py": b"".join(lines), "a dir/b.py": b"1\n2\n", "z.bin": b"\0a"}
    )
    repository, before, after = resolved(world)
    assert repository.changed_lines(before, after) == (
        ChangedLines("a dir/b.py", (), (1, 2)),
        ChangedLines("train.py", (3, 10), (3, 12)),
    )


def test_files_are_found_by_patterns(world: World) -> None:
    world.commit({"eval.py": b"1\n", "data/a": b"1\n", "data/v/b": b"2\n", "x": b"1\n"})
    world.branch("idea")
    repository, before, _ = resolved(world)
    found = repository.matching(before, ["data/**", "eval.py"])
    assert list(found) == ["data/a", "data/v/b", "eval.py"]
    assert found["data/a"] == found["eval.py"] != found["data/v/b"]
    assert list(repository.matching(before, ["data/*"])) == ["data/a"]
    assert repository.matching(before, []) == {}


def test_matching_files_are_taken_from_another_tree(world: World) -> None:
    world.commit({"eval.py": b"1\n", "data/a": b"1\n", "train.py": b"1\n"})
    world.branch("idea")
    world.commit(
        {"eval.py": b"2\n", "data/b": b"2\n", "train.py": b"2\n", "data/a": None}
    )
    repository, base, head = resolved(world)
    expected = {"eval.py": b"1\n", "data/a": b"1\n", "train.py": b"2\n"}
    patterns = ["eval.py", "data/**"]
    assert repository.overlay(head, base, patterns) == tree(world, expected)
    assert repository.overlay(head, base, ["other/**"]) == head
    assert repository.overlay(head, base, ["**"]) == base


def test_a_file_is_read_by_the_name_of_its_object(world: World) -> None:
    world.commit({"a.py": b"1\n2\n"})
    world.branch("idea")
    repository, before, _ = resolved(world)
    (name,) = repository.matching(before, ["a.py"]).values()
    assert repository.read_object(name) == b"1\n2\n"
    assert repository.read_object("0" * len(name)) is None


def test_messages_are_told_newest_first(world: World) -> None:
    world.commit({"a.py": b"1\n"}, "Start")
    world.branch("idea")
    world.commit({"a.py": b"2\n"}, "Tune\n\nExpected: loss -0.02\n")
    world.commit({"a.py": b"3\n"}, "Größer")
    told = world.open().messages("main", "idea")
    assert told == ("Größer", "Tune\n\nExpected: loss -0.02")
    assert world.open().messages("idea", "main") == ()


def test_a_tree_is_offered_as_a_new_branch(world: World) -> None:
    _, second = two_changes(world)
    found = source(world)
    rest = found.without([second])
    assert isinstance(rest, Merged)
    repository = world.open()
    offered = repository.offer(rest.tree, "main", "Without b", "split/a")
    assert offered == "split/a"
    fresh = world.open()
    assert fresh.resolve("split/a").tree == rest.tree
    assert fresh.read_file("split/a", "a.py") == b"2\n"
    assert fresh.messages("main", "split/a") == ("Without b",)
    again = repository.offer(rest.tree, "main", "Without b", "split/b")
    assert fresh.resolve(again).commit == fresh.resolve("split/a").commit
    assert fresh.dirty() == ()


def test_a_branch_that_exists_is_never_overwritten(world: World) -> None:
    two_changes(world)
    repository, base, _ = resolved(world)
    before = repository.resolve("idea").commit
    with pytest.raises(UserFault, match="a branch 'idea' already"):
        repository.offer(base, "main", "Mine", "idea")
    assert repository.resolve("idea").commit == before


@pytest.mark.parametrize("name", ["", "a..b", "-x"])
def test_a_name_that_no_branch_can_have_is_refused(world: World, name: str) -> None:
    two_changes(world)
    repository, base, _ = resolved(world)
    with pytest.raises(UserFault, match="cannot be the name of a branch"):
        repository.offer(base, "main", "Mine", name)
