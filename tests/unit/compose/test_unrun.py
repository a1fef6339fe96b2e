"""Reports of what needed no trial."""

import dataclasses

from bot.adapters.policy_file import load_policy
from bot.app.asking import Request
from bot.app.local import compare
from bot.compose.reporting import unrun
from bot.domain.evaluation import unjudged
from bot.domain.verdict import Reason
from tests.unit.app.test_ladder_plans import BASE, STAGES, story


def test_two_pull_requests_of_one_commit_have_a_report_each() -> None:
    compared = compare(story(BASE + STAGES), Request(), load_policy)
    nothing = unjudged(Reason.NOTHING_CHANGED, {})
    first, second = (
        unrun(dataclasses.replace(compared, whose=whose), nothing, "")
        for whose in ("1#3@head", "1#6@head")
    )
    assert first.evaluation != second.evaluation
