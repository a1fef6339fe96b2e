"""Groups of changes give way to the half in which the same was found."""

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
    assert outdone([GROUP, HALF, ONE]) == {GROUP.id, HALF.id}
    assert outdone([GROUP, HALF]) == {GROUP.id}
    assert outdone([GROUP, harmful("e")]) == frozenset()


def test_another_mode_metric_reason_or_stage_is_another_matter() -> None:
    others = (
        harmful("a..b", "a..d", mode="conv"),
        harmful("a..b", "a..d", metric="accuracy"),
        harmful("a..b", "a..d", reason="more_failures"),
        harmful("a..b", "a..d", rung="full"),
    )
    assert all(outdone([GROUP, one]) == frozenset() for one in others)
    both = [harmful("a..d", rung="full"), others[-1]]
    assert outdone(both) == {both[0].id}


def test_only_what_flags_a_change_counts() -> None:
    kept = finding(Reason.CHANGE_TOLERATED, Ruling.INFO, {}, change="a")
    branch = finding(Reason.MORE_FAILURES, Ruling.BLOCK, {}, mode="mlp")
    assert flagged([GROUP, kept, branch]) == (GROUP,)


def test_further_evidence_makes_another_id_and_leaves_the_rest() -> None:
    more = with_evidence(HALF, {"rung": "full"})
    assert more.evidence == {"inside": "a..d", "rung": "full"}
    assert more.id != HALF.id
    assert (more.change, more.mode, more.state) == ("a..b", "mlp", Ruling.BLOCK)
