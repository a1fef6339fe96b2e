"""Who speaks for a commit that several pull requests have."""

from dataclasses import replace

from bot.domain.conclusions import (
    Closed,
    Judged,
    NotGated,
    Outcome,
    Running,
    WaitingForTrust,
    part_of,
)
from bot.domain.github import Annotation, CheckChange, CheckStatus, Output, Place
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.standing import Standing, Voice, check_post
from tests.fakes import reports

HEAD, OTHER = "a" * 40, "b" * 40
GOOD, BAD = Judged(reports.passing().verdict), Judged(reports.blocking().verdict)
REMARK = Annotation("train.py", 1, 1, "warning", "Look here.")


def standing(number: int, outcome: Outcome | None, base: str = "main") -> Standing:
    """A pull request whose check run is titled by its number."""
    facts = (PullKey(7, number), 3, HEAD, base)
    if outcome is None:
        return Standing(*facts, open=True)
    change = CheckChange(CheckStatus.IN_PROGRESS, Output(str(number), "Summary"))
    voice = Voice(part_of(number, base, outcome), change, (REMARK,))
    return Standing(*facts, open=True, voice=voice)


def speaks(*standings: Standing) -> str:
    post = check_post(standings, HEAD)
    assert post is not None
    return post.change.output.title


def test_nobody_speaks_for_a_commit_of_which_nothing_is_said() -> None:
    assert check_post([], HEAD) is None
    assert check_post([standing(1, None)], HEAD) is None
    assert check_post([replace(standing(1, GOOD), head=OTHER)], HEAD) is None


def test_one_alone_speaks_for_itself_with_its_annotations() -> None:
    post = check_post([standing(1, GOOD), standing(2, None)], HEAD)
    assert post is not None
    assert (post.place, post.sha) == (Place(3, 7), HEAD)
    assert post.annotations == (REMARK,)


def test_the_worst_verdict_speaks() -> None:
    assert speaks(standing(1, GOOD), standing(2, BAD, "release")) == "2"


def test_nothing_is_green_while_one_is_open() -> None:
    assert speaks(standing(1, BAD), standing(2, Running(), "release")) == "2"


def test_who_is_over_is_silent_while_another_is_not() -> None:
    assert speaks(standing(1, Closed()), standing(2, GOOD)) == "2"
    assert speaks(standing(1, NotGated()), standing(2, GOOD)) == "2"


def test_a_stranger_never_worsens_the_commit_of_an_insider() -> None:
    assert speaks(standing(1, WaitingForTrust()), standing(2, GOOD)) == "2"


def test_it_is_known_whether_the_answer_was_given() -> None:
    told = [standing(1, one).ended for one in (None, Running(), GOOD)]
    assert told == [False, False, True]
