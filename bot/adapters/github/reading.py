"""Repositories, their rules and people, and pull requests."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.adapters.github.desk import Desk, same
from bot.adapters.github.owner_wire import (
    BRANCH,
    RULES,
    ChecksRuleWire,
    QueueRuleWire,
    RuleWire,
)
from bot.adapters.github.wire import PERMISSION, PULL, PULLS, REPOSITORY
from bot.domain.github import (
    Account,
    BranchRules,
    GitHubError,
    NotFound,
    Permission,
    Place,
    Pull,
    Repository,
    RequiredCheck,
)


class ReadingCalls:
    """Calls that change nothing."""

    __slots__ = ()
    _desk: Desk

    def repository(self, place: Place) -> Repository:
        """The repository, with the name that it has now."""
        found = self._desk.known(place, "", REPOSITORY)
        same(place.repository, found.id, "the repository")
        return found.value()

    def branch_rules(self, place: Place, branch: str) -> BranchRules:
        """What a branch requires, of rulesets and classic protection together."""
        name = quote(branch, safe="")
        rules = self._desk.listed(place, f"/rules/branches/{name}", RULES)
        return _together(rules, self._classic(place, branch))

    def _classic(self, place: Place, branch: str) -> tuple[RequiredCheck, ...]:
        """A branch that is not there yet has rules, but no protection."""
        try:
            found = self._desk.known(
                place, f"/branches/{quote(branch, safe='')}", BRANCH
            )
        except GitHubError as fault:
            if isinstance(fault.failure, NotFound):
                return ()
            raise
        same(branch, found.name, "the branch")
        return found.required()

    def permission(self, place: Place, person: Account) -> Permission:
        """What a person may do here; nobody inherits a role with a login."""
        login = quote(person.login, safe="")
        path = f"/collaborators/{login}/permission"
        found = self._desk.get(place, path, PERMISSION)
        if found.user.id != person.id:
            raise GitHubError(NotFound(f"the login of {person.id} is another one's"))
        return found.value()

    def pull(self, place: Place, number: int) -> Pull:
        """A pull request."""
        found = self._desk.get(place, f"/pulls/{number}", PULL)
        same(number, found.number, "pull request")
        return found.value()

    def open_pulls(self, place: Place) -> Sequence[Pull]:
        """All that are open, by number."""
        found = self._desk.listed(
            place, "/pulls", PULLS, state="open", sort="created", direction="asc"
        )
        return _by_number([one.value() for one in found])

    def pulls_with(self, place: Place, sha: str) -> Sequence[Pull]:
        """The open ones whose head is this commit, by number."""
        found = self._desk.listed(place, f"/commits/{sha}/pulls", PULLS)
        return _by_number([p for w in found if (p := w.value()).head.sha == sha])


def _by_number(found: Sequence[Pull]) -> list[Pull]:
    """Open ones, each once: pages move while they are read."""
    once = {one.number: one for one in found if one.open}
    return [once[number] for number in sorted(once)]


def _together(
    rules: Sequence[RuleWire], classic: tuple[RequiredCheck, ...]
) -> BranchRules:
    checks = [one.parameters for one in rules if isinstance(one, ChecksRuleWire)]
    queues = [one.parameters for one in rules if isinstance(one, QueueRuleWire)]
    required = [one.value() for said in checks for one in said.required_status_checks]
    minutes = [one.check_response_timeout_minutes for one in queues]
    return BranchRules(
        required=(*required, *classic),
        strict=any(one.strict_required_status_checks_policy for one in checks),
        queue_minutes=min(minutes, default=None),
    )
