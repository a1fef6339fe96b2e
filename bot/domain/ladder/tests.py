"""The repository's own tests, run once on the branch and once on the base."""

import hashlib

from bot.domain.ladder.climbed import Climbed
from bot.domain.ladder.lost import is_lost, lost_finding
from bot.domain.ladder.rungs import RungKind
from bot.domain.verdict import Evidence, Reason, Ruling, Rung
from bot.domain.verdict.findings import finding, timeless
from workers.contract import Failed, TrialResult


def judge_tests(stage: str, branch: TrialResult, baseline: TrialResult) -> Climbed:
    """PASS if they pass on the branch; BLOCK if they fail there alone.

    Where they fail on the base as well nothing can be said of the branch: UNDECIDED, as
    with a baseline whose trials fail.
    """
    gone = [one for one in (branch, baseline) if is_lost(one)]
    if gone:
        told = lost_finding(gone)
    else:
        reason, state = _ruling(branch, baseline)
        told = finding(reason, state, _facts(stage, branch, baseline))
    return Climbed(Rung(stage, str(RungKind.TESTS), told.state), (told,))


def _ruling(branch: TrialResult, baseline: TrialResult) -> tuple[Reason, Ruling]:
    if not isinstance(branch.outcome, Failed):
        return Reason.TESTS_PASSED, Ruling.PASS
    if isinstance(baseline.outcome, Failed):
        return Reason.TESTS_BROKEN, Ruling.UNDECIDED
    return Reason.TESTS_FAILED, Ruling.BLOCK


def _facts(stage: str, branch: TrialResult, baseline: TrialResult) -> Evidence:
    outcome = branch.outcome
    failed = outcome if isinstance(outcome, Failed) else None
    return {
        "stage": stage,
        "exit_status": branch.exit_status,
        "wall_s": round(branch.wall_s, 3),
        "last": _last_words(branch),
        "failure": str(failed.reason) if failed else None,
        "detail": failed.detail if failed else None,
        "baseline_status": baseline.exit_status,
        "baseline_last": _last_words(baseline),
        "said": _said(branch),
    }


def _said(result: TrialResult) -> str:
    """A digest of all that the tests said, times aside: other failures are others."""
    return hashlib.sha256(timeless(result.log_tail).encode()).hexdigest()[:16]


def _last_words(result: TrialResult) -> str:
    """The last line that is not empty: where test runners sum up."""
    lines = [one.strip() for one in result.log_tail.splitlines()]
    return next((one for one in reversed(lines) if one), "")
