"""Changes of check runs and suites. Call under `world.lock`."""

from dataclasses import dataclass
from datetime import datetime

from tests.fakegithub.changes import Refused
from tests.fakegithub.records import App, CheckRun, CheckSuite, Json, Repository
from tests.fakegithub.rollup import suite_standing
from tests.fakegithub.state import Happening, World

RUNS_OF_ONE_NAME = 1000
LONG_BYTES = 64 * 1024
TEXT_BYTES = 65_535
LONG_TITLE = 255


@dataclass(frozen=True, slots=True)
class Place:
    """Where checks are: a repository of the world."""

    world: World
    repository: Repository

    def tell(
        self,
        event: str,
        action: str,
        subject: int,
        sender_id: int,
        details: dict[str, Json] | None = None,
    ) -> None:
        """Tells the world."""
        self.world.emit(
            Happening(
                event, action, self.repository.id, subject, sender_id, details or {}
            )
        )


def find_suite(repository: Repository, app_id: int, sha: str) -> CheckSuite | None:
    """The App's one suite at a commit."""
    for suite in repository.suites.values():
        if (suite.app_id, suite.head_sha) == (app_id, sha):
            return suite
    return None


def ensure_suite(
    place: Place, app: App, sha: str, *, branch: str | None = None
) -> CheckSuite:
    """The App's suite at a commit, made when missing; no webhook."""
    found = find_suite(place.repository, app.id, sha)
    if found is None:
        now = place.world.clock.now()
        found = CheckSuite(place.world.new_id(), app.id, sha, branch, now, now)
        place.repository.suites[found.id] = found
    return found


def request_suite(
    place: Place, app: App, sha: str, branch: str, before: str, sender_id: int
) -> CheckSuite:
    """What a push makes for every App with checks:write."""
    suite = ensure_suite(place, app, sha, branch=branch)
    suite.before = before
    place.tell("check_suite", "requested", suite.id, sender_id)
    return suite


def create_run(place: Place, app: App, fields: dict[str, Json]) -> CheckRun:
    """Makes a run at a commit that exists; `fields` as the API takes them."""
    sha = fields["head_sha"]
    if place.world.git.commit(place.repository, sha) is None:
        raise Refused(f"No commit found for SHA: {sha}")
    _check_fields(fields)
    now = place.world.clock.now()
    suite = ensure_suite(place, app, sha)
    run = CheckRun(place.world.new_id(), suite.id, app.id, fields["name"], sha, now)
    run.started_at = now
    _apply(run, fields, now)
    place.repository.runs[run.id] = run
    _drop_oldest(place.repository, run)
    suite.rerequested = False
    suite.updated_at = now
    place.tell("check_run", "created", run.id, app.bot_id)
    if run.status == "completed":
        _tell_completed(place, run, app)
    return run


def update_run(place: Place, app: App, run: CheckRun, fields: dict[str, Json]) -> None:
    """Changes a run of the same App; annotations are added to those there."""
    if run.app_id != app.id:
        raise Refused(
            f"Invalid app_id `{app.id}` - check run can only be modified by the "
            "GitHub App that created it.",
            status=403,
        )
    _check_fields(fields)
    was = run.status
    _apply(run, fields, place.world.clock.now())
    suite = place.repository.suites[run.suite_id]
    suite.rerequested = False
    suite.updated_at = place.world.clock.now()
    if run.status == "completed" and was != "completed":
        _tell_completed(place, run, app)


def rerequest_run(place: Place, run: CheckRun, sender_id: int) -> None:
    """Asks for the run again: the suite is reset, the run is not touched."""
    place.repository.suites[run.suite_id].rerequested = True
    place.tell("check_run", "rerequested", run.id, sender_id)


def request_action(
    place: Place, run: CheckRun, identifier: str, sender_id: int
) -> None:
    """A click on one of the run's buttons, which show once it is completed."""
    details: dict[str, Json] = {"requested_action": {"identifier": identifier}}
    place.tell("check_run", "requested_action", run.id, sender_id, details)


def rerequest_suite(place: Place, suite: CheckSuite, sender_id: int) -> None:
    """Re-run all checks of one App."""
    suite.rerequested = True
    place.tell("check_suite", "rerequested", suite.id, sender_id)


def _tell_completed(place: Place, run: CheckRun, app: App) -> None:
    place.tell("check_run", "completed", run.id, app.bot_id)
    suite = place.repository.suites[run.suite_id]
    runs = [r for r in place.repository.runs.values() if r.suite_id == suite.id]
    status, _ = suite_standing(suite, runs, place.world.clock.now())
    if status == "completed":
        place.tell("check_suite", "completed", suite.id, app.bot_id)


def _check_fields(fields: dict[str, Json]) -> None:
    """GitHub's rules that its description does not express."""
    if fields.get("conclusion") == "stale":
        raise Refused("Invalid request.\n\nstale is not a conclusion that can be set.")
    if fields.get("status") == "completed" and "conclusion" not in fields:
        raise Refused("Invalid request.\n\nMissing required key: conclusion.")
    _check_address(fields.get("details_url"))
    output = fields.get("output", {})
    _check_output(output)
    for annotation in output.get("annotations", ()):
        _check_annotation(annotation)


def _check_output(said: dict[str, Json]) -> None:
    """GitHub counts bytes where it says characters (github/docs, issue 35252)."""
    for name in ("summary", "text"):
        if len((said.get(name) or "").encode()) > TEXT_BYTES:
            words = f"{name} exceeds a maximum bytesize of {TEXT_BYTES}"
            raise Refused(f"Invalid request.\n\n{words}.")
    if len(said.get("title") or "") > LONG_TITLE:
        words = f"title is too long (maximum is {LONG_TITLE} characters)"
        raise Refused(f"Invalid request.\n\n{words}.")


def _check_address(address: str | None) -> None:
    """An empty address or one of another kind is none to GitHub."""
    if address is None or address.startswith(("http://", "https://")):
        return
    said = {
        "resource": "CheckRun",
        "code": "custom",
        "field": "details_url",
        "message": "details_url must use the http or https scheme",
    }
    raise Refused("Validation Failed", [said])


def _check_annotation(said: dict[str, Json]) -> None:
    for name in ("message", "raw_details"):
        if len((said.get(name) or "").encode()) > LONG_BYTES:
            raise Refused(f"Invalid request.\n\nannotation {name} exceeds 64 KB.")
    if len(said.get("title") or "") > 255:
        raise Refused("Invalid request.\n\nannotation title exceeds 255 characters.")
    columns = "start_column" in said or "end_column" in said
    if columns and said["start_line"] != said["end_line"]:
        raise Refused("Invalid request.\n\ncolumns need one line, not several.")
    if said["end_line"] < said["start_line"]:
        raise Refused("Invalid request.\n\nend_line is before start_line.")


def _apply(run: CheckRun, fields: dict[str, Json], now: datetime) -> None:
    """A status alone does not open again what has ended, and that is no error.

    So it is by GitHub's support (github.com/orgs/community/discussions/24761) and by
    many Apps that tried (Mergify #1989, tektoncd/pipelines-as-code #2305).
    """
    for name in ("name", "external_id", "details_url", "actions"):
        if name in fields:
            setattr(run, name, fields[name])
    if "started_at" in fields:
        run.started_at = datetime.fromisoformat(fields["started_at"])
    output = dict(fields.get("output", {}))
    run.annotations += output.pop("annotations", [])
    run.output |= output
    if "conclusion" in fields:
        run.status, run.conclusion = "completed", fields["conclusion"]
        said = fields.get("completed_at")
        run.completed_at = datetime.fromisoformat(said) if said else now
    elif "status" in fields and run.status != "completed":
        run.status = fields["status"]


def _drop_oldest(repository: Repository, made: CheckRun) -> None:
    same = [
        run
        for run in repository.runs.values()
        if (run.suite_id, run.name) == (made.suite_id, made.name)
    ]
    for old in same[: max(0, len(same) - RUNS_OF_ONE_NAME)]:
        del repository.runs[old.id]
