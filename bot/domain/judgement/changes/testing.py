"""The whole branch tested against itself without one change, or why it cannot be."""

from dataclasses import dataclass
from functools import partial

from bot.domain.errors import UserFault
from bot.domain.judgement.case import Case
from bot.domain.judgement.changes.arms import ChangeArms, evidence_of, look_of
from bot.domain.judgement.compared import Incomparable, attempt, rule_of
from bot.domain.judgement.evidence import Rulebook
from bot.domain.judgement.failures import BROKEN_SHARE, fails_more
from bot.domain.judgement.family import boundary
from bot.domain.policy import Metric, Role
from bot.domain.stats.comparison import FEWEST, Comparison, compare
from bot.domain.stats.failures import fisher_more_failures
from bot.domain.verdict import Reason

Place = tuple[str, str]
"""A change's id and a primary metric's name."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A change's effect on one metric, compared at the level of its own look."""

    change: str
    metric: Metric
    case: Case
    level: float
    found: Comparison

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return self.change, self.metric.name

    @property
    def pairs(self) -> int:
        """Complete pairs, or the trials of the smaller arm."""
        return self.case.sample(self.metric.name).smaller

    @property
    def all_equal(self) -> bool:
        """Whether every pair is complete and has equal values in both arms."""
        sample = self.case.sample(self.metric.name)
        return sample.equal and sample.smaller == self.case.evidence.branch.n

    def high_at(self, level: float) -> float:
        """The upper end of the interval at the level that harm is held to."""
        if level == self.level:
            return self.found.high
        sample = self.case.sample(self.metric.name)
        return compare(sample, rule_of(self.case, self.metric), level).high


def primaries(rules: Rulebook) -> tuple[Metric, ...]:
    """The metrics on which changes are judged."""
    return tuple(one for one in rules.mode.metrics if one.role is Role.PRIMARY)


def case_of(rules: Rulebook, arms: ChangeArms, change: str) -> Case | str:
    """The comparison that a change is judged by, or in words why there is none.

    The arm without the change stands in the baseline's place.
    """
    without, why_not = arms.left_out(change), arms.why_not(change)
    if why_not:
        return why_not
    if not without or not arms.full:
        missing = "the branch without it" if arms.full else "the whole branch"
        return f"there are no trials of {missing}"
    evidence = evidence_of(rules, arms.full, without)
    look = look_of(rules, evidence, arms.looks_made)
    return Case(rules, evidence, look, may_pass=not fails_more(evidence))


def crash_p(case: Case) -> float:
    """Fisher's p that the branch fails no more often than without the change."""
    full, without = case.evidence.branch, case.evidence.baseline
    failed = len(full.crashed), len(without.crashed)
    return fisher_more_failures(failed[0], full.n, failed[1], without.n)


def tested(case: Case, change: str, metric: Metric) -> Tested | str:
    """The comparison at the level of the look, or in words why there is none."""
    few = _too_few(case, metric.name)
    if few:
        return few
    level = boundary(case, 1)
    try:
        rule = rule_of(case, metric)
    except UserFault as fault:
        return fault.problem
    found = attempt(case, metric.name, rule, partial(compare, level=level))
    if isinstance(found, Incomparable):
        return _in_words(found)
    return Tested(change, metric, case, level, found)


def _in_words(why: Incomparable) -> str:
    if why.reason is Reason.SATURATED:
        return "a value lies at a bound, where its scale has no numbers"
    return "the values without it change sign, and the tolerance is a share of them"


def _too_few(case: Case, metric: str) -> str:
    """In words why the trials cannot be compared; empty if they can."""
    without, full = case.evidence.baseline, case.evidence.branch
    failed = len(without.crashed)
    if failed >= BROKEN_SHARE * without.n:
        return f"{failed} of {without.n} trials without it failed"
    if len(full.crashed) == full.n:
        return f"all {full.n} trials of the whole branch failed"
    complete = case.sample(metric).smaller
    if complete >= FEWEST:
        return ""
    what = "pairs of trials are" if case.evidence.paired else "trials of an arm are"
    return f"only {complete} {what} complete, and a test needs {FEWEST}"
