"""Check runs and suites with the rules that GitHub's description leaves out."""

from typing import Any

import pytest
from github import GithubException, UnknownObjectException
from github.CheckRun import CheckRun as ClientRun

from tests.fakegithub import check_changes
from tests.fakegithub.records import Side
from tests.unit.fakegithub.stage import Stage, staged, taken_breaks

OUTPUT = {"title": "t", "summary": "s"}


def create(stage: Stage, **fields: Any) -> ClientRun:
    given = {"name": "seedgate", "head_sha": stage.sha, **fields}
    return stage.client_repository().create_check_run(**given)


def refused(stage: Stage, **fields: Any) -> str:
    with pytest.raises(GithubException) as raised:
        create(stage, **fields)
    assert raised.value.status == 422
    return str(raised.value.data["message"])


def events(stage: Stage) -> list[str]:
    return [f"{one.event}.{one.action}" for one in stage.heard]


def test_a_run_is_created_found_again_and_completed() -> None:
    with staged() as stage:
        made = create(stage, external_id="e1", details_url="https://gate.example/1")
        assert (made.status, made.conclusion, made.app.slug) == ("queued", None, "gate")
        made.edit(status="in_progress")
        made.edit(conclusion="success", output=OUTPUT)
        commit = stage.client_repository().get_commit(stage.sha)
        (found,) = list(commit.get_check_runs(check_name="seedgate"))
        assert (found.id, found.external_id) == (made.id, "e1")
        assert (found.status, found.conclusion) == ("completed", "success")
        assert found.completed_at is not None
        assert events(stage) == [
            "check_run.created",
            "check_run.completed",
            "check_suite.completed",
        ]


def test_completed_needs_a_conclusion() -> None:
    with staged() as stage:
        assert "conclusion" in refused(stage, status="completed")


def test_stale_cannot_be_set_and_comes_by_itself_after_fourteen_days() -> None:
    with staged() as stage:
        assert "stale" in refused(stage, conclusion="stale")
        made = create(stage)
        stage.world.clock.advance(14 * 86_400 + 1)
        found = stage.client_repository().get_check_run(made.id)
        assert (found.status, found.conclusion) == ("completed", "stale")
        found.edit(status="in_progress")
        assert found.conclusion == "stale"  # it has been waiting since it was made


def test_a_run_that_has_ended_is_not_opened_again_and_may_end_otherwise() -> None:
    with staged() as stage:
        made = create(stage, conclusion="success")
        stage.world.clock.advance(20 * 86_400)
        made = stage.client_repository().get_check_run(made.id)
        for status in ("queued", "in_progress"):
            made.edit(status=status, output={"title": "Anew", "summary": "It runs."})
            assert (made.status, made.conclusion) == ("completed", "success")
            assert made.output.title == "Anew"
        made.edit(conclusion="failure")
        assert (made.status, made.conclusion) == ("completed", "failure")


def test_a_run_needs_a_commit_of_the_repository() -> None:
    with staged() as stage:
        assert "No commit found" in refused(stage, head_sha="b" * 40)


def test_the_states_of_actions_are_not_for_apps() -> None:
    with staged() as stage:
        made = create(stage)
        url = f"{stage.path}/check-runs/{made.id}"
        answer = stage.raw().patch(url, json={"status": "waiting"})
        assert answer.status_code == 422
        assert "checks/update" in taken_breaks(stage)[0]


def note(message: str = "m", **fields: Any) -> dict[str, Any]:
    return {
        "path": "a.py",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": message,
        **fields,
    }


def test_annotations_are_added_and_never_removed() -> None:
    with staged() as stage:
        made = create(stage, output={**OUTPUT, "annotations": [note()] * 50})
        for _ in range(2):
            made.edit(output={**OUTPUT, "annotations": [note("again")] * 35})
        made = stage.client_repository().get_check_run(made.id)
        assert made.output.annotations_count == 120
        assert len(list(made.get_annotations())) == 120


@pytest.mark.parametrize(
    "said",
    [
        note("m" * 65_537),
        note("é" * 32_769),
        note(raw_details="r" * 65_537),
        note(title="t" * 256),
        note(end_line=2, start_column=1),
        note(start_line=3),
    ],
)
def test_annotations_have_limits_of_their_own(said: dict[str, Any]) -> None:
    with staged() as stage:
        message = refused(stage, output={**OUTPUT, "annotations": [said]})
        assert message.startswith("Invalid request.")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"summary": "é" * 32_768}, "summary exceeds a maximum bytesize"),
        ({"text": "\u6f22" * 21_846}, "text exceeds a maximum bytesize"),
        ({"title": "t" * 256}, "title is too long"),
    ],
)
def test_what_a_run_says_is_counted_in_bytes(said: dict[str, str], why: str) -> None:
    with staged() as stage:
        longest = {"title": "é" * 255, "summary": "s" * 65_535}
        longest["text"] = "\u6f22" * 21_845
        made = create(stage, output=longest)
        assert why in refused(stage, output={**longest, **said})
        assert list(stage.repository.runs) == [made.id]


def test_a_run_can_only_be_changed_by_its_app() -> None:
    with staged() as stage:
        made = create(stage)
        stage.repository.runs[made.id].app_id = 1
        with pytest.raises(GithubException) as raised:
            made.edit(status="in_progress")
        assert raised.value.status == 403


def test_all_runs_of_an_app_at_a_commit_are_one_suite() -> None:
    with staged() as stage:
        create(stage, conclusion="success")
        create(stage, name="other", conclusion="failure")
        commit = stage.client_repository().get_commit(stage.sha)
        (suite,) = list(commit.get_check_suites(app_id=stage.app.id))
        assert (suite.status, suite.conclusion) == ("completed", "failure")
        create(stage, name="third", status="in_progress")
        (suite,) = list(commit.get_check_suites(check_name="third"))
        assert (suite.status, suite.conclusion) == ("in_progress", None)
        assert list(commit.get_check_suites(app_id=1)) == []


def test_latest_shows_one_run_of_a_name_and_all_shows_all() -> None:
    with staged() as stage:
        create(stage, conclusion="failure")
        newest = create(stage)
        commit = stage.client_repository().get_commit(stage.sha)
        assert [r.id for r in commit.get_check_runs()] == [newest.id]
        assert len(list(commit.get_check_runs(filter="all"))) == 2
        done = list(commit.get_check_runs(filter="all", status="completed"))
        assert [r.conclusion for r in done] == ["failure"]


def test_rerequesting_resets_the_suite_and_not_the_run() -> None:
    with staged() as stage:
        made = create(stage, conclusion="failure")
        client = stage.raw()
        url = f"{stage.path}/check-runs/{made.id}"
        assert client.post(f"{url}/rerequest").status_code == 201
        found = client.get(url).json()
        assert found["conclusion"] == "failure"
        suite = f"{stage.path}/check-suites/{found['check_suite']['id']}"
        assert client.get(suite).json()["status"] == "queued"
        assert events(stage)[-1] == "check_run.rerequested"
        again = create(stage, status="in_progress")
        assert client.get(suite).json()["status"] == "in_progress"
        url = f"{stage.path}/check-runs/{again.id}"
        assert client.post(f"{url}/rerequest").status_code == 422


def test_a_suite_is_rerequested_through_pygithub() -> None:
    with staged() as stage:
        create(stage, conclusion="failure")
        commit = stage.client_repository().get_commit(stage.sha)
        (suite,) = list(commit.get_check_suites())
        assert suite.rerequest()
        assert events(stage)[-1] == "check_suite.rerequested"


def test_a_click_names_its_button() -> None:
    with staged() as stage:
        made = create(stage, conclusion="failure")
        place = check_changes.Place(stage.world, stage.repository)
        run = stage.repository.runs[made.id]
        check_changes.request_action(place, run, "rerun", stage.owner.id)
        assert stage.heard[-1].details == {"requested_action": {"identifier": "rerun"}}


def test_runs_list_the_open_pulls_of_their_commit_but_never_those_of_forks() -> None:
    with staged() as stage:
        pull = stage.pull()
        made = create(stage, head_sha=pull.head.sha)
        assert [p.number for p in made.pull_requests] == [pull.number]
        pull.head = Side("idea", pull.head.sha, None, "bob:idea")
        made = stage.client_repository().get_check_run(made.id)
        assert made.pull_requests == []


def test_the_oldest_of_a_thousand_runs_of_a_name_goes() -> None:
    with staged() as stage:
        place = check_changes.Place(stage.world, stage.repository)
        fields = {"name": "seedgate", "head_sha": stage.sha}
        first = check_changes.create_run(place, stage.app, fields)
        for _ in range(1000):
            check_changes.create_run(place, stage.app, fields)
        assert len(stage.repository.runs) == 1000
        with pytest.raises(UnknownObjectException):
            stage.client_repository().get_check_run(first.id).complete()


@pytest.mark.parametrize("address", ["", "gate.example/run/1", "ftp://gate.example"])
def test_a_details_link_must_be_one_of_the_web(address: str) -> None:
    with staged() as stage:
        run = {"name": "seedgate", "head_sha": stage.sha, "details_url": address}
        answer = stage.raw().post(f"{stage.path}/check-runs", json=run)
        assert answer.status_code == 422
        assert "http or https scheme" in answer.json()["errors"][0]["message"]
