"""Groups of changes give way to the half in which the same was found."""

import dataclasses

from bot.domain.verdict import Evidence, Finding, Reason, Ruling, flagged, outdone
from bot.domain.verdict.findings import finding, with_evidence


def harmful(change: str, inside: str = "", **place: str) -> Finding:
    facts: Evidence = {"inside": inside} if inside else {}
    at = {"mode": "mlp", "metric": "loss", **place}
    rung = at.pop("rung", "")
    facts = {**facts, "rung": rung} if rung else facts
    reason = Reason(at.pop("reason", "change_harmful"))
    return finding(reason, Ruling.BLOCK, facts, change=change, **at)


GROUP, HALF, ONE = harmful("a..d"), harmful("a..b", "a..d"), harmful("a", "a..b")


def test_of_nested_findings_the_innermost_is_not_outdone() -> None:
    assert outdone([GROUP, HALF, ONE]) == {GROUP.key, HALF.key}
    assert outdone([GROUP, HALF]) == {GROUP.key}
    assert outdone([GROUP, harmful("e")]) == frozenset()


def test_a_group_that_blocks_is_what_is_left_once_its_half_was_accepted() -> None:
    half = dataclasses.replace(HALF, state=Ruling.INFO)
    assert outdone([GROUP, half]) == frozenset()
    one = dataclasses.replace(ONE, state=Ruling.INFO)
    assert outdone([GROUP, HALF, one]) == {GROUP.key}
    group = dataclasses.replace(GROUP, state=Ruling.INFO)
    assert outdone([group, half, one]) == {GROUP.key, HALF.key}


def test_another_mode_metric_reason_or_stage_is_another_matter() -> None:
    others = (
        harmful("a..b", "a..d", mode="conv"),
        harmful("a..b", "a..d", metric="accuracy"),
        harmful("a..b", "a..d", reason="more_failures"),
        harmful("a..b", "a..d", rung="full"),
    )
    assert all(outdone([GROUP, one]) == frozenset() for one in others)
    both = [harmful("a..d", rung="full"), others[-1]]
    assert outdone(both) == {both[0].key}


def test_only_what_flags_a_change_counts() -> None:
    kept = finding(Reason.CHANGE_TOLERATED, Ruling.INFO, {}, change="a")
    branch = finding(Reason.MORE_FAILURES, Ruling.BLOCK, {}, mode="mlp")
    assert flagged([GROUP, kept, branch]) == (GROUP,)


def test_further_evidence_makes_another_id_and_leaves_the_rest() -> None:
    more = with_evidence(HALF, {"rung": "full"})
    assert more.evidence == {"inside": "a..d", "rung": "full"}
    assert more.id != HALF.id
    assert (more.change, more.mode, more.state) == ("a..b", "mlp", Ruling.BLOCK)


def test_a_finding_that_shares_the_id_of_an_outdone_group_is_told() -> None:
    twin = dataclasses.replace(GROUP, digest="f" * 64, change="x..y")
    assert twin.id == GROUP.id
    assert outdone([GROUP, twin, HALF]) == {GROUP.key}


def test_a_finding_of_before_has_its_id_for_a_key() -> None:
    assert dataclasses.replace(GROUP, digest="").key == GROUP.id
