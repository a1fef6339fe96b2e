"""Stories about the working copy: read, committed aside, never touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.adapters.repository import GitRepository
from bot.domain.errors import MachineryFault, UserFault
from bot.presentation.signature import MARKDOWN
from tests.adapters.repository.git_world import GitWorld


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below `folder` with its content and time."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.lstat().st_mtime_ns) for path in files}


def test_staged_deleted_renamed_and_strangely_named_files_are_dirty(
    world: GitWorld,
) -> None:
    world.commit({"gone.py": b"1\n", "moved.py": b"22\n", "kept.py": b"3\n"})
    (world.path / "gone.py").unlink()
    world.git("mv", "moved.py", "new place.py")
    world.write("two\nlines", b"x")
    assert world.open().dirty() == (
        "gone.py",
        "moved.py",
        "new place.py",
        "two\nlines",
    )


def test_ignored_files_are_not_dirty_and_not_committed(world: GitWorld) -> None:
    world.commit({".gitignore": b"*.pt\n"})
    world.write("weights.pt", b"big")
    world.write("new.py", b"x\n")
    repository = world.open()
    assert repository.dirty() == ("new.py",)
    revision, _ = repository.commit_dirty()
    assert repository.read_file(revision.commit, "weights.pt") is None


def test_hidden_untracked_files_count_all_the_same(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.git("config", "status.showUntrackedFiles", "no")
    world.write("new.py", b"x\n")
    assert world.open().dirty() == ("new.py",)


def test_names_that_are_not_text_are_spelled_out(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("caf\udce9.txt", b"x\n")
    assert world.open().dirty() == ("caf\\xe9.txt",)


def test_a_dirty_commit_leaves_index_files_and_branches_alone(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.write("train.py", b"two\n")
    world.git("add", "train.py")
    world.write("train.py", b"three\n")
    (world.path / "eval.py").unlink()
    index = (world.path / ".git" / "index").read_bytes()
    status = world.git("status", "--porcelain")
    repository = world.open()
    revision, ref = repository.commit_dirty()
    assert repository.read_file(revision.commit, "train.py") == b"three\n"
    assert repository.read_file(revision.commit, "eval.py") is None
    assert (world.path / ".git" / "index").read_bytes() == index
    assert world.git("status", "--porcelain") == status
    refs = world.git("for-each-ref", "--format=%(refname)").split()
    assert refs == ["refs/heads/main", ref]


def test_everything_but_the_dirty_commit_leaves_the_repository_as_it_was(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n", "eval.py": b"one\n"})
    world.branch("feature")
    head = world.commit({"train.py": b"two\n"})
    world.switch("main")
    base = world.commit({"eval.py": b"two\n"})
    world.write("train.py", b"three\n")
    before = snapshot(world.path)
    repository = world.open()
    repository.merge(base, head)
    repository.dirty()
    repository.read_file(base, "train.py")
    repository.require_plain(repository.resolve(repository.default_base()).tree)
    assert snapshot(world.path) == before


def test_the_dirty_commit_takes_head_s_date_and_nobody_s_name(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("train.py", b"two\n")
    revision, _ = world.open().commit_dirty()
    shown = world.git(
        "show", "-s", "--format=%an|%ad|%cd", "--date=raw", revision.commit
    )
    assert shown == "seedgate|1700000000 +0100|1700000000 +0100"


def test_a_change_of_equal_size_in_the_same_moment_is_not_missed(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("train.py", b"two\n")  # as long as before, right after the index
    repository = world.open()
    revision, _ = repository.commit_dirty()
    assert repository.read_file(revision.commit, "train.py") == b"two\n"


def test_without_an_index_the_files_are_taken_as_they_lie(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    (world.path / ".git" / "index").unlink()
    repository = world.open()
    revision, _ = repository.commit_dirty()
    assert revision.tree == repository.resolve("HEAD").tree


def test_an_unfinished_merge_is_not_committed(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.branch("feature")
    world.commit({"train.py": b"two\n"})
    world.switch("main")
    world.commit({"train.py": b"three\n"})
    with pytest.raises(AssertionError):
        world.git("merge", "-q", "feature")
    repository = world.open()
    assert repository.dirty() == ("train.py",)
    with pytest.raises(UserFault, match=r"unresolved conflicts: train\.py"):
        repository.commit_dirty()


def test_a_submodule_on_another_commit_is_dirty(
    world: GitWorld, tmp_path: Path
) -> None:
    inner = GitWorld(tmp_path / "inner", world.scratch)
    inner.commit({"a.py": b"one\n"})
    allow = ("-c", "protocol.file.allow=always")
    world.git(*allow, "submodule", "--quiet", "add", str(inner.path), "vendor/inner")
    world.commit({"train.py": b"one\n"})
    repository = world.open()
    assert repository.dirty() == ()
    nested = world.path / "vendor" / "inner"
    world.git("-C", str(nested), "commit", "-q", "--allow-empty", "-m", "on")
    assert repository.dirty() == ("vendor/inner",)


def test_no_program_that_the_repository_names_is_ever_started(
    world: GitWorld, tmp_path: Path
) -> None:
    world.commit({"train.py": b"one\n", ".gitattributes": b"* filter=evil diff=evil\n"})
    trap = tmp_path / "trap.sh"
    trap.write_text(f'#!/bin/sh\necho "$0 $@" >> {tmp_path}/sprung\ncat\n')
    trap.chmod(0o755)
    settings = {
        "core.fsmonitor": str(trap),
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.pager": str(trap),
        "diff.external": str(trap),
        "diff.evil.textconv": str(trap),
        "filter.evil.clean": str(trap),
        "filter.evil.smudge": str(trap),
        "filter.evil.process": str(trap),
        "filter.evil.required": "true",
        "gpg.program": str(trap),
        "log.showSignature": "true",
        "commit.gpgSign": "true",
    }
    for name, value in settings.items():
        world.git("config", name, value)
    hooks = ("post-index-change", "reference-transaction", "pre-commit", "post-commit")
    for place in (tmp_path / "hooks", world.path / ".git" / "hooks"):
        place.mkdir(exist_ok=True)
        for hook in hooks:
            (place / hook).symlink_to(trap)
    world.write("train.py", b"two\n")
    (tmp_path / "sprung").unlink(missing_ok=True)
    repository = world.open()
    assert repository.dirty() == ("train.py",)
    revision, _ = repository.commit_dirty()
    assert repository.read_file(revision.commit, "train.py") == b"two\n"
    repository.merge("main", revision.commit)
    repository.require_plain(revision.tree)
    assert not (tmp_path / "sprung").exists()


def test_a_filter_of_the_user_s_own_still_works(world: GitWorld) -> None:
    world.git("config", "--global", "filter.strip.clean", "tr 123 000")
    world.commit({".gitattributes": b"*.ipynb filter=strip\n", "a.ipynb": b"out 1\n"})
    world.write("a.ipynb", b"out 2\n")
    assert world.open().dirty() == ()


def test_line_ends_that_git_would_complain_about_are_no_obstacle(
    world: GitWorld,
) -> None:
    world.git("config", "core.autocrlf", "input")
    world.git("config", "core.safecrlf", "true")
    world.commit({"train.py": b"one\n"})
    world.write("train.py", b"two\r\n")
    repository = world.open()
    revision, _ = repository.commit_dirty()
    assert repository.read_file(revision.commit, "train.py") == b"two\n"


def test_a_broken_index_is_told_in_git_s_words(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    (world.path / ".git" / "index").write_bytes(
        b"rubbish, and long enough for a header"
    )
    repository = world.open()
    with pytest.raises(UserFault, match="git cannot read"):
        repository.dirty()
    with pytest.raises(UserFault, match="git cannot read"):
        repository.commit_dirty()


def test_a_scratch_folder_that_was_lost_meanwhile_is_our_own_failure(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    repository = world.open()
    world.scratch.rename(world.scratch.with_name("moved"))
    world.scratch.write_text("in the way")
    with pytest.raises(MachineryFault, match="cannot be worked on"):
        repository.commit_dirty()


REPORT = b'{\n  "generator": "seedgate",\n  "schema_version": 1\n}\n'


def test_reports_of_ours_that_lie_in_the_working_copy_are_not_dirty(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("report.json", REPORT)
    world.write("reports/two/report.json", REPORT)
    world.write("reports/report.md", MARKDOWN.encode() + b"# Pass\n")
    assert world.open().dirty() == ()
    world.write("reports/notes.md", b"mine\n")
    assert world.open().dirty() == ("reports/",)


def test_what_only_looks_like_a_report_is_dirty(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("report.json", b"{}\n")
    world.write("empty/__init__.py", b"")
    (world.path / "link.json").symlink_to("report.json")
    (world.path / "gone.json").symlink_to("nowhere")
    assert world.open().dirty() == ("empty/", "gone.json", "link.json", "report.json")


def test_a_report_that_was_committed_and_written_again_is_not_dirty(
    world: GitWorld,
) -> None:
    world.commit({"report.json": b"{}\n", "train.py": b"one\n"})
    world.write("report.json", REPORT)
    assert world.open().dirty() == ()
    world.git("add", "report.json")
    assert world.open().dirty() == ("report.json",)


def test_the_outputs_of_this_very_call_are_not_dirty(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    world.write("out.json", b"of an older version")
    world.write("new.py", b"x\n")
    outputs = (world.path / "out.json", world.path / "not yet.json")
    repository = GitRepository(world.path, world.scratch, outputs)
    assert repository.dirty() == ("new.py",)


def test_what_stdout_goes_to_is_not_dirty(world: GitWorld) -> None:
    world.commit({"train.py": b"one\n"})
    code = (
        "import sys; from pathlib import Path\n"
        "from bot.adapters.repository import GitRepository\n"
        "print(GitRepository(Path(sys.argv[1]), Path(sys.argv[2])).dirty())"
    )
    target = world.path / "said.txt"
    with target.open("wb") as said:
        words = [sys.executable, "-c", code, world.path, world.scratch]
        subprocess.run(words, stdout=said, check=True)
    assert target.read_text() == "()\n"
    assert world.open().dirty() == ("said.txt",)


def test_a_dirty_commit_leaves_our_reports_out_so_that_it_stays_the_same(
    world: GitWorld,
) -> None:
    world.commit({"train.py": b"one\n", "kept.json": b"{}\n"})
    world.write("train.py", b"two\n")
    world.write("*.py", b"an odd name\n")
    before, _ = world.open().commit_dirty()
    world.write("kept.json", REPORT)
    world.write("reports/a b.json", REPORT)
    after, _ = world.open("").commit_dirty()
    assert after.commit == before.commit
    repository = world.open()
    assert repository.read_file(after.commit, "*.py") == b"an odd name\n"
    assert repository.read_file(after.commit, "train.py") == b"two\n"
    world.write("reports/notes.md", b"mine\n")
    mixed, _ = world.open().commit_dirty()
    assert repository.read_file(mixed.commit, "reports/notes.md") == b"mine\n"
    assert repository.read_file(mixed.commit, "reports/a b.json") is None
