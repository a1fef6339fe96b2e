"""Standings in short, and merge groups that are kept like pull requests."""

from bot.domain.conclusions import Judged, Outcome, Running, Waiting, part_of
from bot.domain.github import CheckChange, CheckStatus, Conclusion, Output, Place
from bot.domain.pulls.acts import PullKey, group_key
from bot.domain.pulls.standing import Standing, Voice
from tests.fakes import reports

HEAD = "a" * 40


def standing(outcome: Outcome | None) -> Standing:
    facts = (PullKey(7, 12), 3, HEAD, "main")
    if outcome is None:
        return Standing(*facts, open=True)
    part = part_of(12, "main", outcome)
    output = Output("Title", "Summary")
    change = CheckChange(CheckStatus.QUEUED, output)
    if part.state.conclusion is not None:
        word = Conclusion(part.state.conclusion.value)
        change = CheckChange(CheckStatus.COMPLETED, output, word)
    return Standing(
        *facts,
        open=True,
        inputs="known",
        voice=Voice(part, change),
        again_at=5.0,
        draft=True,
        labels=("gpu",),
        stale_at=9.0,
        base_now="b" * 40,
        default_now="d" * 40,
    )


def test_an_outline_says_whether_anything_is_said_and_whether_that_has_ended() -> None:
    told = [
        standing(one).outline
        for one in (None, Waiting(), Running(), Judged(reports.passing().verdict))
    ]
    assert [one.speaks for one in told] == [False, True, True, True]
    assert [one.waits for one in told] == [False, True, True, False]
    assert [one.runs for one in told] == [False, False, True, False]


def test_an_outline_has_all_that_a_change_on_github_shows_in() -> None:
    one = standing(Waiting()).outline
    assert (one.pull, one.head, one.base_ref) == (PullKey(7, 12), HEAD, "main")
    assert (one.draft, one.labels, one.stale_at) == (True, ("gpu",), 9.0)
    assert (one.base_now, one.default_now) == ("b" * 40, "d" * 40)
    assert one.place == Place(3, 7) == standing(None).place


def test_what_is_closed_or_unsaid_is_decided_anew_at_the_next_look() -> None:
    one = standing(Waiting())
    assert (one.closed.open, one.closed.inputs, one.closed.again_at) == (
        False,
        "",
        None,
    )
    assert (one.unsaid.open, one.unsaid.inputs, one.unsaid.again_at) == (True, "", 5.0)


def test_a_merge_group_has_a_number_that_no_pull_request_has() -> None:
    key = group_key(7, "0123456789abcdef" + "0" * 24)
    assert key == PullKey(7, -0x0123456789AB)
    assert key.is_group
    assert not PullKey(7, 12).is_group
    assert str(key) == "7:-1250999896491"
