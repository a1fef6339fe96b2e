"""Real bare repositories: refs, forks, test merges, the three ways to merge."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakegithub.plumbing import Draft, GitError
from tests.fakegithub.records import Repository
from tests.fakegithub.repositories import Repositories
from tests.fakegithub.state import Entry, GitPerson

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = GitPerson("Ann", "ann@example.com", NOW)
BOB = GitPerson("Bob", "bob@example.com", NOW)
MAIN = "refs/heads/main"


@pytest.fixture
def git(tmp_path: Path) -> Repositories:
    return Repositories(tmp_path)


@pytest.fixture
def digits(git) -> Repository:
    """Three commits on main: one, two, three."""
    made = Repository(1, 1, "digits", NOW)
    git.create(made)
    drafts = [
        Draft("one", ANN, changes={"train.py": "lr = 1\n", "docs/a.md": "A\n"}),
        Draft("two", ANN, changes={"train.py": "lr = 2\n"}),
        Draft("three", ANN, changes={"docs/b.md": "B\n"}),
    ]
    git.write(made, MAIN, drafts)
    return made


def history(git, repository, start=MAIN):
    tip = git.resolve(repository, start)
    return [git.commit(repository, sha).message for sha in git.log(repository, tip)]


def test_a_repository_of_three_commits_takes_one_start_of_git(git, monkeypatch):
    started, run = [], subprocess.run

    def counted(*arguments, **settings):
        started.append(arguments)
        return run(*arguments, **settings)

    monkeypatch.setattr(subprocess, "run", counted)
    made = Repository(1, 1, "r", NOW)
    git.create(made)
    git.write(made, MAIN, [Draft(str(n), ANN, changes={"a": str(n)}) for n in range(3)])
    assert [arguments[0][1] for arguments in started] == ["fast-import"]
    assert len(history(git, made)) == 3


def test_the_same_story_gives_the_same_shas(git, digits):
    again = Repository(2, 1, "again", NOW)
    git.create(again)
    tip = git.write(again, MAIN, [Draft("one", ANN, changes={"a": "1\n"})])
    other = git.write(digits, "refs/heads/x", [Draft("one", ANN, changes={"a": "1\n"})])
    assert tip == other


def test_names_resolve_as_branches_tags_refs_and_short_shas(git, digits):
    tip = git.ref(digits, MAIN)
    git.move(digits, "refs/tags/v1", tip)
    names = ("main", "v1", MAIN, tip, tip[:8])
    assert {git.resolve(digits, name) for name in names} == {tip}
    unknown = ("", "gone", "--all", "refs/heads/../main", "0" * 40)
    assert [git.resolve(digits, name) for name in unknown] == [None] * 5


def test_a_ref_is_made_once(git, digits):
    tip = git.ref(digits, MAIN)
    assert git.create_ref(digits, "refs/heads/x", tip)
    assert not git.create_ref(digits, "refs/heads/x", tip)


def test_a_comparison_is_against_the_merge_base(git, digits):
    two = git.log(digits, git.ref(digits, MAIN))[1]
    shas = git.write(
        digits,
        "refs/heads/idea",
        [
            Draft("first", BOB, two, {"new.py": "1\n2\n"}),
            Draft("second", BOB, changes={"train.py": "lr = 3\n"}),
        ],
    )
    compared = git.compare(digits, git.ref(digits, MAIN), shas[-1])
    assert compared.merge_base == two
    assert compared.ahead == tuple(shas)
    assert compared.behind == 1
    said = [(f.path, f.status, f.additions, f.deletions) for f in compared.files]
    assert said == [("new.py", "added", 2, 0), ("train.py", "modified", 1, 1)]
    assert compared.files[1].patch == "@@ -1 +1 @@\n-lr = 2\n+lr = 3"


def test_renames_removals_and_bytes_are_told_as_what_they_are(git, digits):
    text = "".join(f"line {n}\n" for n in range(20))
    first, then = git.write(
        digits,
        "refs/heads/x",
        [
            Draft("a", ANN, changes={"old name.py": text, "w.bin": b"\0\1", "z": "1"}),
            Draft(
                "b",
                ANN,
                changes={
                    "old name.py": None,
                    'new "name".py': text,
                    "w.bin": b"\0\2",
                    "z": None,
                },
            ),
        ],
    )
    files = {f.path: f for f in git.changes(digits, then)}
    renamed = files['new "name".py']
    assert (renamed.status, renamed.previous_path) == ("renamed", "old name.py")
    assert (files["w.bin"].additions, files["w.bin"].patch) == (0, None)
    assert (files["z"].status, files["z"].sha) == ("removed", None)
    assert {f.status for f in git.changes(digits, first)} == {"added"}


def test_histories_that_never_met_cannot_be_compared(git, digits):
    alone = git.write(digits, "refs/heads/alone", [Draft("x", ANN, changes={"a": "1"})])
    assert git.compare(digits, git.ref(digits, MAIN), alone[0]) is None


def test_files_and_folders_are_read_at_a_commit(git, digits):
    tip = git.ref(digits, MAIN)
    listed = git.read(digits, tip, "")
    assert [(e.path, e.kind) for e in listed] == [("docs", "dir"), ("train.py", "file")]
    assert [e.path for e in git.read(digits, tip, "docs/")] == [
        "docs/a.md",
        "docs/b.md",
    ]
    found = git.read(digits, tip, "docs/a.md")
    assert isinstance(found, Entry)
    assert (found.content, found.size) == (b"A\n", 2)
    assert git.read(digits, tip, "docs/c.md") is None


def test_the_log_of_a_path_holds_only_what_touches_it(git, digits):
    tip = git.ref(digits, MAIN)
    said = [git.commit(digits, s).message for s in git.log(digits, tip, "train.py")]
    assert said == ["two", "one"]


def test_the_test_merge_is_there_and_goes_when_the_sides_conflict(git, digits):
    tip = git.ref(digits, MAIN)
    good, bad = (
        git.write(digits, f"refs/heads/{name}", [Draft(name, BOB, tip, files)])[0]
        for name, files in (("good", {"x": "1"}), ("bad", {"train.py": "lr = 9\n"}))
    )
    base = git.write(digits, MAIN, [Draft("four", ANN, tip, {"train.py": "lr = 4\n"})])[
        0
    ]
    merge = git.test_merge(digits, 1, (base, good), ANN)
    assert git.ref(digits, "refs/pull/1/merge") == merge
    assert git.commit(digits, merge).parents == (base, good)
    assert git.test_merge(digits, 1, (base, bad), ANN) is None
    assert git.ref(digits, "refs/pull/1/merge") is None


def branched(git, digits):
    """Main has moved on, idea has two commits of its own."""
    two = git.log(digits, git.ref(digits, MAIN))[1]
    drafts = [
        Draft("first", BOB, two, {"a": "1\n"}),
        Draft("second\n\nwith a body", BOB, changes={"a": "2\n"}),
    ]
    return git.write(digits, "refs/heads/idea", drafts)[-1]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("merge", ["landed", "three", "second\n\nwith a body", "first", "two", "one"]),
        ("squash", ["landed", "three", "two", "one"]),
        ("rebase", ["second\n\nwith a body", "first", "three", "two", "one"]),
    ],
)
def test_each_method_lands_the_same_tree_with_its_own_history(
    git, digits, method, expected
):
    head = branched(git, digits)
    tip = git.merge(digits, "main", (method, head), ("landed", ANN))
    assert git.ref(digits, MAIN) == tip
    assert sorted(history(git, digits)) == sorted(expected)
    assert history(git, digits)[0] == expected[0]
    assert git.read(digits, tip, "a").content == b"2\n"
    assert git.read(digits, tip, "docs/b.md").content == b"B\n"


def test_a_rebase_keeps_the_authors_and_names_who_pressed_the_button(git, digits):
    head = branched(git, digits)
    tip = git.merge(digits, "main", ("rebase", head), ("unused", ANN))
    commit = git.commit(digits, tip)
    assert (commit.author.name, commit.committer.name) == ("Bob", "Ann")


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_conflict_moves_nothing(git, digits, method):
    first = git.log(digits, git.ref(digits, MAIN))[-1]
    drafts = [Draft("x", BOB, first, {"train.py": "lr = 9\n"})]
    head = git.write(digits, "refs/heads/x", drafts)[0]
    before = git.ref(digits, MAIN)
    assert git.merge(digits, "main", (method, head), ("m", ANN)) is None
    assert git.ref(digits, MAIN) == before


def test_a_fork_shares_objects_and_its_commits_outlive_it(git, digits):
    fork = Repository(2, 2, "digits", NOW)
    git.fork(digits, fork)
    assert history(git, fork) == ["three", "two", "one"]
    head = git.write(
        fork, "refs/heads/fix", [Draft("fix", BOB, git.ref(fork, MAIN), {"f": "1"})]
    )[0]
    assert git.ref(digits, "refs/heads/fix") is None
    assert git.commit(digits, head).message == "fix"
    git.remove(fork)
    assert git.compare(digits, git.ref(digits, MAIN), head).ahead == (head,)


def test_which_pull_requests_a_commit_contains_is_asked_at_once(git, digits):
    shas = git.log(digits, git.ref(digits, MAIN))
    for number, sha in enumerate(shas, start=1):
        git.set_pull_head(digits, number, sha)
    assert git.pulls_within(digits, shas[1]) == {2, 3}


def test_what_git_refuses_is_a_fault_that_says_why(git, digits):
    with pytest.raises(GitError, match="no branch gone"):
        git.merge(digits, "gone", ("merge", "0" * 40), ("m", ANN))
    with pytest.raises(GitError, match="update-ref"):
        git.move(digits, "refs/heads/x", "0123")
