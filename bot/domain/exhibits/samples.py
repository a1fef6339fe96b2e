"""Sample outputs of baseline and branch side by side: one name, one seed."""

from collections.abc import Iterator

from bot.domain.arms import BASELINE, BRANCH
from bot.domain.exhibits.by_arm import Arms, observed
from bot.domain.trials import Trial
from bot.domain.verdict.exhibits import SamplePair, SamplePane
from workers.contract import Sample

MOST = 16
"""Outputs of one mode that are shown."""


def samples(mode: str, arms: Arms) -> tuple[SamplePair, ...]:
    """Each output once, from the first seed that showed it in both arms."""
    found: dict[str, SamplePair] = {}
    for old, new in _of_one_seed(arms):
        after = {one.name: one for one in observed(new).samples}
        for before in observed(old).samples:
            if before.name in after and before.name not in found:
                panes = (_pane(BASELINE, before), _pane(BRANCH, after[before.name]))
                found[before.name] = SamplePair(mode, before.name, old.seed, panes)
    return tuple(found.values())[:MOST]


def _of_one_seed(arms: Arms) -> Iterator[tuple[Trial, Trial]]:
    branch = {one.seed: one for one in arms.get(BRANCH, ())}
    for one in arms.get(BASELINE, ()):
        if one.seed in branch:
            yield one, branch[one.seed]


def _pane(arm: str, one: Sample) -> SamplePane:
    return SamplePane(arm, one.step, one.text)
