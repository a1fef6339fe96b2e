"""Nothing that is said is longer than GitHub takes, and nothing foreign in it acts."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.adapters.commonmark import command_lines
from bot.domain.conclusions import Judged, Outcome, Running
from bot.domain.verdict import (
    ChangeVerdict,
    Finding,
    FindingKind,
    Reason,
    Report,
    Ruling,
)
from bot.presentation.github import (
    CheckRunText,
    Override,
    Situation,
    call,
    check_run,
    marked,
    requests,
    sticky,
)
from tests.fakes import (
    accepted_reports,
    reports,
    shown_reports,
    situations,
    wide_reports,
)
from tests.fakes.reports import HOSTILE
from tests.fakes.situations import HEAD, PAGE, judged

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
OWN_HTML = ("<details>", "</details>", "<summary>", "<br>", "<!-- seedgate k -->")
LINKED = re.compile(
    r"@[\w-]|#\d|\bGH-\d|GHSA-|CVE-\d|://|www\.|mailto:|xmpp:|:[\w+-]+:"
    r"|(?<![0-9a-z])(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}(?![0-9a-z])",
    re.IGNORECASE,
)
REFERENCES = (
    "@ada #12 GH-1 o/r#1 www.x.example http://x.example mailto:a@b.c :tada: "
    "4f1c9a7b20d3 CVE-2024-1"
)
MARKS = (
    "` ``` ~~~ ** _ [x](y) ![x](y) [^1] <b> </summary> </details> <!-- --> &lt; | \\ "
    "/gate + --- > # $ ```mermaid %%{init"
)
PIECES = f"{REFERENCES} {MARKS}".split(" ")
FOREIGN = some.lists(
    some.one_of(
        some.sampled_from(
            [*PIECES, "\n", " ", "\n/gate run", "\u202e", "\N{PARTY POPPER}"]
        ),
        some.text(max_size=4),
    ),
    min_size=1,
    max_size=8,
).map("".join)


def tokens(text: str) -> Iterator[Token]:
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def assert_harmless(text: str) -> None:
    """Our own HTML and our own link alone; no reference, no command."""
    every = list(tokens(text))
    links = [one.attrGet("href") for one in every if one.type == "link_open"]
    assert set(links) <= {PAGE}
    assert not any(one.type == "image" for one in every)
    html = [one.content for one in every if one.type.startswith("html")]
    assert all(one.lstrip().startswith(OWN_HTML) for one in html)
    left = "\n".join(one.content for one in every if one.type == "text")
    assert not LINKED.search(left)
    assert command_lines(text) == ()
    fences = [one for one in every if one.type == "fence"]
    assert all(one.info in ("text", "mermaid") for one in fences)


def assert_well_said(said: Situation) -> str:
    """Within all limits, and harmless; gives the comment."""
    run, bodies = check_run(said), (sticky(said, "k"), call(said, "k"))
    assert_within_limits(run, bodies)
    assert_quiet(run, bodies)
    return bodies[0]


def assert_within_limits(run: CheckRunText, bodies: tuple[str, str]) -> None:
    assert 0 < len(run.title.encode()) <= 255
    assert "\n" not in run.title
    assert 0 < len(run.summary.encode()) <= 65_535
    assert len(run.text.encode()) <= 65_535
    assert len(run.actions) <= 3
    for one in run.actions:
        assert len(one.label) <= 20
        assert len(one.description) <= 40
        assert len(one.identifier) <= 20
    assert all(0 < len(portion) <= 50 for portion in requests(run.annotations))
    for mark in run.annotations:
        assert len(mark.title.encode()) <= 255
        assert 0 < len(mark.message.encode()) <= 64_000
        assert mark.line >= 1
    for text in bodies:
        assert len(text.encode("utf-16-le")) // 2 <= 60_000
        text.encode()


def assert_quiet(run: CheckRunText, bodies: tuple[str, str]) -> None:
    for body in (run.summary, run.text, *bodies):
        assert_harmless(body)
        for block in re.findall(r"```mermaid\n(.*?)```", body, re.DOTALL):
            assert len(block) <= 50_000
    assert not LINKED.search(run.title)
    for one in run.annotations:
        assert not LINKED.search(f"{one.title} {one.message}")
    assert marked(bodies[0]) == "k"


@pytest.mark.parametrize("name", situations.SITUATIONS)
def test_every_example_is_within_the_limits_and_harmless(name: str) -> None:
    said = situations.SITUATIONS[name]()
    assert_well_said(said)


@pytest.mark.parametrize(
    "report",
    [
        reports.hostile(),
        wide_reports.hostile_changes(),
        shown_reports.hostile_exhibits(),
    ],
    ids=["names", "changes", "exhibits"],
)
def test_no_report_can_make_a_comment_act(report: Report) -> None:
    said = judged(report)
    assert_well_said(said)


@settings(max_examples=60, deadline=None)
@given(
    FOREIGN,
    some.integers(0, len(situations.hostile_outcomes("")) - 1) | some.just(-1),
)
def test_nothing_foreign_acts_wherever_it_stands(text: str, at: int) -> None:
    every: tuple[Outcome, ...] = (*situations.hostile_outcomes(text), Running())
    said = situations.hostile(text, every[at])
    assert_well_said(said)


def files(text: str, count: int, state: Ruling) -> tuple[Finding, ...]:
    """A finding with so many files of that name, and one of the policy."""
    kind = FindingKind.PROTECTED
    names = tuple(f"{text}{at}" for at in range(count))
    touched = Finding(
        "protected-1",
        kind,
        state,
        Reason.PROTECTED_TOUCHED,
        evidence={"files": names, "patterns": (text,)},
    )
    policy = Finding(
        "trust-1",
        FindingKind.TRUST,
        Ruling.BLOCK,
        Reason.POLICY_TOUCHED,
        evidence={
            "path": ".github/seedgate.yml",
            "what": "unreadable",
            "lines": (3, 0, 9),
            "faults": (text,),
            "count": 1,
        },
    )
    return touched, policy


def enormous(text: str) -> Report:
    """60 slices in each of 20 modes, 300 changes, 120 files, long logs, long names."""
    whole = reports.loss(6, 0.03, state=Ruling.BLOCK, reason=Reason.HARM_SHOWN)
    whole = replace(whole, name=text[:300])
    slices = [
        replace(
            wide_reports.slice_of(whole.name, f"{at}{text}", 0.03), slice_of=whole.name
        )
        for at in range(60)
    ]
    every = (whole, *slices)
    found = tuple(wide_reports.told(one) for one in slices)
    modes = [
        reports.mode(f"{at}{text}", Ruling.BLOCK, every, found) for at in range(20)
    ]
    made = reports.report(
        Ruling.BLOCK, modes[:1], (*files(text, 300, Ruling.BLOCK), *found)
    )
    one = wide_reports.changes()[1]
    effects = tuple(replace(one.effects[0], mode=f"{at}{text}") for at in range(20))
    changes = tuple(
        ChangeVerdict(f"{at}{text}", effects, text, (text,)) for at in range(300)
    )
    verdict = replace(made.verdict, modes=tuple(modes), changes=changes)
    loud = tuple(
        replace(
            trial,
            result=replace(trial.result, log_tail=text * 500),
        )
        for trial in made.trials
        if trial.result is not None
    )
    return replace(made, verdict=verdict, trials=loud)


@pytest.mark.parametrize(
    "text",
    [HOSTILE * 2, "\N{PARTY POPPER}" * 150, "\u4e2d`" * 100],
    ids=["hostile", "emoji", "wide"],
)
def test_the_largest_report_with_the_worst_names_is_within_the_limits(
    text: str,
) -> None:
    report = enormous(text)
    (lifted, *_) = accepted_reports.accepted().verdict.findings
    given = Override(text * 9, text * 9, text * 99, text * 9, digest=lifted.digest)
    found = (lifted, *report.verdict.findings)
    verdict = replace(report.verdict, findings=found)
    said = Situation(Judged(verdict), HEAD, text, PAGE, report)
    said = replace(said, overrides=(given,) * 300)
    assert len(said.lifting) == 300
    body = assert_well_said(said)
    assert "do not merge" in body.splitlines()[1]
    assert f"the [details page]({PAGE}) has all of it" in body
    html = "".join(one.content for one in tokens(body) if one.type == "html_block")
    assert html.count("<details>") == html.count("</details>")
    assert body.rstrip().endswith("lists all commands.")


def test_who_accepted_a_finding_and_why_is_only_text() -> None:
    report = accepted_reports.hostile_accepted()
    said = Situation(Judged(report.verdict), HEAD, "main", PAGE, report)
    said = replace(said, overrides=report.accepted)
    assert len(said.lifting) == 4
    assert_well_said(said)


def test_what_is_left_out_is_counted_without_a_page_too() -> None:
    report = enormous("x" * 200)
    said = Situation(Judged(report.verdict), HEAD, "main", "", report)
    assert re.search(r"\*Left out for length: \d+ parts\.\*", sticky(said, "k"))


def test_of_a_merge_group_it_is_counted_without_an_address_that_nobody_opens() -> None:
    report = enormous("x" * 200)
    said = Situation(Judged(report.verdict), HEAD, "main", PAGE, report)
    of_pull, of_group = check_run(said), check_run(replace(said, grouped=True))
    assert f"the [details page]({PAGE}) has all of it" in of_pull.text
    assert re.search(r"\*Left out for length: \d+ parts\.\*", of_group.text)
    assert PAGE not in of_group.summary + of_group.text


def test_files_are_marked_and_hostile_paths_are_not() -> None:
    made = reports.report(Ruling.BLOCK, (), files("eval/a\n", 2, Ruling.BLOCK))
    (first, second) = check_run(judged(made)).annotations
    assert (first.path, first.line, second.line) == (".github/seedgate.yml", 3, 9)
    plain = reports.report(Ruling.BLOCK, (), files("eval/a", 120, Ruling.UNDECIDED))
    run = check_run(judged(plain))
    assert len(run.annotations) == 122
    assert [len(one) for one in requests(run.annotations)] == [50, 50, 22]
    assert {str(one.level) for one in run.annotations} == {"failure", "warning"}
    many = reports.report(Ruling.BLOCK, (), files("eval/a", 500, Ruling.INFO))
    found = check_run(judged(many)).annotations
    assert len(found) == 150
    assert found[-1].level == "notice"


def test_a_finding_of_a_file_without_lines_is_marked_on_the_first() -> None:
    one = Finding(
        "trust-1",
        FindingKind.TRUST,
        Ruling.INFO,
        Reason.POLICY_TOUCHED,
        evidence={"path": ".github/seedgate.yml", "what": "added"},
    )
    made = reports.report(Ruling.BLOCK, (), (one,))
    assert check_run(judged(made)).annotations[0].line == 1
