"""What a branch demands from now on: checks, reviews, a queue. Under `world.lock`."""

from datetime import timedelta

from tests.fakegithub.changes import Refused
from tests.fakegithub.check_changes import Place
from tests.fakegithub.records import Json, Protection, RequiredCheck, Rule, Ruleset

SEEN_WITHIN = timedelta(days=7)


def add_ruleset(place: Place, include: list[str], rules: list[Rule]) -> Ruleset:
    """An active ruleset of these rules."""
    number = place.world.new_id()
    made = Ruleset(number, f"rules {number}", include, rules)
    place.repository.rulesets[made.id] = made
    return made


def seen_lately(place: Place, name: str) -> bool:
    """Whether the settings page offers the name: it completed in the last 7 days."""
    since = place.world.clock.now() - SEEN_WITHIN
    return any(
        run.name == name and run.completed_at is not None and run.completed_at >= since
        for run in place.repository.runs.values()
    )


def require_check(
    place: Place, branch: str, name: str, app_id: int | None, *, strict: bool
) -> Ruleset:
    """Requires a check by a ruleset, as the settings page does.

    Raises Refused when the page would not offer the name.
    """
    if not seen_lately(place, name):
        raise Refused(
            f"{name}: only a check that completed here in the last 7 days is offered."
        )
    return force_check(place, branch, name, app_id, strict=strict)


def force_check(
    place: Place, branch: str, name: str, app_id: int | None, *, strict: bool
) -> Ruleset:
    """The same by the API, which takes any name."""
    check: dict[str, Json] = {"context": name}
    if app_id is not None:
        check["integration_id"] = app_id
    parameters: dict[str, Json] = {
        "required_status_checks": [check],
        "strict_required_status_checks_policy": strict,
        "do_not_enforce_on_create": False,
    }
    rule = Rule("required_status_checks", parameters)
    pattern = branch if branch.startswith("~") else f"refs/heads/{branch}"
    return add_ruleset(place, [pattern], [rule])


def require_reviews(
    place: Place, branch: str, approvals: int, *, dismiss_stale: bool
) -> Ruleset:
    """Requires approving reviews by a ruleset."""
    parameters: dict[str, Json] = {
        "required_approving_review_count": approvals,
        "dismiss_stale_reviews_on_push": dismiss_stale,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_review_thread_resolution": False,
    }
    rule = Rule("pull_request", parameters)
    return add_ruleset(place, [f"refs/heads/{branch}"], [rule])


def protect(
    place: Place, branch: str, name: str, app_id: int | None, *, strict: bool
) -> Protection:
    """Requires a check by classic branch protection."""
    made = place.repository.protections.setdefault(branch, Protection())
    made.checks.append(RequiredCheck(name, app_id))
    made.strict = strict
    return made


def add_queue(place: Place, branch: str, minutes: int, method: str) -> Ruleset:
    """Gives a branch a merge queue."""
    parameters: dict[str, Json] = {
        "check_response_timeout_minutes": minutes,
        "grouping_strategy": "ALLGREEN",
        "max_entries_to_build": 5,
        "max_entries_to_merge": 5,
        "merge_method": method,
        "min_entries_to_merge": 1,
        "min_entries_to_merge_wait_minutes": 5,
    }
    rule = Rule("merge_queue", parameters)
    return add_ruleset(place, [f"refs/heads/{branch}"], [rule])
