"""The tutorial shows what the command prints, figure by figure."""

import pytest

from bot.adapters.trials_file import load_runs
from bot.domain.verdict import Ruling
from bot.presentation.replay_text import replay_lines
from tests.unit.presentation.replays import RUNS, TUTORIAL, speedrun

PAGE = TUTORIAL.read_text(encoding="utf-8")
SHOWN = [block.partition("\n```")[0] for block in PAGE.split("```text\n")[1:]]


def test_every_output_on_the_page_is_printed_by_the_command() -> None:
    both = (speedrun("comparisons"), speedrun("older"))
    printed = ["\n".join(replay_lines(one)) for one in both]
    assert len(SHOWN) >= 6
    for block in SHOWN:
        assert any(block in whole for whole in printed), block


@pytest.mark.parametrize("seeds", ["{min: 4, max: 20}", "{min: 4, max: 10}", "8"])
def test_the_table_of_schedules_is_what_replaying_them_gives(seeds: str) -> None:
    done = speedrun("comparisons", seeds)
    ended = sum(one.decided for one in done.each)
    cells = (
        f"`{seeds}`",
        str(ended),
        str(len(done.agreeing)),
        str(len(done.asking)),
        f"{done.saved} of {done.given}",
    )
    assert f"| {' | '.join(cells)} |" in PAGE


def test_the_words_around_the_tables_are_true() -> None:
    done = speedrun("comparisons")
    assert all("earlier version" in one.comparison.note for one in done.disagreeing)
    blocked = [one for one in done.each if one.state is Ruling.BLOCK]
    assert ["fewer steps alone" in one.comparison.name for one in blocked] == [True] * 3
    short = speedrun("comparisons", "{min: 4, max: 10}")
    left = [one for one in short.disagreeing if one.comparison.merged]
    assert [one.state for one in left] == [Ruling.UNDECIDED] * 4
    assert sum(len(runs) for runs in load_runs(RUNS).values()) == 1077
    assert len(speedrun("older").each) == 55
