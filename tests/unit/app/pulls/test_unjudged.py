"""What is not needed on one base, and is on the next."""

from pathlib import Path

import pytest

from bot.domain.github import Pull
from tests.fakes.yard import POLICY, Yard, files, yard

REVERTED = {"train.py": "print(1)\n"}


def same_as_main(one: Yard, stranger: bool) -> Pull:
    """A branch with the very change that `main` has by now."""
    author = one.github.joins("eve") if stranger else None
    pull = one.opens(train="print('worse')\n", author=author)
    if stranger:
        one.github.towns[one.place].roles.pop(pull.author.id if pull.author else 0, 0)
    squashed = {"train.py": "print('worse')\n"}
    one.mirrors.pushes(one.place, "main", squashed, message="The same, squashed")
    one.bases.look(one.place, ["main"], {})
    one.works(pull)
    title = one.github.towns[one.place].said[one.run(pull.head.sha).id].output.title
    assert title.startswith("Not needed")
    return pull


@pytest.mark.parametrize("stranger", [False, True])
def test_it_is_looked_at_and_no_longer_green_once_the_base_is_another(
    tmp_path: Path, stranger: bool
) -> None:
    one = yard(tmp_path)
    pull = same_as_main(one, stranger)
    one.commits(REVERTED)
    one.bases.look(one.place, ["main"], {})
    assert one.due() == [pull.number]
    one.works()
    assert one.run(pull.head.sha).conclusion != "success"
    assert len(one.evaluations.begun) == (0 if stranger else 1)


def test_what_training_cannot_see_of_the_base_wakes_nobody(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=POLICY + "relevant: [train.py]\n"))
    pull = same_as_main(one, stranger=False)
    one.commits({"README.md": "Read me.\n"})
    one.bases.look(one.place, ["main"], {})
    assert one.due() == []
    one.works(pull)
    assert one.run(pull.head.sha).conclusion == "success"
