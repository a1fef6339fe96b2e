"""Which acceptances a verdict has to do with."""

from dataclasses import replace

from bot.domain.verdict import (
    Finding,
    ModeVerdict,
    Override,
    Provenance,
    Reason,
    Report,
    Ruling,
    Verdict,
    applied,
    findings_of,
)
from bot.domain.verdict.findings import finding

HARM = finding(Reason.HARM_SHOWN, Ruling.INFO, {"d": -1.0}, mode="mlp", metric="loss")
TOLD = finding(Reason.NOT_WORSE, Ruling.INFO, {"d": 0.0}, mode="mlp", metric="loss")
GIVEN = Override(HARM.id, "ada", "so be it", digest=HARM.digest)


def verdict(*found: Finding, mode: bool = False) -> Verdict:
    inside = (ModeVerdict("mlp", Ruling.PASS, True, (), found),) if mode else ()
    return Verdict(Ruling.PASS, () if mode else found, inside)


def test_an_acceptance_applies_where_its_finding_decides_no_more() -> None:
    assert applied(verdict(HARM), [GIVEN]) == (GIVEN,)
    assert applied(verdict(HARM, mode=True), [GIVEN]) == (GIVEN,)
    held = replace(HARM, state=Ruling.BLOCK)
    assert applied(verdict(held), [GIVEN]) == ()


def test_it_is_of_one_finding_by_its_whole_digest() -> None:
    twin = replace(HARM, digest="f" * 64)
    assert applied(verdict(twin), [GIVEN]) == ()
    assert applied(verdict(HARM), [replace(GIVEN, digest="")]) == ()
    telling = replace(GIVEN, digest=TOLD.digest)
    assert applied(verdict(TOLD), [telling]) == ()  # nobody has to accept that


def test_a_report_says_who_accepted_a_finding() -> None:
    report = Report("ev", (), Provenance(), verdict(HARM), accepted=(GIVEN,))
    assert report.override_of(HARM) == GIVEN
    assert report.override_of(TOLD) is None


def test_what_stands_beside_a_mode_and_in_it_is_one_finding() -> None:
    inside = verdict(HARM, TOLD, mode=True)
    assert findings_of(replace(inside, findings=(HARM,))) == (HARM, TOLD)
