"""Check runs and check suites."""

from collections.abc import Sequence

from tests.fakegithub import check_changes
from tests.fakegithub.operations.call import Answer, Call, Handler, error, not_found
from tests.fakegithub.records import CheckRun, CheckSuite, Json
from tests.fakegithub.rollup import latest
from tests.fakegithub.shapes import checks


def _shape(call: Call, run: CheckRun) -> dict[str, Json]:
    return checks.run(call.world, call.repository, run)


def _run(call: Call) -> CheckRun | None:
    return call.repository.runs.get(call.number("check_run_id"))


def _suite(call: Call) -> CheckSuite | None:
    return call.repository.suites.get(call.number("check_suite_id"))


def create(call: Call) -> Answer:
    """A new run of the calling App."""
    run = check_changes.create_run(call.place, call.app, call.body)
    return Answer(201, _shape(call, run))


def get(call: Call) -> Answer:
    """One run."""
    run = _run(call)
    return Answer(200, _shape(call, run)) if run else not_found()


def update(call: Call) -> Answer:
    """Changes a run."""
    run = _run(call)
    if run is None:
        return not_found()
    check_changes.update_run(call.place, call.app, run, call.body)
    return Answer(200, _shape(call, run))


def annotations(call: Call) -> Answer:
    """All annotations of a run, of all its updates."""
    run = _run(call)
    if run is None:
        return not_found()
    return call.page(
        run.annotations,
        lambda said: checks.annotation(call.world, call.repository, run, said),
    )


def rerequest_run(call: Call) -> Answer:
    """Asks for a run again, as a click does."""
    run = _run(call)
    if run is None:
        return not_found()
    if run.app_id != call.app.id:
        return error(403, "This check run is not rerequestable by this App.")
    if run.standing(call.world.clock.now())[0] != "completed":
        return error(422, "This check run is not rerequestable")
    check_changes.rerequest_run(call.place, run, call.app.bot_id)
    return Answer(201, {})


def get_suite(call: Call) -> Answer:
    """One suite."""
    suite = _suite(call)
    if suite is None:
        return not_found()
    return Answer(200, checks.suite(call.world, call.repository, suite))


def rerequest_suite(call: Call) -> Answer:
    """Asks for all runs of a suite again."""
    suite = _suite(call)
    if suite is None:
        return not_found()
    check_changes.rerequest_suite(call.place, suite, call.app.bot_id)
    return Answer(201, {})


def _filtered(call: Call, runs: Sequence[CheckRun]) -> Answer:
    """Runs by the query's name, status, App and `filter`, the newest first."""
    query, now = call.query, call.world.clock.now()
    if query.get("filter", "latest") == "latest":
        runs = latest(runs)
    if "check_name" in query:
        runs = [r for r in runs if r.name == query["check_name"]]
    if "status" in query:
        runs = [r for r in runs if r.standing(now)[0] == query["status"]]
    if "app_id" in query:
        runs = [r for r in runs if r.app_id == int(query["app_id"])]
    newest = sorted(runs, key=lambda r: -r.id)
    return call.page(newest, lambda r: _shape(call, r), within="check_runs")


def list_for_ref(call: Call) -> Answer:
    """The runs at a commit, branch or tag."""
    sha = call.world.git.resolve(call.repository, call.path["ref"])
    if sha is None:
        return error(422, f"No commit found for SHA: {call.path['ref']}")
    found = [r for r in call.repository.runs.values() if r.head_sha == sha]
    return _filtered(call, found)


def list_for_suite(call: Call) -> Answer:
    """The runs of a suite."""
    suite = _suite(call)
    if suite is None:
        return not_found()
    found = [r for r in call.repository.runs.values() if r.suite_id == suite.id]
    return _filtered(call, found)


def list_suites(call: Call) -> Answer:
    """The suites at a commit, by App or by the name of one of their runs."""
    sha = call.world.git.resolve(call.repository, call.path["ref"])
    if sha is None:
        return error(422, f"No commit found for SHA: {call.path['ref']}")
    found = [s for s in call.repository.suites.values() if s.head_sha == sha]
    if "app_id" in call.query:
        found = [s for s in found if s.app_id == int(call.query["app_id"])]
    if "check_name" in call.query:
        name, runs = call.query["check_name"], call.repository.runs.values()
        named = {r.suite_id for r in runs if r.name == name}
        found = [s for s in found if s.id in named]
    return call.page(
        found,
        lambda s: checks.suite(call.world, call.repository, s),
        within="check_suites",
    )


OPERATIONS: dict[str, Handler] = {
    "checks/create": create,
    "checks/get": get,
    "checks/update": update,
    "checks/list-annotations": annotations,
    "checks/rerequest-run": rerequest_run,
    "checks/rerequest-suite": rerequest_suite,
    "checks/get-suite": get_suite,
    "checks/list-for-ref": list_for_ref,
    "checks/list-for-suite": list_for_suite,
    "checks/list-suites-for-ref": list_suites,
}
