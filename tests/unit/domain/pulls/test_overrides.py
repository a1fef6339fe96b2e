"""Who accepted what, and until when."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import (
    Accept,
    Command,
    Run,
    Unaccept,
    UntilCommit,
    UntilDays,
)
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.overrides import (
    DAY_S,
    USUAL_DAYS,
    Acceptance,
    UntilTime,
    Withdrawal,
    entries,
    next_end,
    standing,
)

PULL = PullKey(7, 12)
HEAD, OTHER = "a" * 40, "b" * 40
HARM = "regression-5bd0c3a1"
DIGEST = "5bd0c3a1" * 8


def act(command: Command, at: float = 0.0, sha: str = HEAD) -> Act:
    return Act(f"comment:{at}", PULL, sha, command, 5, "ann", at)


def accept(
    until: UntilCommit | UntilDays | None = None, at: float = 0.0, of: str = HARM
) -> Act:
    return act(Accept(of, "slower, but right", until, DIGEST), at)


def test_an_acceptance_says_who_and_why_and_ends_by_itself() -> None:
    (one,) = standing([accept(at=100.0)], HEAD, 200.0)
    ends = 100.0 + USUAL_DAYS * DAY_S
    assert one == Acceptance(
        HARM, 5, "ann", "slower, but right", 100.0, UntilTime(ends), DIGEST
    )
    assert (one.ends_at, one.commit) == (ends, "")
    assert standing([accept(at=100.0)], HEAD, ends) == ()


def test_it_outlives_a_push_as_long_as_the_finding_is_the_same() -> None:
    assert len(standing([accept()], OTHER, 1.0)) == 1


def test_one_that_is_given_for_a_commit_ends_with_it_and_not_before() -> None:
    acts = [accept(UntilCommit(HEAD))]
    (one,) = standing(acts, HEAD, 400 * DAY_S)
    assert (one.commit, one.ends_at) == (HEAD, None)
    assert standing(acts, OTHER, 0.0) == ()
    assert next_end(acts, 0.0) is None


def test_days_are_counted_from_when_it_was_given() -> None:
    acts = [accept(UntilDays(7), at=50.0)]
    assert next_end(acts, 50.0) == 50.0 + 7 * DAY_S
    assert standing(acts, HEAD, 50.0 + 7 * DAY_S - 1)
    assert not standing(acts, HEAD, 50.0 + 7 * DAY_S)
    assert next_end(acts, 50.0 + 7 * DAY_S) is None


def test_the_last_word_on_a_finding_counts() -> None:
    back = act(Unaccept(HARM), 2.0)
    assert standing([accept(at=1.0), back], HEAD, 3.0) == ()
    assert next_end([accept(at=1.0), back], 3.0) is None
    (one,) = standing([accept(at=1.0), back, accept(UntilDays(1), 3.0)], HEAD, 4.0)
    assert one.ends_at == 3.0 + DAY_S


def test_a_shorter_word_ends_a_longer_one() -> None:
    acts = [accept(), accept(UntilCommit(OTHER), 1.0)]
    assert standing(acts, HEAD, 2.0) == ()


def test_one_that_names_no_digest_lifts_nothing() -> None:
    without = act(Accept(HARM, "known"), 1.0)
    assert standing([without], HEAD, 2.0) == ()
    assert next_end([without], 2.0) is None
    assert standing([accept(), without], HEAD, 2.0) == ()


def test_other_orders_say_nothing_of_findings() -> None:
    acts = [act(Run()), accept(at=1.0), act(Unaccept("tests-00000000"), 2.0)]
    assert [type(one) for one in entries(acts)] == [Acceptance, Withdrawal]
    assert len(standing(acts, HEAD, 3.0)) == 1


_FINDINGS = st.sampled_from(["tests-00000001", "limit-00000002", HARM])
_ENDS = st.sampled_from([None, UntilDays(1), UntilDays(90), UntilCommit(HEAD)])
_COMMANDS = st.one_of(
    st.builds(Accept, _FINDINGS, st.just("why"), _ENDS, st.just(DIGEST)),
    st.builds(Unaccept, _FINDINGS),
    st.builds(Run),
)
_ACTS = st.lists(st.tuples(st.floats(0, 1e7), _COMMANDS)).map(
    lambda many: [act(one, at) for at, one in sorted(many, key=lambda pair: pair[0])]
)
_NOW = st.floats(0, 2e7)


@given(_ACTS, _NOW)
def test_a_finding_is_accepted_once_and_never_after_it_was_taken_back(
    acts: list[Act], now: float
) -> None:
    found = standing(acts, HEAD, now)
    names = [one.finding for one in found]
    assert len(names) == len(set(names))
    for name in names:
        last = [one for one in acts if getattr(one.command, "finding", "") == name][-1]
        assert isinstance(last.command, Accept)


@given(_ACTS, _NOW)
def test_nothing_changes_by_time_alone_before_the_next_end(
    acts: list[Act], now: float
) -> None:
    ends = next_end(acts, now)
    before = standing(acts, HEAD, now)
    if ends is None:
        assert standing(acts, HEAD, 1e12) == before
        return
    assert ends > now
    assert standing(acts, HEAD, max(now, ends - 1.0)) == before
    assert set(standing(acts, HEAD, ends)) < set(before)


@given(_ACTS, _NOW)
def test_taking_all_back_leaves_nothing(acts: list[Act], now: float) -> None:
    names = ("tests-00000001", "limit-00000002", HARM)
    back = [act(Unaccept(one), 3e7) for one in names]
    assert standing([*acts, *back], HEAD, now) == ()
