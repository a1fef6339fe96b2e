"""Requests are judged more strictly than GitHub judges them, answers as strictly."""

import pytest

from tests.fakegithub.contract import Contract, contract
from tests.fakegithub.schemas import modern, strict
from tests.unit.fakegithub.stage import staged, taken_breaks

SHA = "a" * 40


def body_fault(operation: str, body: object) -> str | None:
    return contract().operations[operation].body_fault(body)


def test_a_good_check_run_is_taken() -> None:
    output = {"title": "t", "summary": "s", "images": []}
    body = {"name": "n", "head_sha": SHA, "status": "queued", "output": output}
    assert body_fault("checks/create", body) is None
    done = {**body, "status": "completed", "conclusion": "success"}
    assert body_fault("checks/create", done) is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"name": "n", "head_sha": SHA, "concluson": "x"}, "concluson"),
        ({"name": "n", "head_sha": SHA, "output": {"title": "t"}}, "summary"),
        ({"name": "n"}, "head_sha"),
        ({"name": "n", "head_sha": SHA, "status": "done"}, "done"),
        ({"name": "n", "head_sha": SHA, "started_at": "yesterday"}, "date-time"),
        (
            {
                "name": "n",
                "head_sha": SHA,
                "output": {"title": "t", "summary": "s", "smmary": ""},
            },
            "smmary",
        ),
        (
            {
                "name": "n",
                "head_sha": SHA,
                "actions": [
                    {"label": "l" * 21, "description": "d", "identifier": "i"},
                ],
            },
            "20",
        ),
        (
            {
                "name": "n",
                "head_sha": SHA,
                "actions": [
                    {"label": str(i), "description": "d", "identifier": "i"}
                    for i in range(4)
                ],
            },
            "3",
        ),
        (
            {
                "name": "n",
                "head_sha": SHA,
                "output": {"title": "t", "summary": "s" * 65_536},
            },
            "65535",
        ),
        (None, "missing"),
    ],
)
def test_a_check_run_that_github_describes_otherwise_is_refused(
    body: object, said: str
) -> None:
    assert said in str(body_fault("checks/create", body))


def test_more_than_fifty_annotations_in_one_request_are_refused() -> None:
    note = {
        "path": "a",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "notice",
        "message": "m",
    }
    for count, fine in ((50, True), (51, False)):
        output = {"title": "t", "summary": "s", "annotations": [note] * count}
        assert (body_fault("checks/update", {"output": output}) is None) is fine


def test_nullable_takes_null_and_the_type_beside_it() -> None:
    schema = modern({"nullable": True, "type": "string"})
    assert schema == {"anyOf": [{"type": "null"}, {"type": "string"}]}
    assert body_fault("issues/update", {"body": None}) is None
    assert "3.5" in str(body_fault("issues/update", {"body": 3.5}))


def test_only_the_schema_that_holds_a_combination_is_closed() -> None:
    branch = {"properties": {"a": {}}, "additionalProperties": True}
    made = strict({"type": "object", "oneOf": [branch]})
    assert made["unevaluatedProperties"] is False
    assert made["oneOf"] == [{"properties": {"a": {}}}]


def test_query_names_and_values_are_checked() -> None:
    operation = contract().operations["pulls/list"]
    assert operation.query_fault({"state": "open", "page": "2"}) is None
    assert "unknown" in str(operation.query_fault({"stat": "open"}))
    assert "opened" in str(operation.query_fault({"state": "opened"}))
    assert "whole number" in str(operation.query_fault({"page": "x"}))
    assert "100" in str(operation.query_fault({"per_page": "101"}))


def test_answers_must_have_a_declared_status_and_the_described_body() -> None:
    operation = contract().operations["checks/create"]
    assert operation.answer_fault(200, {}) == "status 200 is not declared"
    assert "required" in str(operation.answer_fault(201, {"id": 1}))
    assert operation.answer_fault(502, "unicorn") is None


def test_an_answer_of_the_fake_that_breaks_the_contract_is_its_own_break() -> None:
    with staged() as stage:
        stage.app.name = 5  # type: ignore[assignment]
        assert stage.raw(stage.jwt()).get("/app").status_code == 200
        assert taken_breaks(stage)[0].startswith("fake apps/get-authenticated")


def test_paths_with_slashes_find_the_most_literal_operation() -> None:
    made: Contract = contract()
    found = made.match("GET", "/repos/o/r/commits/refs%2Fpull%2F1%2Fhead/check-runs")
    assert found is not None
    assert found[0].id == "checks/list-for-ref"
    assert found[1]["ref"] == "refs/pull/1/head"
    found = made.match("GET", "/repos/o/r/commits/heads/a/b")
    assert found is not None
    assert (found[0].id, found[1]["ref"]) == ("repos/get-commit", "heads/a/b")
    assert made.match("PUT", "/repos/o/r") is None


def test_an_unknown_operation_is_written_down() -> None:
    with staged() as stage:
        assert stage.raw().get(f"{stage.path}/nope").status_code == 404
        assert "unknown operation GET" in taken_breaks(stage)[0]
