"""Accepted findings decide no more, and nothing passes in their shadow."""

import dataclasses
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.policy import Role
from bot.domain.stats.method import Method
from bot.domain.verdict import (
    ChangeEffect,
    ChangeVerdict,
    Evidence,
    Finding,
    MetricVerdict,
    ModeVerdict,
    Reason,
    Ruling,
    Rung,
    Verdict,
)
from bot.domain.verdict.acceptable import (
    ACCEPTABLE,
    REOPENED,
    TOLD,
    UNACCEPTABLE,
    acceptable,
    accepts,
)
from bot.domain.verdict.findings import finding
from bot.domain.verdict.lifting import lift, lift_mode
from tests.fakes.policies import LOSS

BLOCK, OPEN, PASS, INFO = (
    Ruling.BLOCK,
    Ruling.UNDECIDED,
    Ruling.PASS,
    Ruling.INFO,
)
Part = tuple[MetricVerdict, tuple[Finding, ...]]


def said(
    reason: Reason, state: Ruling, metric: str | None = None, **evidence: object
) -> Finding:
    facts: Evidence = evidence  # type: ignore[assignment]
    return finding(reason, state, facts, mode="mlp", metric=metric)


def part(
    name: str,
    state: Ruling,
    reason: Reason | None,
    *,
    role: Role = Role.PRIMARY,
    told: Ruling | None = None,
    method: Method = Method.PAIRED_T,
) -> Part:
    """A metric, and the finding on it; `told` is its state where that differs."""
    metric = MetricVerdict(
        name, role, LOSS.direction, LOSS.source.kind, state, reason, method
    )
    if reason is None:
        return metric, ()
    return metric, (said(reason, told or state, name, d=-1.0),)


def harmed(name: str = "loss") -> Part:
    return part(name, BLOCK, Reason.HARM_SHOWN)


def mode(
    state: Ruling, *parts: Part, beside: tuple[Finding, ...] = (), look: int = 8
) -> ModeVerdict:
    found = tuple(one for _, many in parts for one in many)
    metrics = tuple(one for one, _ in parts)
    return ModeVerdict(
        name="mlp",
        state=state,
        targeted=True,
        metrics=metrics,
        findings=(*beside, *found),
        looks=(4, 6, 8),
        look=look,
        decided=True,
    )


def verdict(*modes: ModeVerdict, beside: tuple[Finding, ...] = ()) -> Verdict:
    found = (one for mode in modes for one in mode.findings)
    states = [*(one.state for one in modes), *(one.state for one in beside)]
    order = (BLOCK, OPEN, PASS)
    state = next(one for one in order if one in states)
    return Verdict(state, (*found, *beside), modes)


def ids(of: ModeVerdict | Verdict, *reasons: Reason) -> set[str]:
    return {one.digest for one in of.findings if one.reason in reasons}


def states(of: ModeVerdict | Verdict) -> dict[Reason, Ruling]:
    return {one.reason: one.state for one in of.findings}


def test_every_reason_is_in_the_table_once() -> None:
    every = Counter([*ACCEPTABLE, *REOPENED, *UNACCEPTABLE, *TOLD])
    assert every == Counter(Reason)


def test_what_is_no_finding_about_the_branch_cannot_be_accepted() -> None:
    for reason in (
        Reason.MERGE_CONFLICT,
        Reason.NARROWED,
        Reason.TRIALS_LOST,
        Reason.BUDGET_SPENT,
        Reason.NO_SANDBOX,
    ):
        assert not acceptable(reason)
    assert acceptable(Reason.HARM_SHOWN)


def test_a_branch_that_leaves_nothing_to_judge_by_cannot_be_accepted() -> None:
    gone = finding(Reason.METRIC_VERSION_CHANGED, OPEN, {"gone": ("evaluate.py",)})
    anew = finding(Reason.METRIC_VERSION_CHANGED, OPEN, {"before": "a", "after": "b"})
    assert not accepts({gone.digest}, gone)
    assert accepts({anew.digest}, anew)
    assert not accepts({anew.digest}, gone)


def test_a_finding_is_accepted_by_its_whole_digest_and_not_by_its_id() -> None:
    harm = said(Reason.PROTECTED_TOUCHED, BLOCK, files=("a",))
    twin = dataclasses.replace(harm, evidence={"files": ("b",)}, digest="f" * 64)
    assert twin.id == harm.id
    whole = Verdict(BLOCK, (twin, harm))
    assert lift(whole, {harm.id}).verdict is whole
    done = lift(whole, {harm.digest})
    assert [one.state for one in done.verdict.findings] == [BLOCK, INFO]
    assert (done.verdict.state, done.lifted) == (BLOCK, (harm.id,))
    assert lift(whole, {harm.digest, twin.digest}).verdict.state is OPEN


def test_a_finding_without_a_digest_is_never_accepted() -> None:
    old = dataclasses.replace(said(Reason.HARM_SHOWN, BLOCK), digest="")
    assert not accepts({"", old.id}, old)


def test_an_accepted_finding_is_told_with_its_evidence_and_its_id() -> None:
    whole = verdict(mode(BLOCK, harmed()))
    (harm,) = whole.findings
    done = lift(whole, [harm.digest])
    assert done.lifted == (harm.id,)
    assert done.verdict.state is PASS
    assert done.verdict.findings == (dataclasses.replace(harm, state=INFO),)
    (left,) = done.verdict.modes
    assert (left.state, left.metrics[0].state) == (PASS, INFO)
    assert left.metrics[0].reason is Reason.HARM_SHOWN
    assert left.findings == done.verdict.findings


def test_a_mode_that_two_findings_block_stays_blocked_by_the_other() -> None:
    whole = verdict(mode(BLOCK, harmed("loss"), harmed("error")))
    loss, error = whole.findings
    done = lift(whole, {loss.digest})
    assert (done.verdict.state, done.verdict.modes[0].state) == (BLOCK, BLOCK)
    assert [one.state for one in done.verdict.findings] == [INFO, BLOCK]
    assert lift(whole, {loss.digest, error.digest}).verdict.state is PASS


def test_what_could_not_be_shown_passes_once_accepted() -> None:
    whole = verdict(mode(OPEN, part("loss", OPEN, Reason.NOT_SHOWN)))
    assert lift(whole, ids(whole, Reason.NOT_SHOWN)).verdict.state is PASS


@pytest.mark.parametrize("accepted", [set[str](), {"regression-00000000"}])
def test_what_nobody_accepted_changes_nothing(accepted: set[str]) -> None:
    whole = verdict(mode(BLOCK, harmed()))
    assert lift(whole, accepted).verdict is whole
    assert lift_mode(whole.modes[0], accepted) is whole.modes[0]


def test_an_effect_that_got_worse_is_another_finding() -> None:
    before = said(Reason.HARM_SHOWN, BLOCK, "loss", d=-1.0)
    worse = verdict(mode(BLOCK, harmed(), beside=()))
    moved = dataclasses.replace(
        worse, findings=(said(Reason.HARM_SHOWN, BLOCK, "loss", d=-2.0),), modes=()
    )
    assert before.digest in {one.digest for one in worse.findings}
    assert lift(moved, {before.digest}).verdict is moved


def test_a_metric_that_was_not_judged_to_its_end_is_undecided_then() -> None:
    early = part("error", OPEN, Reason.STOPPED_EARLY, told=INFO)
    whole = verdict(mode(BLOCK, harmed(), early, look=4))
    done = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert (done.state, done.modes[0].state) == (OPEN, OPEN)
    assert states(done)[Reason.STOPPED_EARLY] is OPEN
    both = lift(whole, ids(whole, Reason.HARM_SHOWN, Reason.STOPPED_EARLY))
    assert both.verdict.state is PASS
    assert len(both.lifted) == 2


def test_while_something_else_blocks_what_was_stopped_early_only_tells() -> None:
    early = part("error", OPEN, Reason.STOPPED_EARLY, told=INFO)
    whole = verdict(mode(BLOCK, harmed("loss"), harmed("rank"), early, look=4))
    done = lift(whole, {whole.findings[0].digest}).verdict
    assert states(done)[Reason.STOPPED_EARLY] is INFO


def test_a_metric_that_was_left_open_without_a_word_gets_one() -> None:
    lost = said(Reason.ANCHOR_LOST, BLOCK, "loss", anchor="v1")
    whole = verdict(mode(BLOCK, part("loss", OPEN, None), beside=(lost,)))
    done = lift(whole, {lost.digest}).verdict
    assert done.state is OPEN
    (word,) = (one for one in done.findings if one.reason is Reason.STOPPED_EARLY)
    assert word.state is OPEN
    assert word in done.modes[0].findings
    both = lift(whole, {lost.digest, word.digest})
    assert both.lifted == (lost.id, word.id)
    assert both.verdict.state is PASS
    assert states(both.verdict)[Reason.STOPPED_EARLY] is INFO


def test_guardrails_alone_are_not_passed_on_fewer_seeds_than_planned() -> None:
    broken = part("speed", BLOCK, Reason.GUARDRAIL_BROKEN, role=Role.GUARDRAIL)
    kept = part("memory", PASS, Reason.GUARDRAIL_KEPT, role=Role.GUARDRAIL)
    early = verdict(mode(BLOCK, broken, kept, look=4))
    done = lift(early, ids(early, Reason.GUARDRAIL_BROKEN)).verdict
    assert (done.state, states(done)[Reason.GUARDRAIL_KEPT]) == (OPEN, OPEN)
    both = ids(early, Reason.GUARDRAIL_BROKEN, Reason.GUARDRAIL_KEPT)
    assert lift(early, both).verdict.state is PASS
    late = verdict(mode(BLOCK, broken, kept, look=8))
    assert lift(late, ids(late, Reason.GUARDRAIL_BROKEN)).verdict.state is PASS
    primary = part("loss", PASS, Reason.NOT_WORSE)
    beside = verdict(mode(BLOCK, primary, broken, kept, look=4))
    assert lift(beside, ids(beside, Reason.GUARDRAIL_BROKEN)).verdict.state is PASS


def test_a_guardrail_that_no_test_looked_at_still_holds_the_mode() -> None:
    unseen = part(
        "speed", OPEN, Reason.NOT_SHOWN, role=Role.GUARDRAIL, method=Method.NONE
    )
    whole = verdict(mode(BLOCK, harmed(), unseen))
    done = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert done.state is OPEN


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"failed_branch": 1, "n_branch": 4, "failed_baseline": 0}, OPEN),
        ({"failed_branch": 1, "n_branch": 4, "failed_baseline": 1}, PASS),
        ({}, PASS),
    ],
)
def test_a_branch_that_fails_more_often_does_not_pass_either(
    counts: dict[str, int], state: Ruling
) -> None:
    seen = said(Reason.FAILURES_SEEN, INFO, **counts, n_baseline=4)
    whole = verdict(mode(BLOCK, harmed(), beside=(seen,)))
    done = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert done.state is state
    assert lift(whole, {one.digest for one in whole.findings}).verdict.state is PASS


def test_a_broken_baseline_accepted_leaves_what_the_metrics_say() -> None:
    broken = said(Reason.BASELINE_BROKEN, OPEN, failed_baseline=4)
    metrics = (harmed(), part("size", PASS, Reason.LIMIT_KEPT, role=Role.LIMIT))
    whole = verdict(mode(OPEN, *metrics, beside=(broken,)))
    done = lift(whole, {broken.digest}).verdict
    assert done.modes[0].state is BLOCK
    held = part("size", BLOCK, Reason.LIMIT_BROKEN, role=Role.LIMIT)
    both = verdict(mode(BLOCK, harmed(), held, beside=(broken,)))
    left = lift(both, ids(both, Reason.LIMIT_BROKEN)).verdict
    assert left.modes[0].state is OPEN  # a comparison with nothing decides nothing


def test_a_release_that_breaks_does_not_make_the_baseline_broken() -> None:
    anchored = said(Reason.BASELINE_BROKEN, OPEN, anchor="v1")
    rank = harmed("rank")
    whole = verdict(mode(BLOCK, harmed(), rank, beside=(anchored,)))
    done = lift(whole, {anchored.digest}).verdict
    assert done.state is BLOCK


def test_a_release_that_was_never_compared_with_to_the_end_is_open() -> None:
    spent = said(Reason.TOLERANCE_SPENT, INFO, "loss", anchor="v1")
    waits = verdict(mode(BLOCK, harmed(), beside=(spent,)))
    done = lift(waits, ids(waits, Reason.HARM_SHOWN)).verdict
    assert (done.state, states(done)[Reason.TOLERANCE_SPENT]) == (OPEN, OPEN)
    early = said(Reason.ANCHOR_OPEN, INFO, "loss", anchor="v1")
    half = verdict(mode(BLOCK, harmed(), beside=(spent, early)))
    done = lift(half, ids(half, Reason.HARM_SHOWN)).verdict
    assert (done.state, states(done)[Reason.ANCHOR_OPEN]) == (OPEN, OPEN)
    kept = said(Reason.ANCHOR_KEPT, PASS, "loss", anchor="v1")
    whole = verdict(mode(BLOCK, harmed(), beside=(spent, kept)))
    assert lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict.state is PASS


def test_a_mode_that_was_cut_short_stays_open() -> None:
    spent = finding(Reason.BUDGET_SPENT, OPEN, {"spent": 4})
    short = dataclasses.replace(mode(BLOCK, harmed()), decided=False)
    whole = verdict(short, beside=(spent,))
    done = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert (done.state, done.modes[0].state) == (OPEN, OPEN)


def test_what_stands_beside_the_modes_is_lifted_as_well() -> None:
    files = finding(Reason.PROTECTED_TOUCHED, BLOCK, {"files": ("a",)})
    same = mode(PASS, part("loss", PASS, Reason.NOT_WORSE))
    whole = verdict(same, beside=(files,))
    done = lift(whole, {files.digest})
    assert (done.lifted, done.verdict.state) == ((files.id,), PASS)
    lost = finding(Reason.TRIALS_LOST, OPEN, {"lost": 1})
    assert (
        lift(verdict(same, beside=(files, lost)), {files.digest}).verdict.state is OPEN
    )


def test_where_nothing_was_judged_an_acceptance_passes_nobody() -> None:
    lone = finding(Reason.POLICY_TOUCHED, BLOCK, {"what": "deleted"})
    done = lift(Verdict(BLOCK, (lone,)), {lone.digest})
    assert done.verdict.state is OPEN
    nothing = finding(Reason.NOTHING_CHANGED, PASS, {})
    both = lift(Verdict(BLOCK, (lone, nothing)), {lone.digest})
    assert both.verdict.state is PASS


def test_a_mode_of_which_only_behaviour_is_known_has_nothing_to_pass() -> None:
    alien = said(Reason.MODE_INVASIVE, BLOCK, step=0)
    bare = ModeVerdict("mlp", BLOCK, True, (), (alien,))
    assert lift_mode(bare, {alien.digest}).state is INFO
    other = said(Reason.DATA_OVERLAPS, BLOCK, shared=4)
    both = dataclasses.replace(bare, findings=(alien, other))
    assert lift_mode(both, {alien.digest}).state is BLOCK


def test_a_harmful_change_that_was_accepted_is_told_in_its_row() -> None:
    kept = mode(PASS, part("loss", PASS, Reason.NOT_WORSE))
    place = {"mode": "mlp", "change": "abc"}
    bad = finding(Reason.CHANGE_HARMFUL, BLOCK, {"d": -1.0}, metric="loss", **place)
    crash = finding(Reason.MORE_FAILURES, BLOCK, {"failed_branch": 4}, **place)
    effects = (
        ChangeEffect("mlp", "loss", BLOCK, Reason.CHANGE_HARMFUL),
        ChangeEffect("mlp", "rank", BLOCK, Reason.MORE_FAILURES),
        ChangeEffect("conv", "loss", BLOCK, Reason.CHANGE_HARMFUL),
    )
    changes = (ChangeVerdict("abc", effects), ChangeVerdict("def", effects[:1]))
    whole = dataclasses.replace(verdict(kept, beside=(bad, crash)), changes=changes)
    done = lift(whole, {bad.digest, crash.digest}).verdict
    assert [one.state for one in done.changes[0].effects] == [INFO, INFO, BLOCK]
    assert done.changes[1] == changes[1]
    assert done.state is PASS


def flag(reason: Reason, metric: str | None = None, **facts: object) -> Finding:
    """A change that was flagged in a mode that blocks all the same."""
    given: Evidence = {"d": -1.0, **facts}  # type: ignore[dict-item]
    return finding(reason, INFO, given, mode="mlp", metric=metric, change="abc")


def blocked_by_a_guardrail(*beside: Finding) -> Verdict:
    """The primary passes; what is said of changes holds nothing up besides."""
    broken = part("speed", BLOCK, Reason.GUARDRAIL_BROKEN, role=Role.GUARDRAIL)
    whole = mode(BLOCK, part("loss", PASS, Reason.NOT_WORSE), broken)
    return dataclasses.replace(verdict(whole), findings=(*whole.findings, *beside))


def test_harm_of_a_change_that_the_block_did_not_show_is_not_passed_with_it() -> None:
    for reason, metric in (
        (Reason.CHANGE_SUSPECT, "loss"),
        (Reason.MORE_FAILURES, None),
    ):
        hidden = flag(reason, metric)
        whole = blocked_by_a_guardrail(hidden)
        accepted = ids(whole, Reason.GUARDRAIL_BROKEN)
        done = lift(whole, accepted)
        assert (done.verdict.state, states(done.verdict)[reason]) == (OPEN, OPEN)
        assert done.verdict.modes[0].state is PASS
        assert len(done.lifted) == 1
        assert lift(done.verdict, accepted).verdict == done.verdict
        both = lift(whole, {*accepted, hidden.digest})
        assert (both.verdict.state, states(both.verdict)[reason]) == (PASS, INFO)
        assert both.lifted[1:] == (hidden.id,)


def test_a_suspect_of_the_very_loss_that_was_accepted_goes_with_it() -> None:
    blocked = mode(BLOCK, harmed())
    both = (flag(Reason.CHANGE_SUSPECT, "loss"), flag(Reason.CHANGE_TOLERATED, "loss"))
    whole = verdict(blocked)
    whole = dataclasses.replace(whole, findings=(*whole.findings, *both))
    assert lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict.state is PASS
    crash = said(Reason.MORE_FAILURES, BLOCK, failed_branch=4)
    cause = flag(Reason.MORE_FAILURES)
    whole = verdict(mode(BLOCK, part("loss", PASS, Reason.NOT_WORSE), beside=(crash,)))
    whole = dataclasses.replace(whole, findings=(*whole.findings, cause))
    assert lift(whole, {crash.digest}).verdict.state is PASS


def test_a_suspect_that_is_only_reported_holds_nothing_up_afterwards() -> None:
    whole = blocked_by_a_guardrail(flag(Reason.CHANGE_SUSPECT, "loss", reported=True))
    assert lift(whole, ids(whole, Reason.GUARDRAIL_BROKEN)).verdict.state is PASS


def test_while_the_mode_stays_blocked_a_suspect_only_tells() -> None:
    hidden = flag(Reason.CHANGE_SUSPECT, "loss")
    other = said(Reason.LIMIT_BROKEN, BLOCK, "size")
    whole = blocked_by_a_guardrail(hidden)
    held = dataclasses.replace(
        whole.modes[0], findings=(*whole.modes[0].findings, other)
    )
    whole = dataclasses.replace(whole, modes=(held,), findings=(*whole.findings, other))
    done = lift(whole, {*ids(whole, Reason.GUARDRAIL_BROKEN), hidden.digest})
    assert (done.verdict.state, len(done.lifted)) == (BLOCK, 1)
    assert states(done.verdict)[Reason.CHANGE_SUSPECT] is INFO


def test_changes_that_nobody_judged_for_the_block_are_not_passed_either() -> None:
    for mark, state in (({"shadowed": True}, OPEN), ({}, PASS)):
        spent = finding(Reason.BUDGET_SPENT, INFO, {"changes": ("abc",), **mark})
        whole = blocked_by_a_guardrail(spent)
        accepted = {*ids(whole, Reason.GUARDRAIL_BROKEN), spent.digest}
        assert lift(whole, accepted).verdict.state is state


def test_changes_that_could_only_explain_what_was_accepted_need_no_judging() -> None:
    spent = finding(Reason.BUDGET_SPENT, INFO, {"changes": ("abc",), "shadowed": True})
    speed = part("speed", PASS, Reason.GUARDRAIL_KEPT, role=Role.GUARDRAIL)
    whole = verdict(mode(BLOCK, harmed(), speed))
    whole = dataclasses.replace(whole, findings=(*whole.findings, spent))
    assert lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict.state is PASS


RUNGS = (Rung("fast", "training", BLOCK), Rung("full", "training", INFO))
SKIPPED = finding(Reason.RUNG_SKIPPED, INFO, {"stage": "full", "before": "fast"})


def test_rungs_that_were_never_climbed_leave_the_verdict_undecided() -> None:
    whole = verdict(mode(BLOCK, harmed()), beside=(SKIPPED,))
    whole = dataclasses.replace(whole, rungs=RUNGS)
    done = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert (done.state, states(done)[Reason.RUNG_SKIPPED]) == (OPEN, OPEN)
    assert [one.state for one in done.rungs] == [PASS, INFO]
    assert not lift(done, ids(done, Reason.RUNG_SKIPPED)).lifted


def test_a_rung_stands_no_worse_than_all_that_is_left() -> None:
    files = finding(Reason.PROTECTED_TOUCHED, BLOCK, {"files": ("a",)})
    open_part = part("error", OPEN, Reason.NOT_SHOWN)
    whole = verdict(mode(BLOCK, harmed(), open_part), beside=(SKIPPED,))
    whole = dataclasses.replace(whole, rungs=RUNGS)
    left = lift(whole, ids(whole, Reason.HARM_SHOWN)).verdict
    assert (left.state, left.rungs[0].state) == (OPEN, OPEN)
    also = dataclasses.replace(
        whole, findings=(*whole.findings, files), rungs=(Rung("a", "tests", OPEN),)
    )
    held = lift(also, ids(also, Reason.HARM_SHOWN)).verdict
    assert (held.state, held.rungs[0].state) == (BLOCK, OPEN)


def test_lifting_twice_is_lifting_once() -> None:
    early = part("error", OPEN, Reason.STOPPED_EARLY, told=INFO)
    whole = verdict(mode(BLOCK, harmed(), early, look=4))
    accepted = ids(whole, Reason.HARM_SHOWN)
    once = lift(whole, accepted).verdict
    assert lift(once, accepted).verdict == once


PARTS = [
    harmed("a"),
    part("b", OPEN, Reason.NOT_SHOWN),
    part("c", PASS, Reason.NOT_WORSE),
    part("d", OPEN, Reason.STOPPED_EARLY, told=INFO),
    part("e", BLOCK, Reason.LIMIT_BROKEN, role=Role.LIMIT),
    part("f", PASS, Reason.GUARDRAIL_KEPT, role=Role.GUARDRAIL),
    part("g", BLOCK, Reason.GUARDRAIL_BROKEN, role=Role.GUARDRAIL),
]
ORDER = (BLOCK, OPEN, PASS)


@given(st.lists(st.sampled_from(PARTS), min_size=1, unique_by=id), st.data())
def test_an_acceptance_never_makes_anything_worse_nor_hides_another_finding(
    parts: list[Part], data: st.DataObject
) -> None:
    held = [one for one, _ in parts if one.state is not PASS]
    state = min((one.state for one in held), key=ORDER.index, default=PASS)
    whole = verdict(mode(state, *parts, look=8))
    accepted = data.draw(
        st.sets(st.sampled_from([*whole.findings]).map(lambda f: f.digest))
    )
    done = lift(whole, accepted).verdict
    assert ORDER.index(done.state) >= ORDER.index(whole.state)
    assert [one.id for one in done.findings] == [one.id for one in whole.findings]
    rest = [one for one, many in parts if not accepted & {f.digest for f in many}]
    if any(one.state is BLOCK for one in rest):
        assert done.state is BLOCK
    deciding = [one for one in rest if one.state is not PASS]
    assert (done.state is PASS) is not bool(deciding)
