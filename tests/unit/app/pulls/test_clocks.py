"""Our clock and GitHub's: a command is about the head that was there by GitHub's."""

from pathlib import Path

import pytest

from tests.fakes.yard import yard


@pytest.mark.parametrize("ahead", [-30.0, 0.0, 30.0])
def test_a_head_is_recorded_by_the_clock_that_comments_are_dated_by(
    tmp_path: Path, ahead: float
) -> None:
    one = yard(tmp_path)
    one.github.ahead = ahead
    pull = one.opens()
    one.works(pull)
    one.clock.now += 100.0
    comment = one.says(pull, "/gate run")
    one.clock.now += 10.0
    one.pushes(pull, "print('other')\n")
    one.works(pull)
    recorded = one.store.head_at(one.key(pull), comment.created_at + 1.0)
    assert recorded == pull.head.sha
