"""Stories about trees that a trial could not see as they are meant."""

from pathlib import Path

import pytest

from bot.domain.errors import UserFault
from tests.adapters.repository.git_world import GitWorld

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:%b\nsize 9\n" % (
    b"0" * 64
)


def refusal(world: GitWorld) -> str:
    repository = world.open()
    with pytest.raises(UserFault) as caught:
        repository.require_plain(repository.resolve("HEAD").tree)
    assert caught.value.mend
    return caught.value.problem


def test_submodules_are_refused_by_path(world: GitWorld) -> None:
    commit = world.commit({"train.py": b"one\n"})
    world.git("update-index", "--add", "--cacheinfo", f"160000,{commit},vendor/inner")
    world.git("commit", "-q", "-m", "a submodule")
    assert "vendor/inner" in refusal(world)


def test_five_pointers_are_named_and_the_others_counted(world: GitWorld) -> None:
    world.commit({f"data/{n}.npy": POINTER for n in range(8)})
    problem = refusal(world)
    assert "`data/0.npy`, " in problem
    assert "`data/4.npy` and 3 more" in problem
    assert "data/5" not in problem


def test_pointers_with_extensions_and_of_the_old_name_are_known(
    world: GitWorld,
) -> None:
    extended = POINTER.replace(b"oid", b"ext-0-crypt sha256:%b\noid" % (b"1" * 64))
    old = POINTER.replace(b"git-lfs.github.com", b"hawser.github.com")
    world.commit({"a": extended, "b": old})
    assert "`a`, `b`" in refusal(world)


def test_text_about_pointers_is_not_a_pointer(world: GitWorld) -> None:
    first_line = POINTER.splitlines()[0] + b"\n"
    texts = {
        "a.md": b"# LFS\n" + POINTER,
        "b.md": first_line + b"words " * 10,
        "c": b"",
    }
    world.commit(texts)
    repository = world.open()
    repository.require_plain(repository.resolve("HEAD").tree)


@pytest.mark.parametrize("target", ["/datasets/digits", "../up", "../../up"])
def test_links_out_of_the_repository_are_refused(world: GitWorld, target: str) -> None:
    world.write("data/kept", b"x")
    (world.path / "out").symlink_to(target)
    (world.path / "data" / "in").symlink_to("../train.py")
    world.commit({"train.py": b"one\n"})
    problem = refusal(world)
    assert "`out`" in problem
    assert "data/in" not in problem


def test_an_empty_tree_is_plain(world: GitWorld, tmp_path: Path) -> None:
    world.commit({})
    repository = world.open()
    repository.require_plain(repository.resolve("HEAD").tree)
