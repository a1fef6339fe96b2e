"""How evaluations end, and that nothing unknown ever lets a merge pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.conclusions import (
    Advisory,
    BudgetSpent,
    Cancelled,
    CheckState,
    Closed,
    Conclusion,
    Conflict,
    Drafted,
    Ended,
    Impossible,
    Judged,
    NotGated,
    NotNeeded,
    Outcome,
    OwnFault,
    Partial,
    Plain,
    Running,
    Status,
    Superseded,
    TimeSpent,
    Waiting,
    WaitingForTarget,
    WaitingForTrust,
    conclude,
    deciding_part,
    outcome_of,
    part_of,
    state_of,
)
from bot.domain.verdict import (
    Finding,
    FindingKind,
    ModeVerdict,
    Reason,
    Ruling,
    Verdict,
)

NARROWED = Finding("partial-1", FindingKind.PARTIAL, Ruling.UNDECIDED, Reason.NARROWED)
LOST = Finding("lost-1", FindingKind.ENVIRONMENT, Ruling.UNDECIDED, Reason.TRIALS_LOST)
LOST_ALONE = replace(LOST, state=Ruling.INFO)
SPENT = Finding("spent-1", FindingKind.POWER, Ruling.UNDECIDED, Reason.ATTEMPTS_SPENT)
LOOKED = ModeVerdict(
    "mlp",
    Ruling.UNDECIDED,
    targeted=True,
    metrics=(),
    findings=(),
    looks=(4, 8),
    look=8,
)
UNSEEN = replace(LOOKED, name="conv", look=0)
ALIKE = replace(UNSEEN, state=Ruling.PASS)
PASSING = {Conclusion.SUCCESS, Conclusion.NEUTRAL}
"""What GitHub lets merge, of all that we ever send."""
verdicts = some.builds(
    Verdict,
    some.sampled_from(Ruling),
    some.sampled_from([(), (NARROWED,), (LOST,), (LOST_ALONE,), (SPENT,)]),
    some.sampled_from([(), (LOOKED,), (UNSEEN,), (LOOKED, UNSEEN), (LOOKED, ALIKE)]),
)
plain = some.one_of(
    some.builds(Judged, verdicts),
    some.builds(Partial, verdicts),
    some.builds(BudgetSpent, some.none() | verdicts),
    some.sampled_from(
        [
            NotNeeded(),
            Conflict(),
            WaitingForTrust(),
            WaitingForTrust(recorded=True),
            WaitingForTarget(),
            Impossible(),
            TimeSpent(),
            Superseded(),
            Closed(),
            Cancelled("ann"),
            Drafted(),
            NotGated(),
            OwnFault(),
        ]
    ),
)
ended = some.one_of(plain, some.builds(Advisory, plain))
outcomes = some.one_of(ended, some.sampled_from([Waiting(), Running()]))


def verdict(state: Ruling, *findings: Finding) -> Verdict:
    return Verdict(state, findings, (LOOKED,))


UNDECIDED = verdict(Ruling.UNDECIDED)


def found(reason: Reason, state: Ruling, **evidence: tuple[str, ...]) -> Finding:
    return Finding(
        f"x-{reason}", FindingKind.REGRESSION, state, reason, evidence=evidence
    )


TABLE = [
    (Judged(verdict(Ruling.PASS)), Conclusion.SUCCESS),
    (NotNeeded(), Conclusion.SUCCESS),
    (Judged(verdict(Ruling.BLOCK)), Conclusion.FAILURE),
    (Judged(verdict(Ruling.UNDECIDED)), Conclusion.ACTION_REQUIRED),
    (Judged(verdict(Ruling.INFO)), Conclusion.ACTION_REQUIRED),
    (Conflict(("model.py",)), Conclusion.ACTION_REQUIRED),
    (WaitingForTrust(), Conclusion.ACTION_REQUIRED),
    (WaitingForTarget(("mlp",)), Conclusion.ACTION_REQUIRED),
    (Impossible(), Conclusion.ACTION_REQUIRED),
    (BudgetSpent(), Conclusion.TIMED_OUT),
    (TimeSpent(60.0), Conclusion.TIMED_OUT),
    (Superseded("1a2b3c4"), Conclusion.CANCELLED),
    (Closed(), Conclusion.CANCELLED),
    (Cancelled("ann"), Conclusion.CANCELLED),
    (NotGated(), Conclusion.CANCELLED),
    (Drafted(), Conclusion.ACTION_REQUIRED),
    (OwnFault(), Conclusion.FAILURE),
    (Partial(verdict(Ruling.PASS)), Conclusion.ACTION_REQUIRED),
    (Partial(verdict(Ruling.BLOCK)), Conclusion.FAILURE),
    (Judged(verdict(Ruling.PASS, NARROWED)), Conclusion.ACTION_REQUIRED),
    (Advisory(Judged(UNDECIDED)), Conclusion.NEUTRAL),
    (Advisory(Judged(verdict(Ruling.PASS))), Conclusion.SUCCESS),
    (Advisory(Judged(verdict(Ruling.BLOCK))), Conclusion.FAILURE),
    (Advisory(Judged(replace(UNDECIDED, modes=(LOOKED, ALIKE)))), Conclusion.NEUTRAL),
    (Advisory(Judged(verdict(Ruling.UNDECIDED, LOST_ALONE))), Conclusion.NEUTRAL),
    *(
        (Advisory(Judged(one)), Conclusion.ACTION_REQUIRED)
        for one in (
            verdict(Ruling.UNDECIDED, NARROWED),
            verdict(Ruling.UNDECIDED, LOST, SPENT),
            Verdict(Ruling.UNDECIDED, (SPENT,)),
            replace(UNDECIDED, modes=(LOOKED, UNSEEN)),
            replace(UNDECIDED, modes=(ALIKE,)),
        )
    ),
    (Advisory(Partial(UNDECIDED)), Conclusion.ACTION_REQUIRED),
    (Advisory(Impossible("It holds a pointer.")), Conclusion.ACTION_REQUIRED),
    (Advisory(TimeSpent(60.0)), Conclusion.TIMED_OUT),
    (Advisory(BudgetSpent()), Conclusion.TIMED_OUT),
    (Advisory(BudgetSpent(UNDECIDED)), Conclusion.TIMED_OUT),
    (Advisory(Conflict()), Conclusion.ACTION_REQUIRED),
    (Advisory(WaitingForTrust()), Conclusion.ACTION_REQUIRED),
    (Advisory(OwnFault()), Conclusion.FAILURE),
]


@pytest.mark.parametrize(("outcome", "conclusion"), TABLE)
def test_every_outcome_has_the_conclusion_that_was_agreed(
    outcome: Ended, conclusion: Conclusion
) -> None:
    assert conclude(outcome) is conclusion


@given(plain)
def test_nothing_ends_in_neutral_unless_the_policy_is_advisory(one: Plain) -> None:
    assert conclude(one) is not Conclusion.NEUTRAL


@given(ended)
def test_a_merge_passes_only_on_a_pass_or_on_purpose(one: Ended) -> None:
    inside = one.of if isinstance(one, Advisory) else one
    if conclude(one) not in PASSING or isinstance(inside, NotNeeded):
        return
    assert isinstance(inside, Judged)
    verdict = inside.verdict
    assert NARROWED not in verdict.findings
    if verdict.state is not Ruling.PASS:
        assert isinstance(one, Advisory)
        assert verdict.state is Ruling.UNDECIDED
        assert LOST not in verdict.findings
        assert LOOKED in verdict.modes
        assert UNSEEN not in verdict.modes


@given(verdicts)
def test_a_part_of_the_plan_is_never_a_success(one: Verdict) -> None:
    assert conclude(Partial(one)) not in PASSING
    assert conclude(Advisory(Partial(one))) not in PASSING


@given(outcomes)
def test_only_what_has_ended_has_a_conclusion(one: Outcome) -> None:
    state = state_of(one)
    assert (state.conclusion is None) == isinstance(one, Waiting | Running)
    assert (state.status is Status.COMPLETED) == (state.conclusion is not None)


def test_what_waits_is_queued_and_what_runs_is_in_progress() -> None:
    assert state_of(Waiting()) == CheckState(Status.QUEUED)
    assert state_of(Running()) == CheckState(Status.IN_PROGRESS)


def test_skipped_and_stale_do_not_exist() -> None:
    assert {"skipped", "stale"}.isdisjoint(Conclusion)


def test_a_verdict_is_judged_unless_its_findings_say_otherwise() -> None:
    for state in (Ruling.PASS, Ruling.BLOCK, Ruling.UNDECIDED):
        assert outcome_of(verdict(state)) == Judged(verdict(state))


def test_a_branch_that_changes_nothing_needs_no_run() -> None:
    nothing = found(Reason.NOTHING_CHANGED, Ruling.PASS)
    assert outcome_of(verdict(Ruling.PASS, nothing)) == NotNeeded()
    docs = found(Reason.NOTHING_RELEVANT, Ruling.PASS)
    assert outcome_of(verdict(Ruling.PASS, docs)) == NotNeeded()
    beside = found(Reason.NOT_WORSE, Ruling.PASS)
    assert outcome_of(verdict(Ruling.PASS, docs, beside)) != NotNeeded()


def test_a_conflict_names_its_files() -> None:
    conflict = found(Reason.MERGE_CONFLICT, Ruling.UNDECIDED, files=("a.py", "b.py"))
    known = verdict(Ruling.UNDECIDED, conflict)
    assert outcome_of(known) == Conflict(("a.py", "b.py"))
    bare = replace(conflict, evidence={})
    assert outcome_of(verdict(Ruling.UNDECIDED, bare)) == Conflict()


def test_a_narrowed_plan_gives_a_part_however_it_ended() -> None:
    for state in (Ruling.BLOCK, Ruling.UNDECIDED, Ruling.PASS):
        one = verdict(state, NARROWED)
        assert outcome_of(one) == Partial(one)


def test_a_spent_budget_decides_where_nothing_else_did() -> None:
    spent = found(Reason.BUDGET_SPENT, Ruling.UNDECIDED)
    one = verdict(Ruling.UNDECIDED, spent)
    assert outcome_of(one) == BudgetSpent(one)
    blocked = verdict(Ruling.BLOCK, spent)
    assert outcome_of(blocked) == Judged(blocked)


def test_lost_trials_alone_are_our_own_fault() -> None:
    lost = found(Reason.TRIALS_LOST, Ruling.UNDECIDED)
    open_loss = found(Reason.NOT_SHOWN, Ruling.UNDECIDED)
    assert outcome_of(verdict(Ruling.UNDECIDED, lost)) == OwnFault()
    both = verdict(Ruling.UNDECIDED, lost, open_loss)
    assert outcome_of(both) == Judged(both)


@given(verdicts)
def test_a_verdict_never_concludes_better_than_its_state(one: Verdict) -> None:
    if conclude(outcome_of(one)) in PASSING:
        assert one.state is Ruling.PASS


PASS, BLOCK = Judged(verdict(Ruling.PASS)), Judged(verdict(Ruling.BLOCK))


def test_a_commit_with_several_bases_is_green_only_when_all_pass() -> None:
    parts = [part_of(7, "main", PASS), part_of(8, "release", BLOCK)]
    assert deciding_part(parts).pull == 8
    assert deciding_part([part_of(9, "main", PASS), parts[0]]).pull == 7


def test_nothing_has_ended_while_another_base_is_still_judged() -> None:
    parts = [part_of(7, "main", BLOCK), part_of(8, "release", Waiting())]
    assert deciding_part(parts).state == state_of(Waiting())
    parts.append(part_of(9, "next", Running()))
    assert deciding_part(parts).state == state_of(Running())


def test_an_untrusted_pull_request_never_worsens_a_trusted_one_on_its_base() -> None:
    parts = [part_of(7, "main", PASS), part_of(8, "main", WaitingForTrust())]
    assert deciding_part(parts).pull == 7
    advisory = part_of(8, "main", Advisory(WaitingForTrust()))
    assert deciding_part([parts[0], advisory]).pull == 7


def test_an_untrusted_pull_request_onto_another_base_does_hold_the_commit_up() -> None:
    parts = [part_of(7, "main", PASS), part_of(8, "release", WaitingForTrust())]
    assert deciding_part(parts).pull == 8


def test_a_closed_pull_request_does_not_speak_for_an_open_one() -> None:
    parts = [part_of(7, "main", Closed()), part_of(8, "release", PASS)]
    assert deciding_part(parts).pull == 8
    assert deciding_part(parts[:1]).pull == 7


def test_without_any_pull_request_there_is_nothing_to_say() -> None:
    with pytest.raises(ValueError, match="needs a pull request"):
        deciding_part([])


@given(
    some.lists(
        some.tuples(some.integers(1, 9), some.sampled_from("ab"), outcomes), min_size=1
    )
)
def test_a_commit_never_passes_while_a_trusted_open_part_does_not(
    pulls: list[tuple[int, str, Outcome]],
) -> None:
    said = deciding_part([part_of(*one) for one in pulls]).state
    over = (Superseded, Closed, NotGated, WaitingForTrust)
    every = [one.of if isinstance(one, Advisory) else one for _, _, one in pulls]
    if said.conclusion in PASSING:
        for plain_one, (_, _, one) in zip(every, pulls, strict=True):
            heard = not isinstance(plain_one, over)
            assert not heard or state_of(one).conclusion in PASSING
