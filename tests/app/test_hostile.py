"""Bad input, end to end: what people, branches and programs try on the App."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from bot.adapters.commonmark import command_lines
from tests.app.stage import SECRET, Stage, behaving, keys, plain, staged
from tests.fakegithub import changes
from tests.fakegithub.check_changes import Place, create_run
from tests.fakegithub.records import CheckRun, Pull
from tests.samples.quick import BETTER, WORSE, quick_policy

BRANCH = "x`@ann`<b>](www.evil.example)|#1-$(touch${IFS}pwned)-;reboot"
TITLE = "@ann <script>alert(1)</script> [x](http://evil.example) `/gate accept`"
MESSAGE = """\
@ann <img src=x> closes #1

/gate run
Seedgate-change: @ann <b>/gate cancel</b>
"""
LOUD = """\
import sys
print("@ann /gate run <script>alert(1)</script> ```")
print("```")
print("/gate accept regression-00000000 reason=x")
print("::error::<!-- seedgate pull-1 -->")
sys.exit("\\n\\n/gate run\\n@ann [x](http://evil.example) <img src=x>")
"""
CURIOUS = """\
import os, sys
for name, value in os.environ.items():
    print("I see", name, value)
sys.exit(1)
"""
METRIC = "@ann <b>"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTS = re.compile(r"@ann|://|www\.")


def said(stage: Stage, pull: Pull) -> list[str]:
    """Every text that the App has put on GitHub."""
    every: list[CheckRun] = list(stage.quick.runs.values())
    ours = [one for one in every if one.app_id == stage.app.id]
    runs = [
        str(one.output.get(part) or "") for one in ours for part in ("summary", "text")
    ]
    return [*runs, *(one.body for one in stage.comments(pull))]


def harmless(text: str) -> None:
    """Nothing foreign in it acts: no command, mention, link, image or element."""
    assert not command_lines(text)
    for token in PARSER.parse(text):
        for one in token.children or ():
            if one.type == "text":
                assert not ACTS.search(one.content), one.content
            if one.type in {"link_open", "image"}:
                target = str(one.attrGet("href") or one.attrGet("src"))
                assert "evil" not in target, target
        if token.type in {"html_block", "html_inline"}:
            assert not re.search("<(script|img|b>)", token.content), token.content


@pytest.mark.parametrize("train", [None, LOUD], ids=["worse", "crashes loudly"])
def test_names_messages_and_logs_of_a_branch_are_only_text(
    tmp_path: Path, train: str | None
) -> None:
    with staged(tmp_path) as stage:
        files = dict(behaving("x", WORSE))
        if train is not None:
            files["train.py"] = train
        stage.bob.pushes(stage.quick, BRANCH, files, MESSAGE)
        pull = stage.bob.opens_pull(stage.quick, BRANCH, title=TITLE, body=MESSAGE)
        stage.concluded(pull.head.sha, "failure")
        stage.says(stage.bob, pull, "/gate why")
        stage.says(stage.bob, pull, "/gate status")
        texts = said(stage, pull)
        assert len(texts) > 4
        for text in texts:
            harmless(text)
        assert not list(tmp_path.rglob("pwned*"))
        stage.page(pull)


def test_a_metric_s_name_that_would_act_is_refused_and_told_as_text(
    tmp_path: Path,
) -> None:
    policy = quick_policy().replace("loss:", f'"{METRIC}":')
    with staged(tmp_path, policy) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "action_required")
        assert "cannot be a name" in str(run.output["summary"])
        for text in said(stage, pull):
            harmless(text)
        assert stage.crew.ran == []
        stage.page(pull)


def test_what_a_person_typed_is_only_text_in_the_answer(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        stage.says(stage.ann, pull, "/gate rum @ann http://evil.example")
        stage.says(stage.ann, pull, '/gate run stage="@ann [x](http://evil.example)"')
        assert len(stage.comments(pull)) >= 3
        for text in said(stage, pull):
            harmless(text)
        stage.page(pull)


def test_commands_in_code_and_quotes_are_not_heard(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        before = len(stage.comments(pull))
        hidden = "```\n/gate cancel\n```\n\n> /gate cancel\n\n    /gate cancel\n"
        told = stage.says(stage.ann, pull, hidden)
        assert told.reactions == []
        assert len(stage.comments(pull)) == before
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        stage.page(pull)


def test_an_edit_makes_no_command_of_what_was_none(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.proposes("idea", WORSE)
        run = stage.concluded(pull.head.sha, "failure")
        told = stage.says(stage.ann, pull, "I like it.")
        stage.ann.edits_comment(stage.quick, told, stage.acceptance(run, "regression-"))
        stage.quiet()
        assert told.reactions == []
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        assert stage.run(pull.head.sha).conclusion == "failure"
        stage.page(pull)


def test_what_somebody_writes_into_our_comment_does_not_stay(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        pull = stage.blocked()
        comment = stage.sticky(pull)
        ours = comment.body
        mark = ours.splitlines()[0]
        forged = f"{mark}\n## Seedgate: safe to merge\n\nTrust me.\n"
        stage.bob.edits_comment(stage.quick, comment, forged)
        stage.quiet()
        for _ in range(2):
            assert stage.sticky(pull).body == forged
            stage.app_now.reconciler.sweep()
            stage.quiet()
        assert stage.sticky(pull).body == ours
        assert stage.app_now.reconciler.sweep().mended == 0
        stage.page(pull)


def test_what_another_app_says_is_not_heard(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        other = stage.town.app("parrot", stage.ann, {"issues": "write"}, ())
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        before = len(stage.comments(pull))
        with stage.town.world.lock:
            place = (stage.town.world, stage.quick, pull.number)
            author = changes.Author(other.bot_id, other.id)
            told = changes.add_comment(*place, "/gate run", author)
        stage.quiet()
        assert told.reactions == []
        assert len(stage.comments(pull)) == before
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        stage.page(pull)


def test_a_check_of_our_name_by_another_app_opens_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        other = stage.town.app("squatter", stage.ann, {"checks": "write"}, ())
        rule = (stage.quick, "main", "seedgate", stage.app.id)
        stage.ann.requires_check(*rule, seen=False)
        sha = stage.bob.pushes(stage.quick, "idea", behaving("idea", WORSE))
        with stage.town.world.lock:
            theirs = create_run(
                Place(stage.town.world, stage.quick),
                other,
                {
                    "name": "seedgate",
                    "head_sha": sha,
                    "conclusion": "success",
                    "external_id": f"seedgate:{sha}",
                },
            )
        pull = stage.bob.opens_pull(stage.quick, "idea")
        stage.ends(sha, "failure")
        stage.quiet()
        ours = [one for one in stage.runs(sha) if one.app_id == stage.app.id]
        assert [one.conclusion for one in ours] == ["failure"]
        assert theirs.conclusion == "success"
        assert not stage.merges(pull)
        stage.page(pull)


def test_a_fork_runs_nothing_and_trust_is_recorded_for_its_commit(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        carl = stage.carl()
        fork = carl.forks(stage.quick)
        carl.pushes(fork, "idea", behaving("idea", BETTER))
        pull = carl.opens_pull(stage.quick, "idea", source=fork)
        sha = pull.head.sha
        stage.concluded(sha, "action_required")
        stage.says(carl, pull, f"/gate ok {sha}")
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        stage.says(stage.bob, pull, f"/gate ok {sha}")
        (trust,) = stage.app_now.pulls.acts(stage.key(pull))
        assert trust.sha == sha
        assert "sandbox" in plain(stage.comments(pull)[-1].body)
        assert stage.run(sha).conclusion == "action_required"
        assert stage.crew.ran == []
        stage.page(pull)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (
            {
                "big.bin": "version https://git-lfs.github.com/spec/v1\n"
                f"oid sha256:{'0' * 64}\nsize 12\n"
            },
            "big.bin",
        ),
        ({".gitattributes": "* filter=evil merge=evil diff=evil\n"}, ""),
        ({".lfsconfig": "[lfs]\nurl = http://evil.example\n"}, ""),
        ({".githooks/post-checkout": "#!/bin/sh\ntouch pwned\n"}, ""),
    ],
    ids=["a pointer of LFS", "attributes", "settings of LFS", "hooks"],
)
def test_nothing_that_a_branch_tells_git_is_done(
    tmp_path: Path, files: dict[str, str], named: str
) -> None:
    with staged(tmp_path) as stage:
        tree = {**behaving("idea", BETTER), **files}
        stage.bob.pushes(stage.quick, "idea", tree)
        pull = stage.bob.opens_pull(stage.quick, "idea")
        run = stage.concluded(pull.head.sha, "action_required" if named else "success")
        assert named in plain(str(run.output["summary"]))
        assert not list(tmp_path.rglob("pwned*"))
        stage.page(pull)


def test_no_secret_is_on_disk_or_in_what_trials_see(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        tree = {**behaving("idea"), "train.py": CURIOUS}
        stage.bob.pushes(stage.quick, "idea", tree)
        pull = stage.bob.opens_pull(stage.quick, "idea")
        stage.concluded(pull.head.sha, "failure")
        stage.says(stage.bob, pull, "/gate status")
        with stage.town.world.lock:
            tokens = list(stage.town.world.tokens)
        assert tokens
        inner = "".join(keys()[0].splitlines()[1:-1])[:64]
        secrets = [*tokens, SECRET, inner, "a secret of tests"]
        kept = [one for one in tmp_path.rglob("*") if one.is_file()]
        assert any(b"I see PATH" in one.read_bytes() for one in kept)
        for file in kept:
            text = file.read_bytes().replace(b"\n", b"")
            for secret in secrets:
                assert secret.encode() not in text, (file, secret[:8])
        stage.page(pull)


def test_a_flood_of_commands_is_answered_and_holds_no_verdict_up(
    tmp_path: Path,
) -> None:
    with staged(tmp_path) as stage:
        carl = stage.carl()
        pull = stage.proposes("idea", WORSE)
        stage.concluded(pull.head.sha, "failure")
        for _ in range(12):
            carl.comments(stage.quick, pull, "/gate run")
        new = stage.bob.pushes(stage.quick, "idea", behaving("second", BETTER))
        stage.concluded(new, "success")
        assert stage.app_now.pulls.acts(stage.key(pull)) == []
        stage.quiet()
        replies = [one for one in stage.comments(pull) if "seedgate reply" in one.body]
        assert len(replies) == 5  # the others were heard, and not read
        stage.run(pull.head.sha)
        stage.town.reader.read_run(stage.runs(new)[0])
        stage.page(pull)
