"""Stories about trees that cannot, or must not, be put on disk."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.workers.git_trees import Link, Program, Trees
from workers.checkout import CheckoutFault, TreeStore

NO_ROOM = """
import resource, sys
from pathlib import Path
from workers.checkout import CheckoutFault, TreeStore, private_copy
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    if sys.argv[1] == "extract":
        TreeStore(Path(sys.argv[2])).materialise(Path(sys.argv[3]), sys.argv[4])
    else:
        private_copy(Path(sys.argv[3]), Path(sys.argv[2]) / "copy")
except CheckoutFault as fault:
    print(fault)
"""


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    return Trees(tmp_path)


def refusal(trees: Trees, tree: str) -> str:
    """Why the tree is refused; nothing of it may be left."""
    root = trees.objects.parent / "store"
    with pytest.raises(CheckoutFault) as caught:
        TreeStore(root).materialise(trees.objects, tree)
    left = [path.name for path in root.glob("*")] if root.exists() else []
    assert [name for name in left if name != ".locks"] == []
    return str(caught.value)


@pytest.mark.parametrize(
    "name", [b"..", b".", b".git", b".GIT", b"a/../../evil", b"a//b", b"/etc"]
)
def test_paths_that_leave_the_tree_are_refused_by_name(
    trees: Trees, name: bytes, tmp_path: Path
) -> None:
    tree = trees.tree(("100644", name, trees.blob(b"evil\n")))
    outer = trees.tree(("40000", b"src", tree))
    said = refusal(trees, outer)
    assert "unsafe path" in said
    assert f"src/{name.decode()}" in said
    assert not (tmp_path / "evil").exists()


def test_a_tree_of_endless_depth_is_refused(trees: Trees) -> None:
    tree = trees.tree(("100644", b"x", trees.blob(b"x\n")))
    for _ in range(300):
        tree = trees.tree(("40000", b"d", tree))
    assert "unsafe path" in refusal(trees, tree)


def test_two_files_of_one_name_clash(trees: Trees) -> None:
    blob = trees.blob(b"x\n")
    tree = trees.tree(("100644", b"train.py", blob), ("100644", b"train.py", blob))
    assert "train.py clashes" in refusal(trees, tree)


def test_nothing_is_written_through_a_link_that_shares_a_folder_s_name(
    trees: Trees, tmp_path: Path
) -> None:
    inner = trees.tree(("100644", b"file", trees.blob(b"x\n")))
    link = trees.blob(b"other")
    tree = trees.tree(("120000", b"a", link), ("40000", b"a", inner))
    assert "a clashes" in refusal(trees, tree)


def test_a_tree_in_the_wrong_order_does_not_pass_for_the_right_one(
    trees: Trees,
) -> None:
    blob = trees.blob(b"x\n")
    tree = trees.tree(("100644", b"b", blob), ("100644", b"a", blob))
    assert "differently" in refusal(trees, tree)


def test_submodules_are_refused_by_name(trees: Trees) -> None:
    tree = trees.tree(("160000", b"vendor", trees.blob(b"x\n")))
    assert "vendor is a submodule" in refusal(trees, tree)


def test_modes_that_git_never_writes_do_not_pass(trees: Trees) -> None:
    tree = trees.tree(("100664", b"old.py", trees.blob(b"x\n")))
    assert "not written by git" in refusal(trees, tree)


@pytest.mark.parametrize(
    ("target", "others"),
    [
        ("/etc/passwd", {}),
        ("..", {}),
        ("data/../../x", {}),
        ("sub/top/..", {"sub/top": Link("..")}),
        ("first", {"first": Link("second"), "second": Link("../x")}),
        ("here/x", {"here": Link("/tmp")}),
    ],
)
def test_links_that_leave_the_tree_are_refused_by_name(
    trees: Trees, target: str, others: dict[str, bytes | Program | Link]
) -> None:
    said = refusal(trees, trees.of({"out": Link(target), **others}))
    assert "leaves the tree" in said


@pytest.mark.parametrize("target", ["a\0b", ""])
def test_links_that_no_disk_can_hold_are_refused(trees: Trees, target: str) -> None:
    tree = trees.tree(("120000", b"out", trees.blob(target.encode())))
    assert "out" in refusal(trees, tree)


def test_links_that_stay_inside_are_kept_whatever_they_point_at(trees: Trees) -> None:
    links = {
        "loop": Link("loop"),
        "nowhere": Link("not/there"),
        "round": Link("sub/../sub/./file"),
        "sub/top": Link(".."),
        "via": Link("sub/top/sub/file"),
        "sub/file": b"x\n",
    }
    root = trees.objects.parent / "store"
    place = TreeStore(root).materialise(trees.objects, trees.of(links))
    assert (place / "via").read_bytes() == b"x\n"


@pytest.mark.parametrize("name", ["../../etc", "main", "", "A" * 40, "a" * 41])
def test_only_a_full_object_name_is_a_tree(trees: Trees, name: str) -> None:
    assert "full name of a tree" in refusal(trees, name)


def test_a_tree_that_is_not_there_is_named(trees: Trees) -> None:
    assert "d" * 40 in refusal(trees, "d" * 40)


def test_a_folder_that_is_no_git_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    store = TreeStore(tmp_path / "store")
    with pytest.raises(CheckoutFault, match="not a git repository"):
        store.materialise(tmp_path / "empty", "d" * 40)


def test_a_missing_file_is_named_and_not_fetched(trees: Trees) -> None:
    tree = trees.of({"train.py": b"one\n", "eval.py": b"two\n"})
    trees.lose(trees.blob(b"two\n"))
    said = refusal(trees, tree)
    assert "eval.py" in said
    assert "git fetch --refetch --no-filter" in said


def test_a_damaged_object_never_reaches_a_trial(trees: Trees) -> None:
    tree = trees.of({"train.py": b"one\n"})
    other = trees.objects / "objects" / trees.blob(b"two\n")[:2]
    body = next(other.iterdir()).read_bytes()
    trees.lose(trees.blob(b"one\n")).write_bytes(body)
    assert refusal(trees, tree)


def test_an_object_that_breaks_off_is_told(trees: Trees) -> None:
    body = bytes(range(256)) * 8192
    tree = trees.of({"weights.bin": body})
    lost = trees.objects / "objects" / trees.blob(body)[:2]
    whole = next(lost.iterdir()).read_bytes()
    trees.lose(trees.blob(body)).write_bytes(whole[: len(whole) // 2])
    assert refusal(trees, tree)


def test_a_node_without_git_says_so(
    trees: Trees, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = trees.of({"train.py": b"one\n"})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no git program" in refusal(trees, tree)


def test_a_root_that_is_a_file_is_named(trees: Trees, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = TreeStore(tmp_path / "file")
    with pytest.raises(CheckoutFault, match="Could not extract the tree"):
        store.materialise(trees.objects, trees.of({}))


def test_without_room_there_is_a_sentence_and_no_half_tree(
    trees: Trees, tmp_path: Path
) -> None:
    tree = trees.of({"a.txt": b"small\n", "weights.bin": b"x" * 300_000})
    root = tmp_path / "small"
    said = run_without_room("extract", root, trees.objects, tree)
    assert f"no room left at {root}" in said
    assert [path.name for path in root.iterdir()] == [".locks"]


def test_without_room_there_is_no_half_copy(trees: Trees, tmp_path: Path) -> None:
    tree = trees.of({"a.txt": b"small\n", "weights.bin": b"x" * 300_000})
    place = TreeStore(tmp_path / "store").materialise(trees.objects, tree)
    said = run_without_room("copy", tmp_path / "small", place)
    assert "no room left" in said
    assert not (tmp_path / "small" / "copy").exists()


def run_without_room(*arguments: object) -> str:
    """Run in a process that may not write more than 100 kB to one file."""
    command = [sys.executable, "-c", NO_ROOM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
