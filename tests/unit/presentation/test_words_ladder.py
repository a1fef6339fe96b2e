"""What is said of rungs: tests, sanity of the network, and how far fast is trusted."""

import pytest

from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.findings import finding
from bot.presentation.words import Words, words
from bot.presentation.words.ladder import rung_note
from bot.presentation.words.sanity import CLAIMS
from workers.contract import Check, ProbeEnd


def found(reason: Reason, evidence: Evidence, mode: str | None = None) -> Finding:
    return finding(reason, Ruling.INFO, evidence, mode=mode, metric="loss")


def said(reason: Reason, evidence: Evidence) -> Words:
    return words(found(reason, evidence, mode="mlp"))


def test_tests_say_their_last_words_on_one_line() -> None:
    noisy = {"last": "1 failed,\n 2 passed.", "failure": "exception"}
    assert words(found(Reason.TESTS_FAILED, noisy)).sentence == (
        "The repository's own tests fail on the branch, and pass on the base: 1 "
        "failed, 2 passed."
    )


def test_tests_without_words_of_their_own_say_how_they_ended() -> None:
    mute = {"last": "", "failure": "exception", "detail": "It ended with status 3."}
    assert words(found(Reason.TESTS_FAILED, mute)).sentence.endswith(
        "base: It ended with status 3."
    )


def test_tests_that_were_ended_say_by_what_before_what_they_printed() -> None:
    slow = {"last": "test 7 ...", "failure": "timeout", "detail": "It ran past 60 s."}
    assert "base: It ran past 60 s." in words(found(Reason.TESTS_FAILED, slow)).sentence
    silent = {"last": "test 7", "failure": "timeout"}
    assert words(found(Reason.TESTS_BROKEN, silent)).sentence.endswith(
        "base: test 7. So they say nothing of the branch."
    )


def test_a_branch_that_mends_the_tests_is_told_that_the_base_fails() -> None:
    mended = words(found(Reason.TESTS_PASSED, {"last": "3 ok", "baseline_status": 1}))
    assert mended.sentence == (
        "The repository's own tests pass: 3 ok. They fail on the base."
    )


def test_there_are_words_for_every_check() -> None:
    assert set(CLAIMS) == set(Check)


@pytest.mark.parametrize("check", list(Check))
def test_every_check_says_what_holds_what_does_not_and_where_to_look(
    check: Check,
) -> None:
    claims = CLAIMS[check]
    assert said(Reason.SANITY_PASSED, {"check": str(check), "saw": "12 of 12"}) == (
        Words(f"{claims.holds} in mlp", f"In mode mlp, {claims.holds}: 12 of 12.")
    )
    failed = said(Reason.SANITY_FAILED, {"check": str(check), "saw": "11 of 12."})
    assert failed.sentence == f"In mode mlp, {claims.broken}: 11 of 12."
    assert failed.mend.endswith(". Then judge again.")


def test_a_check_that_holds_on_the_base_says_so() -> None:
    facts = {"check": "gradients", "saw": "11 of 12", "baseline_saw": "12 of 12"}
    assert said(Reason.SANITY_FAILED, facts).sentence == (
        "In mode mlp, not every parameter gets a gradient: 11 of 12. On the base every "
        "parameter gets a gradient: 12 of 12."
    )


def test_two_seeds_are_compared_in_words() -> None:
    seeds = {"check": "seed_matters", "seed": 7, "other_seed": 8, "steps": 20}
    assert said(Reason.SANITY_PASSED, {**seeds, "step": 0}).sentence == (
        "In mode mlp, the seed has an effect: seeds 7 and 8 differ from step 0 on."
    )
    assert said(Reason.SANITY_FAILED, {**seeds, "step": None}).sentence == (
        "In mode mlp, the seed has no effect: seeds 7 and 8 give the same 20 steps, "
        "bit for bit."
    )


def test_a_network_of_which_nothing_was_seen_is_said_once() -> None:
    assert said(Reason.SANITY_UNSEEN, {"check": "all", "saw": "no_torch"}).sentence == (
        "In mode mlp, nothing of the network could be checked: it never imports torch."
    )


@pytest.mark.parametrize("end", ProbeEnd)
def test_the_end_of_a_probe_is_told_in_words(end: ProbeEnd) -> None:
    sentence = said(Reason.SANITY_UNSEEN, {"check": "all", "saw": str(end)}).sentence
    assert sentence.startswith("In mode mlp, nothing of the network could be checked: ")
    assert not sentence.endswith(f": {end}.")


def test_a_provisional_verdict_says_how_many_branches_are_missing() -> None:
    facts = {"pairs": 3, "needed": 10, "stage": "fast", "later": "full"}
    some = words(found(Reason.PROVISIONAL, facts))
    assert some.sentence == (
        "The verdict rests on fast alone and is provisional: how well fast foretells "
        "full is known once 10 branches have run both (3 so far)."
    )
    assert some.mend == "`seedgate local` goes on to full."
    labelled = words(found(Reason.PROVISIONAL, {**facts, "label": "big"}))
    assert labelled.mend == "`seedgate local --label big` goes on to full."


def test_a_stage_that_foretells_badly_is_not_called_unknown() -> None:
    facts = {"pairs": 14, "needed": 10, "stage": "fast", "later": "full"}
    assert "over 14 branches it has not foretold full well" in (
        words(found(Reason.PROVISIONAL, {**facts, "speed_up": 9.6})).sentence
    )


def test_stages_that_never_saw_a_metric_move_have_no_agreement() -> None:
    facts = {"pairs": 10, "stage": "fast", "later": "full"}
    assert said(Reason.FIDELITY, facts).sentence == (
        "In mode mlp, over 10 branches fast and full never saw loss move."
    )


def test_a_finding_of_one_of_several_stages_names_it() -> None:
    one = found(Reason.SANITY_PASSED, {"check": "gradients", "rung": "full"}, "mlp")
    assert words(one).sentence.startswith("In mode mlp at stage full, every")


def test_a_rung_says_what_it_took_and_how_much_longer_the_next_one_takes() -> None:
    assert rung_note(2, 41.2) == "2 runs, 41 s in all"
    assert rung_note(1, 4.0, ("full", None)) == "1 run, 4.0 s in all"
    assert rung_note(8, 60.0, ("full", 9.64)) == (
        "8 runs, 1 min 0 s in all; a run of full takes 9.6 times as long"
    )
