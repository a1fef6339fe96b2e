"""What is said of what landed, of merge groups, and to a repository that is new."""

from bot.domain.conclusions import Judged, part_of
from bot.domain.github import CheckChange, CheckStatus, Conclusion, Output, Place
from bot.domain.pulls.posts import key_of
from bot.domain.pulls.standing import Voice
from bot.presentation.github import mark, marked
from bot.presentation.github.groups import gone, judged_before
from bot.presentation.github.installed import hint
from bot.presentation.github.landing import elsewhere, issue, not_judged, recalled
from tests.fakes import reports
from tests.golden.compare import agreed

PLACE = Place(3, 7)
LANDED, HEAD, BASE = (
    "c0ffee" + "1" * 34,
    "9e8d7c6b5a" + "2" * 30,
    "4f1c9a7b20" + "3" * 30,
)
BODY = f"{mark('pull-12')}\n## Merge\n\nAll is fine.\n\nMore.\n"


def said(text: str) -> str:
    output = Output("Merge: all is fine", "All is fine", text)
    word = CheckStatus.COMPLETED, output, Conclusion.SUCCESS
    part = part_of(12, "main", Judged(reports.passing().verdict))
    return shown(judged_before(-5, 12, Voice(part, CheckChange(*word, "https://x.y"))))


def shown(voice: Voice) -> str:
    change = voice.change
    output = change.output
    state = f"{change.status.value} {change.conclusion}"
    texts = (output.title, state, output.summary, output.text, change.details_url)
    return "\n\n".join(one for one in texts if one)


def test_all_of_it_is_as_agreed() -> None:
    opened, told = issue(PLACE, 12, (LANDED, HEAD, BASE)), hint(PLACE)
    texts = (
        elsewhere(BODY, LANDED, BASE),
        not_judged(BODY, LANDED, HEAD),
        f"{opened.title}\n\n{opened.body}",
        f"{told.title}\n\n{told.body}",
        said("| a table |"),
        shown(gone(-5, "main")),
    )
    text = "\n\n----\n\n".join(texts) + "\n"
    assert text == agreed("github_landing.md", text)


def test_the_mark_stays_first_and_the_alert_comes_once() -> None:
    once = not_judged(BODY, LANDED, HEAD)
    assert marked(once) == "pull-12"
    assert not_judged(once, LANDED, HEAD) == once
    assert not_judged(once.replace("\n", "\r\n"), LANDED, HEAD) == once
    assert once.count("[!CAUTION]") == 1


def test_a_comment_of_one_line_gets_its_alert_below() -> None:
    body = elsewhere(mark("pull-12"), LANDED, BASE)
    assert marked(body) == "pull-12"
    assert "[!NOTE]" in body


def test_what_was_judged_before_keeps_its_conclusion_and_loses_its_buttons() -> None:
    part = part_of(12, "main", Judged(reports.passing().verdict))
    output = Output("Title", "Summary")
    change = CheckChange(CheckStatus.COMPLETED, output, Conclusion.SUCCESS)
    one = judged_before(-5, 12, Voice(part, change))
    assert one.change.conclusion is Conclusion.SUCCESS
    assert one.change.buttons == ()
    assert (one.part.pull, one.part.state) == (-5, part.state)
    assert gone(-5, "main").part.over


def test_each_issue_has_a_key_of_its_own() -> None:
    keys = {key_of(issue(PLACE, 12, (LANDED, HEAD, BASE))), key_of(hint(PLACE))}
    assert keys == {"issue:7:landed-12", "issue:7:installed"}


def test_a_comment_by_its_check_run_has_the_answer_and_what_stands_there() -> None:
    body = recalled("pull-12", "Safe to merge: nothing is worse", "All is fine.\n")
    assert body == f"{mark('pull-12')}\n## Seedgate: safe to merge\n\nAll is fine.\n"
    assert not_judged(body, LANDED, HEAD).count("[!CAUTION]") == 1


def test_a_summary_for_which_a_comment_has_no_room_is_left_to_the_check_run() -> None:
    body = recalled("pull-12", "Safe to merge: fine", "x" * 60_000)
    assert body == f"{mark('pull-12')}\n## Seedgate: safe to merge\n\n"
    assert "[!NOTE]" in elsewhere(body, LANDED, BASE)
