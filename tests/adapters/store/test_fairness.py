"""What every store promises to those who have little to do beside those with much."""

from dataclasses import replace

from bot.app.pulls.ports import PullStore
from bot.domain.commands import Source
from bot.domain.github import Place, Reaction
from bot.domain.pulls.acts import PullKey
from bot.domain.pulls.posts import ReactionPost
from tests.adapters.store.pull_samples import ELSEWHERE, PULL, REPOSITORY, remark

MANY = 30


def reactions(installation: int, repository: int, count: int) -> list[ReactionPost]:
    place = Place(installation, repository)
    return [ReactionPost(place, one, Reaction.SEEN) for one in range(count)]


def test_the_many_of_one_repository_do_not_hide_those_of_another(
    pulls: PullStore,
) -> None:
    for number in range(MANY):
        pulls.wake(PullKey(REPOSITORY, number), 99, 1.0)
    pulls.wake(ELSEWHERE, 98, 2.0)
    found = [one.pull for one in pulls.due(5.0, 3)]
    expected = [PullKey(REPOSITORY, 0), ELSEWHERE, PullKey(REPOSITORY, 1)]
    assert found == expected


def test_the_posts_of_one_installation_do_not_hide_those_of_another(
    pulls: PullStore,
) -> None:
    pulls.put(reactions(99, REPOSITORY, MANY))
    (late,) = reactions(98, 7, 1)
    pulls.put([late])
    found = list(pulls.waiting(1_000.0, 4))
    assert len(found) == 4
    assert late in [one.post for one in found]
    assert found == sorted(found, key=lambda one: (one.priority, one.since, one.key))


def test_the_remarks_of_one_repository_do_not_hide_those_of_another(
    pulls: PullStore,
) -> None:
    for number in range(MANY):
        pulls.note(remark(number, at=5.0 + number))
    late = remark(999, at=500.0, pull=ELSEWHERE)
    pulls.note(late)
    expected = [remark(0, at=5.0), remark(1, at=6.0), late]
    assert list(pulls.remarks(3)) == expected


def test_remarks_of_what_was_left_are_settled(pulls: PullStore) -> None:
    mine, other = remark(1), remark(2, pull=ELSEWHERE)
    strange = replace(remark(3, pull=PullKey(9, 1)), installation=77)
    review = replace(mine, key="review:1", source=Source.REVIEW)
    for one in (mine, other, strange, review):
        pulls.note(one)
    pulls.leave(99, REPOSITORY)
    assert list(pulls.remarks(9)) == [other, strange]
    assert not pulls.note(mine)
    pulls.leave(77)
    assert list(pulls.remarks(9)) == [other]
    pulls.leave(77, PULL.repository)
    pulls.leave(99)
    assert list(pulls.remarks(9)) == []
