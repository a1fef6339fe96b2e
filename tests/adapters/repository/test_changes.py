"""Stories about branches that are hard to cut into changes."""

import os
import random
from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository
from bot.app.ports import ChangeSource, Conflicted, Merged
from bot.domain.arms import Without, label, parse
from bot.domain.changes import Cut, PlannedChange
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation
from tests.adapters.repository.git_world import GitWorld
from tests.adapters.repository.test_plain import POINTER

LINES = [b"line %d\n" % n for n in range(30)]


def source(
    world: GitWorld, unit: str = "commit", most: int = 8, head: str = "idea"
) -> ChangeSource:
    return changes_of(world.open(), unit, most, head)


def changes_of(
    repository: GitRepository, unit: str = "commit", most: int = 8, head: str = "idea"
) -> ChangeSource:
    merged = repository.merge("main", head)
    assert isinstance(merged, Merged), merged
    rule = Ablation(unit=unit, max_changes=most)
    return repository.changes("main", head, merged.tree, rule)


def cut(world: GitWorld, unit: str = "commit", most: int = 8) -> Cut:
    return source(world, unit, most).cut()


def lines(**changed: bytes) -> bytes:
    """Thirty lines, some of them other ones: `lines(at3=b"new\\n")`."""
    return b"".join(changed.get(f"at{n}", line) for n, line in enumerate(LINES))


def show(world: GitWorld, tree: str | None, path: str) -> str:
    scratch = next(world.scratch.glob("*.git"))
    assert tree is not None
    return world.git("--git-dir", str(scratch), "show", f"{tree}:{path}")


def paths(world: GitWorld, tree: str | None) -> list[str]:
    scratch = next(world.scratch.glob("*.git"))
    assert tree is not None
    listed = world.git("--git-dir", str(scratch), "ls-tree", "-r", "--name-only", tree)
    return listed.split("\n")


def tree_of(world: GitWorld, revision: str) -> str:
    return world.git("rev-parse", f"{revision}^{{tree}}")


# Many commits.


def three_hundred_commits(above: str) -> str:
    """A branch for `git fast-import`: each commit adds a file of its own."""
    rows = [
        "commit refs/heads/idea\n"
        "committer Ann <ann@example.org> 1700000000 +0000\n"
        "data 5\nAdd.\n\n"
        + (f"from {above}\n" if n == 0 else "")
        + f"M 100644 inline f{n}.txt\ndata 4\n{n:03d}\n"
        for n in range(300)
    ]
    return "\n".join(rows)


def test_three_hundred_commits_are_cut_into_eight_groups(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    feed = three_hundred_commits(world.git("rev-parse", "HEAD"))
    world.git("fast-import", "--quiet", feed=feed)
    found = source(world)
    whole = found.cut()
    assert whole.found == 300
    assert [len(one.change.parts) for one in whole.changes] == [38] * 4 + [37] * 4
    assert all(one.without and one.only for one in whole.changes)
    guilty = whole.changes[3]
    while halves := found.halved(guilty.id):
        guilty = halves[1]
    assert guilty.change.files == ("f151.txt",)
    assert "f151.txt" not in paths(world, guilty.without)
    assert len(paths(world, guilty.without)) == 300


# Merges inside the branch.


def merge_main(world: GitWorld, *options: str) -> None:
    world.git("merge", "-q", "--no-ff", "-m", "Merge main", *options, "main")


def test_merges_from_main_are_no_changes(world: GitWorld) -> None:
    world.commit({"train.py": lines(), "b.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"train.py": lines(at3=b"three\n")}, "Third line")
    world.switch("main")
    world.commit({"train.py": lines(at20=b"twenty\n"), "b.py": b"2\n"})
    world.switch("idea")
    merge_main(world)
    second = world.commit({"b.py": b"3\n"}, "Other file")
    whole = cut(world)
    assert [one.id for one in whole.changes] == [first[:7], second[:7]]
    assert whole.notes == ()
    one, two = whole.changes
    assert show(world, one.without, "train.py") == lines(at20=b"twenty\n").decode()[:-1]
    assert show(world, one.without, "b.py") == "3"
    assert show(world, two.without, "b.py") == "2"
    assert two.without == one.only


def test_a_merge_that_was_resolved_by_hand_is_named(world: GitWorld) -> None:
    world.commit({"train.py": lines(), "b.py": b"1\n"})
    world.branch("idea")
    stuck = world.commit({"train.py": lines(at3=b"mine\n")}, "Mine")
    free = world.commit({"b.py": b"2\n"}, "Free")
    world.switch("main")
    world.commit({"train.py": lines(at3=b"theirs\n")})
    world.switch("idea")
    world.git("merge", "-q", "-s", "ours", "--no-commit", "main")
    world.write("train.py", lines(at3=b"both\n"))
    world.git("commit", "-qam", "Merge main, by hand")
    merge = world.git("rev-parse", "HEAD")
    whole = cut(world)
    (note,) = whole.notes
    named = f"The merge {merge[:7]} (Merge main, by hand) was resolved by hand in train"
    assert note.startswith(named)
    mine, other = whole.changes
    assert (mine.id, other.id) == (stuck[:7], free[:7])
    assert mine.without is None
    assert mine.why_not == "it conflicts in train.py with what came after it"
    assert show(world, other.without, "train.py") == lines(at3=b"both\n").decode()[:-1]
    assert show(world, other.without, "b.py") == "1"


def test_what_a_merge_did_beyond_merging_is_a_change(world: GitWorld) -> None:
    world.commit({"train.py": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"train.py": b"2\n"})
    world.switch("main")
    world.commit({"b.py": b"2\n"})
    world.switch("idea")
    merge_main(world, "--no-commit")
    world.write("smuggled.py", b"lr = 9\n")
    world.git("add", "-A")
    world.git("commit", "-qm", "Merge main")
    merge = world.git("rev-parse", "HEAD")
    whole = cut(world)
    assert [one.id for one in whole.changes] == [first[:7], merge[:7]]
    smuggled = whole.changes[1]
    assert smuggled.change.files == ("smuggled.py",)
    assert paths(world, smuggled.without) == ["b.py", "train.py"]
    assert paths(world, smuggled.only) == ["b.py", "smuggled.py", "train.py"]
    assert show(world, smuggled.only, "train.py") == "1"


def test_an_octopus_merge_is_no_change(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    for name in ("one", "two", "idea"):
        world.switch("main")
        world.branch(name)
        world.commit({f"{name}.py": b"1\n"}, name)
    world.git("merge", "-q", "-m", "All", "one", "two")
    whole = cut(world)
    assert sorted(one.change.title for one in whole.changes) == ["idea", "one", "two"]
    assert whole.notes == ()
    two = next(one for one in whole.changes if one.change.title == "two")
    assert paths(world, two.without) == ["a.py", "idea.py", "one.py"]


def test_an_octopus_that_conflicts_is_named(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    trees = []
    for name in ("one", "two", "idea"):
        world.switch("main")
        world.branch(name)
        trees.append(world.commit({"a.py": name.encode()}, name))
    tree = tree_of(world, "idea")
    parents = [word for commit in trees for word in ("-p", commit)]
    merge = world.git("commit-tree", *parents, tree, "-m", "All")
    world.git("reset", "-q", "--hard", merge)
    (note,) = cut(world).notes
    assert merge[:7] in note


def test_histories_that_crossed_are_cut(world: GitWorld) -> None:
    world.commit({"a": b"1\n", "b": b"1\n"})
    world.branch("idea")
    left = world.commit({"a": b"2\n"}, "left")
    world.switch("main")
    right = world.commit({"b": b"2\n"}, "right")
    world.git("merge", "-q", "-m", "left into main", left)
    world.switch("idea")
    world.git("merge", "-q", "-m", "right into idea", right)
    last = world.commit({"a": b"3\n"}, "last")
    whole = cut(world)
    assert [one.id for one in whole.changes] == [last[:7]]
    assert whole.changes[0].without == tree_of(world, "main")


def test_a_history_without_common_root_that_was_merged_is_cut(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.orphan("vendor")
    root = world.commit({"vendor.py": b"1\n"}, "Vendor")
    world.switch("main")
    world.branch("idea")
    world.git(
        "merge", "-q", "--allow-unrelated-histories", "-m", "Take it in", "vendor"
    )
    (one,) = cut(world).changes
    assert (one.id, one.without) == (root[:7], tree_of(world, "main"))
    assert one.only == tree_of(world, "idea")


# What the base has already.


def test_a_commit_that_the_base_picked_is_inert(world: GitWorld) -> None:
    world.commit({"train.py": lines()})
    world.branch("idea")
    picked = world.commit({"train.py": lines(at3=b"three\n")}, "Third")
    world.commit({"train.py": lines(at3=b"three\n", at20=b"20\n")}, "Twentieth")
    world.switch("main")
    world.commit({"b.py": b"1\n"})
    world.git("cherry-pick", picked)
    third, twentieth = cut(world).changes
    assert (third.inert, third.why_not) == (True, "the base has it already")
    assert not twentieth.inert
    assert twentieth.without == tree_of(world, "main")


def test_a_revert_of_main_is_a_change_of_its_own(world: GitWorld) -> None:
    world.commit({"train.py": b"1\n"})
    world.commit({"train.py": b"2\n"}, "Slow")
    world.branch("idea")
    world.git("revert", "--no-edit", "HEAD")
    (one,) = cut(world).changes
    assert one.change.title == 'Revert "Slow"'
    assert show(world, one.without, "train.py") == "2"


def test_a_revert_by_git_cancels_what_it_names(world: GitWorld) -> None:
    world.commit({"train.py": b"1\n"})
    world.branch("idea")
    world.commit({"train.py": b"2\n"}, "Faster")
    world.commit({"b.py": b"1\n"}, "Other")
    world.git("revert", "--no-edit", "HEAD~1")
    faster, other = cut(world).changes
    assert (faster.inert, faster.why_not) == (True, "later commits take it back")
    assert faster.only == tree_of(world, "main")
    assert other.only == tree_of(world, "idea")


def test_a_file_that_comes_and_goes_leaves_both_changes_idle(world: GitWorld) -> None:
    world.commit({"train.py": b"1\n"})
    world.branch("idea")
    world.commit({"scratch.py": lines()}, "Add")
    world.commit({"scratch.py": None, "b.py": b"1\n"}, "Tidy")
    add, tidy = cut(world).changes
    assert (add.inert, add.why_not) == (True, "later commits take it back")
    assert paths(world, tidy.without) == ["scratch.py", "train.py"]


# Bad input.


def test_a_commit_that_deletes_the_training_script_is_a_change(world: GitWorld) -> None:
    world.commit({"train.py": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    world.commit({"b.py": b"2\n"})
    world.commit({"train.py": None}, "Delete it")
    _, deleted = cut(world).changes
    assert paths(world, deleted.without) == ["b.py", "train.py"]
    assert paths(world, deleted.only) == ["b.py"]


def test_a_commit_that_changes_the_policy_is_a_change(world: GitWorld) -> None:
    policy = ".github/seedgate.yml"
    world.commit({policy: b"version: 1\n"})
    world.branch("idea")
    world.commit({policy: b"version: 2\n"})
    (one,) = cut(world).changes
    assert (one.change.files, one.without) == ((policy,), tree_of(world, "main"))


def test_a_renamed_evaluation_file_can_be_named_back(world: GitWorld) -> None:
    world.commit({"evaluate.py": lines(), "b.py": b"1\n"})
    world.branch("idea")
    world.commit({"evaluate.py": None, "score.py": lines()}, "Rename it")
    world.commit({"score.py": lines(at3=b"3\n")}, "Change it")
    renamed, changed = cut(world).changes
    assert paths(world, renamed.without) == ["b.py", "evaluate.py"]
    changed_text = lines(at3=b"3\n").decode()[:-1]
    assert show(world, renamed.without, "evaluate.py") == changed_text
    assert show(world, changed.only, "evaluate.py") == changed_text


def test_a_submodule_that_comes_and_goes_is_not_estimable(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"1\n"})
    world.branch("idea")
    world.git("update-index", "--add", "--cacheinfo", f"160000,{commit},vendor/inner")
    world.git("commit", "-q", "-m", "a submodule")
    world.git("rm", "-q", "--cached", "vendor/inner")
    world.git("commit", "-q", "-m", "away with it")
    world.commit({"b.py": b"1\n"})
    added, removed, _ = cut(world).changes
    assert removed.without is None
    assert "ubmodules are not in the commit itself" in removed.why_not
    assert "`vendor/inner`" in removed.why_not
    assert added.inert
    assert added.only is None
    assert "`vendor/inner`" in added.why_not_alone


def test_a_pointer_to_a_large_file_is_not_estimable(world: GitWorld) -> None:
    world.commit({"data.npy": b"1", "b.py": b"1\n"})
    world.branch("idea")
    world.commit({"data.npy": POINTER}, "To LFS")
    world.commit({"data.npy": b"2"}, "And back")
    world.commit({"b.py": b"2\n"})
    to, back, _ = cut(world).changes
    assert to.only is None
    assert to.why_not_alone.startswith("a trial would see a git-LFS pointer")
    assert "`data.npy`" in back.why_not
    assert not back.why_not.endswith(".")


def test_a_link_out_of_the_repository_is_not_estimable(world: GitWorld) -> None:
    world.commit({"b.py": b"1\n"})
    world.branch("idea")
    (world.path / "data").symlink_to("/datasets")
    world.commit({}, "A link")
    (world.path / "data").unlink()
    world.commit({"data": b"1"}, "No link")
    link, plain = cut(world).changes
    assert "symbolic links lead out" in link.why_not_alone
    assert "symbolic links lead out" in plain.why_not


def test_binary_files_are_changes_without_lines(world: GitWorld) -> None:
    world.commit({"a.bin": b"\0\1", "b.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"a.bin": b"\0\2"})
    world.commit({"a.bin": b"\0\3"})
    one, two = cut(world).changes
    assert (one.change.insertions, one.change.deletions) == (0, 0)
    assert one.why_not == "it conflicts in a.bin with what came after it"
    assert two.without == tree_of(world, first)


def test_a_change_of_mode_alone_is_a_change(world: GitWorld) -> None:
    world.commit({"run.sh": b"x\n"})
    world.branch("idea")
    (world.path / "run.sh").chmod(0o755)
    world.commit({})
    for unit in ("commit", "file"):
        (one,) = cut(world, unit).changes
        assert one.change.files == ("run.sh",)
        assert (one.without, one.inert) == (tree_of(world, "main"), False)
        assert one.only == tree_of(world, "idea")
    repository = world.open()
    trees = tree_of(world, "main"), tree_of(world, "idea")
    (row,) = repository.touched(*trees)
    assert (row.before == row.after, row.insertions) == (True, 0)
    assert repository.changed_lines(*trees) == ()


def test_a_file_that_becomes_a_folder_cannot_be_split(world: GitWorld) -> None:
    world.commit({"data": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    (world.path / "data").unlink()
    world.commit({"data/x": b"1\n", "b.py": b"2\n"})
    b, folded, inner = cut(world, "file").changes
    assert (b.id, folded.id, inner.id) == ("b.py", "data", "data/x")
    assert paths(world, b.without) == ["b.py", "data/x"]
    assert folded.why_not == "data/x would be a file and a folder at once"
    assert paths(world, folded.only) == ["b.py"]
    assert paths(world, inner.without) == ["b.py"]
    assert inner.why_not_alone == "data would be a file and a folder at once"
    found = source(world, "file")
    assert found.without(["data"]) == Conflicted(("data/x",))
    both = found.without(["data", "data/x"])
    assert isinstance(both, Merged)
    assert paths(world, both.tree) == ["b.py", "data"]
    (whole,) = cut(world).changes
    assert whole.without == tree_of(world, "main")


def test_a_file_that_becomes_a_link_is_a_change(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n", "b.py": b"1\n"})
    world.branch("idea")
    (world.path / "a.py").unlink()
    (world.path / "a.py").symlink_to("b.py")
    world.commit({})
    for unit in ("commit", "file"):
        (one,) = cut(world, unit).changes
        assert one.without == tree_of(world, "main")
    rows = world.open().touched(tree_of(world, "main"), tree_of(world, "idea"))
    assert [row.path for row in rows] == ["a.py"]


ODD = ["two\nlines.py", "tab\t.py", 'q"uote.py', " space ", "gr\udcf6\udcdfe.py"]


@pytest.mark.parametrize("name", ODD)
def test_odd_paths_are_named_so_that_an_arm_can_have_them(
    world: GitWorld, name: str
) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    (world.path / os.fsdecode(os.fsencode(name))).write_bytes(b"1\n2\n")
    world.commit({})
    (one,) = cut(world, "file").changes
    assert parse(label(Without(one.id))) == Without(one.id)
    assert one.without == tree_of(world, "main")
    assert one.only == tree_of(world, "idea")
    trees = tree_of(world, "main"), tree_of(world, "idea")
    (lines_,) = world.open().changed_lines(*trees)
    (row,) = world.open().touched(*trees)
    assert lines_.new == (1, 2)
    assert lines_.path == row.path == one.change.files[0]
    (by_commit,) = cut(world).changes
    assert by_commit.change.files == (row.path,)


def test_messages_need_not_be_text(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n"}, "Plain")
    raw = world.git("cat-file", "commit", "HEAD").replace("Plain", "Gr\udcf6\udcdfe\n")
    odd_one = world.git("hash-object", "-t", "commit", "-w", "--stdin", feed=raw)
    world.git("reset", "-q", "--hard", odd_one)
    world.git("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    odd, silent = cut(world).changes
    assert odd.change.title == "Gr\ufffd\ufffde"
    assert world.open().messages("main", "idea") == ("", "Gr\ufffd\ufffde")
    assert (silent.change.title, silent.why_not) == ("", "it is empty")


def test_a_commit_with_two_trailers_counts_once(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    two = world.commit({"a.py": b"2\n"}, "Both\n\nChange: one\nchange: two\n")
    whole = cut(world, "trailer")
    assert [one.id for one in whole.changes] == ["one"]
    assert whole.notes == (
        f"Commit {two[:7]} names several changes (one, two): it counts to the first.",
    )


def test_a_trailer_that_looks_like_a_commit_stays_apart(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"b.py": b"1\n"}, "Plain")
    world.commit({"c.py": b"1\n"}, f"Named\n\nChange: {first[:7]}\n")
    plain, named = cut(world, "trailer").changes
    assert plain.id == first[:7]
    assert named.id.startswith(f"{first[:7]}~")


def test_interleaved_trailers_are_taken_apart(world: GitWorld) -> None:
    world.commit({"train.py": lines()})
    world.branch("idea")
    world.commit({"train.py": lines(at3=b"A\n")}, "1\n\nChange: a")
    world.commit({"train.py": lines(at3=b"A\n", at12=b"B\n")}, "2\n\nChange: b")
    both = lines(at3=b"A\n", at12=b"B\n", at20=b"A\n")
    world.commit({"train.py": both}, "3\n\nChange: a")
    a, b = cut(world, "trailer").changes
    assert show(world, a.without, "train.py") == lines(at12=b"B\n").decode()[:-1]
    assert a.without == b.only
    assert a.only == b.without


# Shallow clones.


def shallow(world: GitWorld, tmp_path: Path, depth: int) -> GitRepository:
    path = tmp_path / "shallow"
    options = (f"--depth={depth}", "--no-single-branch", "--branch=main")
    world.git("clone", "-q", *options, f"file://{world.path}", str(path))
    world.git("-C", str(path), "branch", "-q", "idea", "origin/idea")
    return GitRepository(path, world.scratch)


def test_a_shallow_clone_that_holds_the_branch_is_enough(
    world: GitWorld, tmp_path: Path
) -> None:
    world.commit({"a.py": b"0\n"})
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    first = world.commit({"b.py": b"1\n"})
    second = world.commit({"c.py": b"1\n"})
    world.git("switch", "-q", "--detach")
    whole = changes_of(shallow(world, tmp_path, 3)).cut()
    assert [one.id for one in whole.changes] == [first[:7], second[:7]]
    assert all(one.without and one.only for one in whole.changes)
    assert whole.notes == ()


def test_a_history_that_is_cut_off_is_not_guessed(
    world: GitWorld, tmp_path: Path
) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("side")
    world.commit({"side.py": b"1\n"})
    far = world.commit({"side.py": b"2\n"}, "Far")
    world.commit({"side.py": b"3\n"}, "Less far")
    world.switch("main")
    world.branch("idea")
    near = world.commit({"b.py": b"1\n"}, "Near")
    world.git("merge", "-q", "-m", "Merge side", "side")
    world.git("branch", "-q", "-D", "side")
    found = changes_of(shallow(world, tmp_path, 3))
    whole = found.cut()
    cut_off = next(one for one in whole.changes if one.id == far[:7])
    assert cut_off.without is cut_off.only is None
    assert "cut off" in cut_off.why_not
    assert "git fetch --unshallow" in whole.notes[0]
    assert near[:7] in [one.id for one in whole.changes]
    assert found.without([far]) == Conflicted(())


# Trees that only a replay of the others can make.


def test_where_taking_back_conflicts_the_others_are_replayed(world: GitWorld) -> None:
    world.commit({"train.py": b"lr = 1\n"})
    world.branch("idea")
    world.commit({"train.py": b"lr = 2\n"}, "Faster")
    world.commit({"b.py": b"1\n"}, "Other")
    world.git("revert", "--no-edit", "HEAD~1")
    world.commit({"train.py": b"lr = 4\n"}, "Fastest")
    faster, other, fastest = cut(world).changes
    assert (faster.inert, faster.why_not) == (True, "later commits take it back")
    assert show(world, other.without, "train.py") == "lr = 4"
    assert show(world, fastest.without, "train.py") == "lr = 1"


# What is asked of two trees.


def test_an_overlay_makes_room_for_what_it_brings(world: GitWorld) -> None:
    world.commit({"data/a": b"1\n", "eval.py": b"1\n", "t.py": b"1\n"})
    world.branch("idea")
    for path in ("data/a", "eval.py"):
        (world.path / path).unlink()
    (world.path / "data").rmdir()
    world.commit({"data": b"2\n", "eval.py/x": b"2\n", "t.py": b"2\n"})
    repository = world.open()
    trees = tree_of(world, "idea"), tree_of(world, "main")
    made = repository.overlay(*trees, ["data/**", "eval.py"])
    assert paths(world, made) == ["data/a", "eval.py", "t.py"]
    assert show(world, made, "t.py") == "2"
    partial = repository.overlay(*trees, ["data/*"])
    assert paths(world, partial) == ["data/a", "eval.py/x", "t.py"]


def test_huge_text_is_not_read_line_by_line(world: GitWorld) -> None:
    world.commit({"data.csv": b"1\n"})
    world.branch("idea")
    world.commit({"data.csv": b"0123456789abcde\n" * 1_100_000, "a.py": b"1\n"})
    trees = tree_of(world, "main"), tree_of(world, "idea")
    assert [one.path for one in world.open().changed_lines(*trees)] == ["a.py"]


# A branch for the user.


def offered(world: GitWorld, branch: str) -> str:
    repository = world.open()
    tree = repository.resolve("idea").tree
    return repository.offer(tree, "main", "Mine", branch)


def test_an_offered_commit_is_whole_and_nobodys(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.commit({"b.py": b"1\n"}, "One")
    last = world.commit({"c.py": b"1\n"}, "Two")
    found = source(world)
    tree = found.without([last])
    assert isinstance(tree, Merged)
    branch = world.open().offer(tree.tree, "main", "Without Two\n\nWords.", "split/x")
    for folder in world.scratch.iterdir():
        folder.rename(folder.with_name("gone"))
    told = world.git(
        "log", "-1", "--format=%an <%ae> %cn %ad%n%B", "--date=raw", branch
    )
    assert told.startswith("seedgate <seedgate@localhost> seedgate 1700000000 +0100\n")
    assert told.endswith("Without Two\n\nWords.\n")
    assert world.git("show", f"{branch}:b.py") == "1"
    world.git("fsck", "--strict")
    assert world.git("branch", "--show-current") == "idea"
    assert world.git("status", "--porcelain") == ""


def test_cutting_leaves_the_users_repository_alone(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n"})
    world.commit({"b.py": b"2\n"})
    before = sorted(str(one) for one in world.path.rglob("*"))
    for unit in ("commit", "trailer", "file"):
        cut(world, unit)
    assert sorted(str(one) for one in world.path.rglob("*")) == before


def test_a_branch_that_stands_in_the_way_is_named(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    with pytest.raises(UserFault, match="idea") as caught:
        offered(world, "idea/less")
    assert "Choose another name" in caught.value.mend


def test_a_branch_that_is_only_checked_out_exists_as_well(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.git("symbolic-ref", "HEAD", "refs/heads/unborn")
    with pytest.raises(UserFault, match="a branch 'unborn' already"):
        offered(world, "unborn")


@pytest.mark.parametrize("name", ["HEAD", "x.lock", "a b", "a\0b", "@{-1}", "x/"])
def test_more_names_that_no_branch_can_have(world: GitWorld, name: str) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    with pytest.raises(UserFault, match="cannot be the name of a branch"):
        offered(world, name)


def test_an_unknown_change_is_asked_back(world: GitWorld) -> None:
    world.commit({"a.py": b"1\n"})
    world.branch("idea")
    world.commit({"a.py": b"2\n", "b.py": b"1\n"})
    found = source(world, "file")
    with pytest.raises(UserFault, match="no change 'c") as caught:
        found.without(["a.py", "c.pyy"])
    assert "Did you mean `" in caught.value.mend
    with pytest.raises(UserFault) as caught:
        found.halved("zzzz")
    assert caught.value.mend == "It has `a.py`, `b.py`."


# Properties.


def composed(world: GitWorld, files: dict[str, bytes]) -> str:
    rows = [
        f"100644 blob {world.git('hash-object', '-w', '--stdin', feed=text.decode())}"
        f"\t{path}"
        for path, text in sorted(files.items())
    ]
    return world.git("mktree", feed="\n".join(rows))


def told(world: GitWorld, chance: random.Random) -> list[dict[str, bytes]]:
    """A branch of five commits, each with files of its own, some merged from main."""
    edits: list[dict[str, bytes]] = []
    for n in range(5):
        names = [f"f{n}{k}.py" for k in range(chance.randint(1, 2))]
        edits.append({name: b"%d\n" % chance.randint(2, 99) for name in names})
        world.commit(edits[-1], f"step {n}\n\nChange: {n}\n")
        if chance.random() < 0.3:
            world.switch("main")
            world.commit({"main.py": b"%d\n" % chance.randint(2, 99)})
            world.switch("idea")
            merge_main(world)
    return edits


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("unit", ["commit", "trailer"])
def test_changes_of_separate_files_compose(
    world: GitWorld, seed: int, unit: str
) -> None:
    chance = random.Random(seed)
    start = {f"f{n}0.py": b"1\n" for n in range(5) if chance.random() < 0.5}
    world.commit({"main.py": b"1\n", **start})
    world.branch("idea")
    edits = told(world, chance)
    main = world.git("show", "main:main.py").encode() + b"\n"
    base = {"main.py": main, **start}
    whole: dict[str, bytes] = dict(base)
    for each in edits:
        whole |= each
    found = source(world, unit)
    plans: tuple[PlannedChange, ...] = found.cut().changes
    assert len(plans) == 5
    for plan, mine in zip(plans, edits, strict=True):
        others = {path: text for path, text in whole.items() if path not in mine}
        back = {path: base[path] for path in mine if path in base}
        assert plan.without == composed(world, others | back)
        assert plan.only == composed(world, base | mine)
    some = chance.sample(range(5), 2)
    kept = dict(base)
    for n, each in enumerate(edits):
        kept |= each if n not in some else {}
    asked = [plans[n].id for n in some]
    assert found.without(asked) == Merged(composed(world, kept))
