"""The check run of a commit that several pull requests have: whose word it is."""

from dataclasses import replace

from bot.domain.conclusions import Closed, Judged, Outcome, part_of
from bot.domain.github import (
    Annotation,
    CheckChange,
    CheckStatus,
    Output,
    Place,
    octets,
)
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import CheckPost
from bot.domain.pulls.standing import Standing, Voice
from bot.presentation.github.sharing import check_post
from bot.presentation.github.sizes import TEXT
from tests.fakes import reports
from tests.unit.presentation.github.test_limits import assert_harmless

HEAD, OTHER = "a" * 40, "b" * 40
GOOD, BAD = Judged(reports.passing().verdict), Judged(reports.blocking().verdict)
REMARK = Annotation("train.py", 1, 1, "warning", "Look here.")
SUMMARY = "What is said of it."


def standing(number: int, outcome: Outcome | None, base: str = "main") -> Standing:
    facts = (PullKey(7, number), 3, HEAD, base)
    if outcome is None:
        return Standing(*facts, open=True)
    change = CheckChange(CheckStatus.IN_PROGRESS, Output(str(number), SUMMARY))
    voice = Voice(part_of(number, base, outcome), change, (REMARK,))
    return Standing(*facts, open=True, voice=voice)


def shown(*standings: Standing) -> CheckPost:
    post = check_post(standings, HEAD)
    assert post is not None
    return post


def summary(*standings: Standing) -> str:
    return shown(*standings).change.output.summary


def test_there_is_none_of_a_commit_of_which_nothing_is_said() -> None:
    assert check_post([], HEAD) is None
    assert check_post([standing(1, None)], HEAD) is None
    assert check_post([replace(standing(1, GOOD), head=OTHER)], HEAD) is None


def test_one_alone_speaks_for_itself_with_its_annotations() -> None:
    one = standing(1, GOOD)
    for many in ([one], [one, standing(2, None)], [standing(2, Closed()), one]):
        post = shown(*many)
        assert (post.place, post.sha) == (Place(3, 7), HEAD)
        assert post.annotations == (REMARK,)
        assert post.change.output == Output("1", SUMMARY)


def test_whose_word_is_shown_is_said_where_several_have_the_commit() -> None:
    many = standing(9, GOOD), standing(2, BAD, "release"), standing(1, GOOD)
    text = summary(*many)
    assert shown(*many).change.output.title == "2"
    assert text.startswith("Said of `#2` (onto `release`). ")
    assert "the head of `#1` and `#9` too" in text
    assert "Closing `#2`, or pushing another commit" in text
    assert text.endswith(SUMMARY)


def test_of_many_only_some_are_named() -> None:
    text = summary(standing(1, BAD), *(standing(n, GOOD) for n in range(2, 30)))
    assert "`#6`, `#7` and 22 more too" in text


def test_a_merge_group_has_no_number_to_be_told() -> None:
    group = standing(-5, GOOD)
    assert summary(standing(1, BAD), group) == SUMMARY
    assert summary(standing(1, GOOD), standing(-5, BAD, "release")) == SUMMARY


def test_the_name_of_a_branch_is_only_text() -> None:
    name = "`[x](https://evil.example)` @ada #1 " + "\N{COLLISION SYMBOL}" * 300
    text = summary(standing(1, BAD, name), standing(2, GOOD))
    assert text.startswith("Said of `#1` (onto ")
    assert_harmless(text)


def test_where_there_is_no_room_for_it_the_answer_stands_alone() -> None:
    one = standing(1, BAD)
    assert one.voice is not None
    for room, said in ((1_000, True), (100, False)):
        output = Output("1", "a" * (TEXT - room))
        voice = replace(one.voice, change=replace(one.voice.change, output=output))
        text = summary(replace(one, voice=voice), standing(2, GOOD))
        assert text.endswith(output.summary)
        assert text.startswith("Said of") is said
        assert octets(text) <= TEXT
