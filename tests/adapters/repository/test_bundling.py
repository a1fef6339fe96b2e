"""Bundles of `/gate split`, fetched by git itself in a clone of origin."""

import shlex
import subprocess
from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository, bundling
from bot.app.bundling import Bundle, bundle_without
from bot.app.local import Comparison, Request, compare
from bot.domain.errors import UserFault
from bot.domain.policy import Ablation
from bot.presentation.bundle_text import FILE, push_lines
from tests.adapters.repository.git_world import GitWorld, run_git
from tests.fakes.policies import policy

POLICY = ".github/seedgate.yml"
HOSTILE = "-x 'y' \"z\" $(touch hacked) `id` | ../.. \N{SNOWMAN}"


@pytest.fixture(params=["sha1", "sha256"])
def origin(request: pytest.FixtureRequest, tmp_path: Path) -> GitWorld:
    """`main` with three files and `idea` with three commits; main has moved since."""
    scratch = tmp_path / "scratch"
    world = GitWorld(tmp_path / "origin", scratch, object_format=request.param)
    world.commit({f"{name}.py": b"1\n" for name in "abc"} | {POLICY: b""})
    world.branch("idea")
    for name in "abc":
        world.commit({f"{name}.py": b"2\n"}, f"Tune {name}\n\nChange: {name}\n")
    world.switch("main")
    world.commit({"d.py": b"1\n"}, "Meanwhile")
    return world


def comparison(repository: GitRepository, head: str = "idea") -> Comparison:
    rules = policy(ablation=Ablation(unit="trailer", max_changes=20))
    request = Request(base="main", head=head)
    return compare(repository, request, lambda text, source: rules)


def offered(world: GitWorld, *without: str, called: str = "") -> Bundle:
    repository = world.open()
    return bundle_without(repository, comparison(repository), without, called)


def cloned(world: GitWorld) -> Path:
    clone = world.path.parent / "clone"
    run_git(world.path.parent, "clone", "-q", str(world.path), str(clone))
    return clone


def test_a_clone_fetches_the_tested_tree_from_it_and_pushes_it(
    origin: GitWorld,
) -> None:
    made = offered(origin, "b")
    clone = cloned(origin)
    (clone / FILE).write_bytes(made.data)
    _, *lines = push_lines("https://gate.example/bundles/1", made.branch)
    for line in lines:  # all but curl, as they are shown to people
        run_git(clone, *shlex.split(line)[1:])
    assert made.branch == f"idea-without-b-{made.tree[:7]}"
    ref = f"refs/heads/{made.branch}"
    assert origin.git("rev-parse", ref) == made.commit
    assert origin.git("rev-parse", f"{ref}^{{tree}}") == made.tree
    assert origin.git("rev-parse", f"{ref}^") == made.base
    files = [origin.git("show", f"{ref}:{name}.py") for name in "abcd"]
    assert files == ["2", "1", "2", "1"]
    assert [one.title for one in made.kept] == ["Tune a", "Tune c"]
    assert made.left_out == ("b",)


def test_it_has_one_branch_and_needs_the_base_alone(origin: GitWorld) -> None:
    made = offered(origin, "b")
    head, _, pack = made.data.partition(b"\n\n")
    told = [line for line in head.split(b"\n")[1:] if not line.startswith(b"@")]
    assert [line.split()[0].decode() for line in told] == [
        f"-{made.base}",
        made.commit,
    ]
    assert told[1].split()[1].decode() == f"refs/heads/{made.branch}"
    assert pack.startswith(b"PACK")


def test_origin_gets_no_branch_and_no_commit(origin: GitWorld) -> None:
    before = origin.git("for-each-ref"), origin.git("count-objects")
    made = offered(origin, "b")
    assert (origin.git("for-each-ref"), origin.git("count-objects")) == before
    assert not list(origin.scratch.glob("*.git/.bundle-*"))
    scratch = next(origin.scratch.glob("*.git"))
    assert origin.git("--git-dir", str(scratch), "for-each-ref") == ""
    assert made.data


def test_the_same_call_gives_the_same_commit_and_id(origin: GitWorld) -> None:
    one, other = offered(origin, "b"), offered(origin, "b")
    assert (one.commit, one.id) == (other.commit, other.id)
    assert offered(origin, "b", called="mine").id != one.id
    assert offered(origin, "c").id != one.id
    assert len(one.id) == 40


@pytest.mark.parametrize("name", [HOSTILE, "a,b", "HEAD", "x.lock", "../../etc"])
def test_changes_with_hostile_names_are_left_out_like_any(
    origin: GitWorld, name: str
) -> None:
    origin.switch("idea")
    origin.commit({"e.py": b"2\n"}, f"Odd\n\nChange: {name}\n")
    origin.switch("main")
    made = offered(origin, name)
    clone = cloned(origin)
    (clone / FILE).write_bytes(made.data)
    lines = push_lines(
        "https://gate.example/bundles/1?until=1&signature=2", made.branch
    )
    script = "\n".join(["set -e", *lines[1:]])
    shell = ["sh", "-c", script]
    done = subprocess.run(shell, cwd=clone, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    fetched = run_git(clone, "rev-parse", f"refs/heads/{made.branch}^{{tree}}")
    assert fetched == made.tree
    assert sorted(one.name for one in clone.iterdir() if one.name != ".git") == [
        ".github",
        "a.py",
        "b.py",
        "c.py",
        "d.py",
        FILE,
    ]


@pytest.mark.parametrize(
    ("called", "start"),
    [
        ("main", "main"),
        ("feature/x'y$(id)", "feature/x-y-id"),
        ("-x", "x"),
        ("\N{SNOWMAN}/\N{SNOWMAN}", None),
        ("a.lock", "a.lock"),
    ],
)
def test_the_new_name_is_made_from_the_branch_and_is_one_that_git_takes(
    origin: GitWorld, called: str, start: str | None
) -> None:
    made = offered(origin, "b", called=called)
    head = origin.git("rev-parse", "idea")[:9] if start is None else start
    assert made.branch == f"{head}-without-b-{made.tree[:7]}"


def test_a_name_that_git_would_not_take_is_refused(origin: GitWorld) -> None:
    repository = origin.open()
    tree = repository.resolve("idea").tree
    for name in ("-x", "a..b", "a b", "x.lock", "HEAD", ""):
        with pytest.raises(UserFault, match="cannot be the name of a branch"):
            repository.bundle(tree, "main", "Mine", name)


def test_other_contents_never_have_the_same_name(origin: GitWorld) -> None:
    first = offered(origin, "b")
    origin.commit({"d.py": b"2\n"}, "The base moves on")
    second = offered(origin, "b")
    assert second.tree != first.tree
    assert second.branch != first.branch


def test_a_tag_of_the_same_name_is_not_in_the_way(origin: GitWorld) -> None:
    made = offered(origin, "b")
    clone = cloned(origin)
    run_git(clone, "tag", made.branch)
    (clone / FILE).write_bytes(made.data)
    for line in push_lines("https://gate.example/bundles/1", made.branch)[1:]:
        run_git(clone, *shlex.split(line)[1:])
    assert origin.git("rev-parse", f"refs/heads/{made.branch}") == made.commit


def test_what_cannot_be_taken_out_is_refused_as_in_a_split(origin: GitWorld) -> None:
    with pytest.raises(UserFault, match="nothing is left"):
        offered(origin, "a", "b", "c")
    with pytest.raises(UserFault, match="no change 'x'"):
        offered(origin, "x")


def test_a_bundle_that_is_too_large_is_not_handed_out(tmp_path: Path) -> None:
    file = tmp_path / "bundle"
    file.write_bytes(b"x" * 2_000_000)
    assert bundling._read(file) == file.read_bytes()
    with pytest.raises(UserFault, match="more than 1 MB"):
        bundling._read(file, 1_048_576)
