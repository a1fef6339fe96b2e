"""Stories about trees on disk: extracted once, verified always, copied for a trial."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.workers.git_trees import Link, Program, Trees
from workers.checkout import CheckoutFault, TreeStore, private_copy

FILES = {
    "train.py": b"print('hi')\n",
    "run.sh": Program(b"#!/bin/sh\n"),
    "data/digits/one.txt": b"1\n",
    "data/empty": b"",
    "latest": Link("data/digits/one.txt"),
    "data/up": Link("../train.py"),
}
MATERIALISE = """
import sys
from pathlib import Path
from workers.checkout import TreeStore
print(TreeStore(Path(sys.argv[1])).materialise(Path(sys.argv[2]), sys.argv[3]))
"""


@pytest.fixture
def trees(tmp_path: Path) -> Trees:
    return Trees(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> TreeStore:
    return TreeStore(tmp_path / "store")


def content_of(folder: Path) -> dict[str, bytes | Program | Link]:
    """What lies in a folder, in the words of the tests."""
    found: dict[str, bytes | Program | Link] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = Link(str(path.readlink()))
        elif path.is_file():
            runs = path.stat().st_mode & stat.S_IXUSR
            body = path.read_bytes()
            found[name] = Program(body) if runs else body
    return found


def kept(root: Path) -> list[str]:
    """What the store keeps, its locks aside."""
    return sorted(path.name for path in root.iterdir() if path.name != ".locks")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_a_tree_comes_out_as_git_holds_it(tmp_path: Path, object_format: str) -> None:
    trees = Trees(tmp_path, object_format)
    tree = trees.of(FILES)
    place = TreeStore(tmp_path / "store").materialise(trees.objects, tree)
    assert place == tmp_path / "store" / tree
    assert content_of(place) == FILES
    assert kept(tmp_path / "store") == [tree]


def test_a_tree_is_extracted_once(trees: Trees, store: TreeStore) -> None:
    tree = trees.of(FILES)
    first = (store.materialise(trees.objects, tree) / "train.py").stat()
    again = (store.materialise(trees.objects, tree) / "train.py").stat()
    assert (first.st_ino, first.st_ctime_ns) == (again.st_ino, again.st_ctime_ns)


def test_stored_files_are_read_only(trees: Trees, store: TreeStore) -> None:
    place = store.materialise(trees.objects, trees.of(FILES))
    modes = {
        path.name: stat.S_IMODE(path.lstat().st_mode)
        for path in (place / "train.py", place / "run.sh")
    }
    assert modes == {"train.py": 0o444, "run.sh": 0o555}


def test_names_of_every_kind_survive(trees: Trees, store: TreeStore) -> None:
    names = [
        "a b",
        "two\nlines",
        "-rf",
        "caf\udce9",
        "größe",
        "a.b",
        "a/b",
        "a0",
        "'\"\\",
    ]
    files: dict[str, bytes | Program | Link] = {
        name: os.fsencode(name) for name in names
    }
    place = store.materialise(trees.objects, trees.of(files))
    assert content_of(place) == files


def test_a_tree_without_files_is_an_empty_folder(
    trees: Trees, store: TreeStore
) -> None:
    place = store.materialise(trees.objects, trees.of({}))
    assert list(place.iterdir()) == []


def test_large_files_arrive_whole(trees: Trees, store: TreeStore) -> None:
    body = bytes(range(256)) * 4096 * 3 + b"end"
    place = store.materialise(trees.objects, trees.of({"weights.bin": body}))
    assert (place / "weights.bin").read_bytes() == body


def test_attributes_and_filters_of_the_repository_have_no_say(
    trees: Trees, store: TreeStore, tmp_path: Path
) -> None:
    trap = f"touch {tmp_path}/sprung; cat"
    trees.git("config", "filter.evil.smudge", trap)
    trees.git("config", "core.autocrlf", "true")
    attributes = b"* filter=evil text eol=crlf ident\nhidden export-ignore\n"
    files: dict[str, bytes | Program | Link] = {
        ".gitattributes": attributes,
        "hidden": b"$Id$\n",
    }
    assert content_of(store.materialise(trees.objects, trees.of(files))) == files
    assert not (tmp_path / "sprung").exists()


def test_variables_of_a_git_hook_and_replaced_objects_redirect_nothing(
    trees: Trees, store: TreeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = trees.of(FILES)
    trees.git("replace", tree, trees.of({"other": b"tree\n"}))
    trees.git("replace", trees.blob(b"1\n"), trees.blob(b"2\n"))
    elsewhere = str(tmp_path / "elsewhere")
    for name in ("GIT_DIR", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE"):
        monkeypatch.setenv(name, elsewhere)
    assert content_of(store.materialise(trees.objects, tree)) == FILES


def edited(place: Path) -> None:
    (place / "train.py").chmod(0o644)
    (place / "train.py").write_bytes(b"print('ho')\n")


def deleted(place: Path) -> None:
    (place / "data" / "empty").unlink()


def added(place: Path) -> None:
    (place / "extra.py").write_bytes(b"")


def cached(place: Path) -> None:
    (place / "__pycache__").mkdir()


def made_runnable(place: Path) -> None:
    (place / "train.py").chmod(0o755)


def redirected(place: Path) -> None:
    (place / "latest").unlink()
    (place / "latest").symlink_to("train.py")


def piped(place: Path) -> None:
    (place / "train.py").unlink()
    os.mkfifo(place / "train.py")


def moved_away(place: Path) -> None:
    place.rename(place.with_name("elsewhere"))
    place.symlink_to("elsewhere")


def flattened(place: Path) -> None:
    place.rename(place.with_name("elsewhere"))
    place.write_bytes(b"")


@pytest.mark.parametrize(
    "damage",
    [
        edited,
        deleted,
        added,
        cached,
        made_runnable,
        redirected,
        piped,
        moved_away,
        flattened,
    ],
)
def test_a_damaged_tree_is_noticed_and_built_anew(
    trees: Trees, store: TreeStore, damage: Callable[[Path], None]
) -> None:
    tree = trees.of(FILES)
    place = store.materialise(trees.objects, tree)
    damage(place)
    assert store.materialise(trees.objects, tree) == place
    assert content_of(place) == FILES
    assert not place.is_symlink()
    assert [name for name in kept(place.parent) if name.startswith(".")] == []


def test_what_a_killed_builder_left_is_cleared_away(
    trees: Trees, store: TreeStore, tmp_path: Path
) -> None:
    tree = trees.of(FILES)
    half = tmp_path / "store" / f".{tree}-killed" / "fresh"
    half.mkdir(parents=True)
    (half / "train.py").write_bytes(b"pri")
    store.materialise(trees.objects, tree)
    assert kept(tmp_path / "store") == [tree]


def test_threads_and_processes_may_ask_for_one_tree_at_once(
    trees: Trees, store: TreeStore, tmp_path: Path
) -> None:
    tree = trees.of(FILES)
    root = tmp_path / "store"
    command = [sys.executable, "-c", MATERIALISE, str(root), str(trees.objects), tree]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    with ThreadPoolExecutor(6) as pool:
        places = list(
            pool.map(lambda _: store.materialise(trees.objects, tree), "123456")
        )
    answers = [process.communicate()[0].strip() for process in started]
    assert set(places) == {root / tree}
    assert answers == [str(root / tree)] * 3
    assert content_of(root / tree) == FILES
    assert kept(root) == [tree]


def test_a_private_copy_is_equal_writable_and_apart(
    trees: Trees, store: TreeStore, tmp_path: Path
) -> None:
    tree = trees.of(FILES)
    place = store.materialise(trees.objects, tree)
    copy = tmp_path / "runs" / "one" / "work"
    private_copy(place, copy)
    assert content_of(copy) == FILES
    shared = (copy / "train.py").stat().st_ino == (place / "train.py").stat().st_ino
    assert not shared
    assert (copy / "train.py").stat().st_mode & stat.S_IWUSR
    assert (copy / "run.sh").stat().st_mode & stat.S_IWUSR
    (copy / "train.py").write_bytes(b"changed\n")
    (copy / "data" / "new").write_bytes(b"new\n")
    before = (place / "train.py").stat().st_ino
    assert content_of(store.materialise(trees.objects, tree)) == FILES
    assert (place / "train.py").stat().st_ino == before


def test_a_private_copy_never_goes_where_something_lies(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "taken").mkdir()
    with pytest.raises(CheckoutFault, match="taken"):
        private_copy(tmp_path / "source", tmp_path / "taken")
    assert (tmp_path / "taken").is_dir()


def test_a_private_copy_of_nothing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(CheckoutFault, match="Could not copy the tree source"):
        private_copy(tmp_path / "source", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_pipe_in_a_tree_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    os.mkfifo(tmp_path / "source" / "pipe")
    with pytest.raises(CheckoutFault, match="pipe is neither file"):
        private_copy(tmp_path / "source", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()
