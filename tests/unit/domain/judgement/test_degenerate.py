"""Whatever the trials are like: an answer, in numbers, and always the same."""

import dataclasses
import json
import math
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.judgement import Given, judge_given
from bot.domain.policy import Decision, RelativeTolerance
from bot.domain.trials import Crashed, Measured, Observation
from bot.domain.verdict import Ruling, Verdict
from tests.fakes.policies import guardrail, improve, limit, mode, primary, shown, target

ROLES = (
    primary("loss", 0.1, "night"),
    primary("error", 0.1),
    guardrail("seconds", None, "first"),
    dataclasses.replace(guardrail("share"), tolerance=RelativeTolerance(0.1)),
    improve("bpb", 0.0, "late"),
    improve("gap", 0.5),
    target("score", 0.5),
    limit("bytes", maximum=10.0),
    shown("lr"),
)
NAMES = tuple(name for one in ROLES for name in (one.name, *one.slice_names))
LOOKS = (2, 4, 6)
EXTREMES = (0.0, 1.0, -1.0, 1e-12, 1e12, 1.7e308, -1.7e308, 5e-324, math.nan, math.inf)

values = st.one_of(
    st.sampled_from(EXTREMES),
    st.floats(-10, 10, allow_subnormal=False),
    st.integers(0, 3).map(float),
)


@st.composite
def arms(draw: st.DrawFn) -> tuple[Observation, ...]:
    """One to eight trials; some failed, some lack a value, many alike."""
    pool = draw(st.lists(values, min_size=1, max_size=3))
    return tuple(draw(trial(i, pool)) for i in range(draw(st.integers(1, 8))))


def trial(seed: int, pool: Sequence[float]) -> st.SearchStrategy[Observation]:
    row = st.fixed_dictionaries({name: st.sampled_from(pool) for name in NAMES})
    missing = st.sets(st.sampled_from(NAMES), max_size=1)
    digest = st.sampled_from((None, "same", f"of {seed}"))
    whole = st.builds(
        lambda row, gone, digest: Measured(
            seed, {name: v for name, v in row.items() if name not in gone}, digest
        ),
        row,
        st.one_of(st.just(set()), missing),
        digest,
    )
    return st.one_of(whole, whole, whole, st.just(Crashed(seed, "exception")))


def verdict_on(
    baseline: Sequence[Observation], branch: Sequence[Observation]
) -> Verdict:
    runs = mode("mlp", *ROLES)
    both = Given(tuple(baseline), tuple(branch))
    return judge_given(runs, Decision(futility=True), LOOKS, both)


@settings(max_examples=50, deadline=None)
@given(arms(), arms())
def test_every_pair_of_arms_gets_an_answer_without_nan_and_twice_the_same(
    baseline: tuple[Observation, ...], branch: tuple[Observation, ...]
) -> None:
    verdict = verdict_on(baseline, branch)
    facts = [one.evidence for one in verdict.findings]
    json.dumps(facts, allow_nan=False)
    for metric in verdict.modes[0].metrics:
        shown_numbers = dataclasses.asdict(metric)
        del shown_numbers["role"], shown_numbers["direction"]
        json.dumps(shown_numbers, allow_nan=False)
    assert repr(verdict) == repr(verdict_on(baseline, branch))
    assert verdict.state is not Ruling.INFO
