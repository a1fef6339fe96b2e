"""The JSON of a report is the stable contract: exact, finite, described by a schema."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.domain.arms import Branch
from bot.domain.verdict import Cost, Provenance, Report
from bot.presentation.report_json import document
from tests.fakes import accepted_reports, reports, shown_reports, wide_reports
from tests.golden.compare import agreed
from workers.contract import Infra, InfraReason, Ok

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "report.schema.json"
EXAMPLES = {
    "passing": reports.passing,
    "accepted": accepted_reports.accepted,
    "blocking": reports.blocking,
    "undecided": reports.undecided,
    "speedrun": reports.speedrun,
    "conflict": reports.conflict,
    "sliced": wide_reports.sliced,
    "improving": wide_reports.improving,
    "shadowed": wide_reports.shadowed,
    "extended": wide_reports.extended,
    "hostile": reports.hostile,
    "accepted_hostile": accepted_reports.hostile_accepted,
    "hostile_changes": wide_reports.hostile_changes,
    "everything": shown_reports.everything,
    "hostile_exhibits": shown_reports.hostile_exhibits,
}


def text_of(report: Report) -> str:
    return json.dumps(document(report), indent=2, allow_nan=False) + "\n"


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_report_fits_the_published_schema(name: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(text_of(EXAMPLES[name]())))


@pytest.mark.parametrize(
    "name", ["accepted", "blocking", "speedrun", "conflict", "shadowed", "everything"]
)
def test_the_document_is_as_agreed(name: str) -> None:
    text = text_of(EXAMPLES[name]())
    assert text == agreed(f"report_{name}.json", text)


def test_the_top_has_exactly_the_promised_keys_in_order() -> None:
    assert list(document(reports.passing())) == [
        *("schema_version", "evaluation", "stages", "provenance", "verdict"),
        *("base", "head", "tree", "policy_sha256", "findings", "modes"),
        *("changes", "apart", "rungs", "price", "forecasts", "exhibits"),
        *("trials", "cost"),
    ]


def test_no_number_is_ever_nan_or_infinite() -> None:
    report = reports.passing()
    bad = replace(
        report.verdict.modes[0].metrics[0],
        d=math.nan,
        high=math.inf,
        sd=-math.inf,
        per_seed=((1, math.nan, 2.0),),
    )
    mode = replace(report.verdict.modes[0], metrics=(bad,))
    verdict = replace(report.verdict, modes=(mode,))
    cost = Cost(elapsed_s=math.inf)
    made = document(replace(report, verdict=verdict, cost=cost))
    metric = json.loads(json.dumps(made, allow_nan=False))["modes"]["mlp"]["metrics"]
    assert metric["test_loss"]["d"] is None
    assert metric["test_loss"]["ci"][1] is None
    assert metric["test_loss"]["per_seed"] == [
        {"seed": 1, "baseline": None, "branch": 2.0}
    ]


def test_what_is_not_known_is_null() -> None:
    made = document(replace(reports.passing(), provenance=Provenance()))
    assert [made[key] for key in ("base", "head", "tree", "policy_sha256")] == [
        None
    ] * 4


def test_a_finding_keeps_its_reason_and_evidence_and_says_what_to_do() -> None:
    found = json.loads(text_of(reports.conflict()))["findings"][0]
    assert found["evidence"] == {
        "reason": "merge_conflict",
        "files": ["model.py", "train.py"],
    }
    assert "rebase" in found["message"]


def test_failed_and_lost_trials_say_why() -> None:
    report = reports.blocking()
    lost = reports.trial(Branch(), "mlp", 7, Infra(InfraReason.DISK, "full"))
    waiting = replace(lost, result=None)
    given = replace(reports.trial(Branch(), "mlp", 8, Ok()), spec=None)
    trials = (*report.trials, lost, waiting, given)
    made = json.loads(text_of(replace(report, trials=trials)))["trials"]
    assert {one["reason"] for one in made} == {None, "exception", "disk"}
    assert made[-2]["metrics"] == {}
    assert made[-2]["wall_s"] is None
    assert made[-1]["repro"] is None
    assert made[0]["cached"] is True


def test_evidence_of_any_other_type_becomes_text() -> None:
    report = reports.conflict()
    odd = replace(report.verdict.findings[0], evidence={"path": Path("a/b")})  # type: ignore[dict-item]
    verdict = replace(report.verdict, findings=(odd,))
    found = json.loads(text_of(replace(report, verdict=verdict)))["findings"]
    assert found[0]["evidence"]["path"] == "a/b"


def test_the_same_report_gives_the_same_bytes() -> None:
    assert text_of(reports.passing()) == text_of(reports.passing())


def test_a_trial_says_where_it_came_from() -> None:
    report = reports.passing()
    old, new = report.trials[:2]
    assert old.spec is not None
    spec = replace(old.spec, commit="abc", policy="def", machine="m1")
    named = replace(old, spec=spec)
    foreign = replace(new, spec=replace(spec, commit="", tree="unknown"))
    given = replace(new, spec=None)
    trials = (old, new, named, foreign, given)
    made = json.loads(text_of(replace(report, trials=trials)))["trials"]
    origin = report.provenance
    assert [one["commit"] for one in made] == [
        *(origin.base_commit, origin.head_commit, "abc", None, None)
    ]
    assert made[2]["policy_sha256"] == "def"
    assert made[4]["policy_sha256"] == origin.policy_sha256
    assert (made[2]["machine"], made[4]["tree"], made[4]["argv"]) == ("m1", None, None)
    assert made[0]["argv"] == list(old.spec.argv)


def test_exhibits_are_written_whole() -> None:
    made = json.loads(text_of(shown_reports.everything()))
    shown = made["exhibits"]
    assert [one["diagnosis"] for one in shown["gaps"][0]["arms"]][:2] == [
        *("variance", "variance")
    ]
    assert {one["arm"] for one in shown["curves"][0]["bands"]} == {
        *("baseline", "branch", "without:4c0ffee", "without:9e8d7c6"),
        "only:9e8d7c6",
    }
    assert made["modes"]["rnn"]["behaviour"]["fingerprint"] == "identical"
    assert [one["state"] for one in made["rungs"]][-1] == "info"
    assert made["price"]["complexity"] == [120, 131]
    assert made["forecasts"][0]["outcome"] == "met"
