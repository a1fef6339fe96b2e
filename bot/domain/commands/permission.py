"""Who may give a command: the table's answer, which a policy may only tighten."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.commands.refusals import Refusal, Refused
from bot.domain.commands.table import TABLE, Entry, Role
from bot.domain.commands.values import Verb

_BY_PERMISSION = {
    "none": Role.NONE,
    "read": Role.READ,
    "write": Role.WRITE,
    "admin": Role.ADMIN,
}
_FINER = {("read", "triage"): Role.TRIAGE, ("write", "maintain"): Role.MAINTAIN}


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever gives a command, as GitHub says it at handling time.

    `role` is None where it could not be read, or was told of another user id than the
    commenter's. `is_author` compares numeric user ids, never logins.
    """

    role: Role | None
    is_author: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What the base's policy adds to the table, and whether the branch edits it.

    `permissions` are roles by key of the policy's section; what is looser than the
    table has no effect. While a pull request edits the policy, or that is not known,
    only maintainers may give what needs a role.
    """

    permissions: Mapping[str, str] = field(default_factory=dict)
    policy_edited: bool = False
    policy_known: bool = True


@dataclass(frozen=True, slots=True)
class Allowed:
    """Somebody may; `by` says why: `anyone`, `author`, or the role that was needed."""

    by: str


def role_of(permission: str, role_name: str) -> Role | None:
    """The role in an answer of GitHub's collaborator-permission endpoint.

    Only `permission` grants; `role_name` makes it finer where both fit (an
    organization's own roles have names of its own). None for what is not known.
    """
    finer = _FINER.get((permission, role_name))
    return _BY_PERMISSION.get(permission) if finer is None else finer


def permit(verb: Verb, person: Person, rules: Rules) -> Allowed | Refused:
    """Whether that person may give that verb; an unreadable role never may."""
    needs = _needed(TABLE[verb], rules)
    if needs is None:
        return Allowed("anyone")
    if TABLE[verb].author and person.is_author:
        return Allowed("author")
    if person.role is None:
        evidence = {"verb": verb.value, "needs": needs.name.lower()}
        return Refused(Refusal.ROLE_UNKNOWN, evidence)
    if person.role < needs:
        return _refused(TABLE[verb], needs, person.role, rules)
    return Allowed(needs.name.lower())


def _needed(entry: Entry, rules: Rules) -> Role | None:
    """The least role; None where anybody may."""
    if entry.role is None:
        return None
    asked = _role(rules.permissions.get(entry.tightened_by))
    doubtful = rules.policy_edited or not rules.policy_known
    return max(entry.role, asked, Role.MAINTAIN if doubtful else Role.NONE)


def _role(word: str | None) -> Role:
    """The role that a policy names; one that is not known asks for the highest."""
    if word is None:
        return Role.NONE
    return {one.name.lower(): one for one in Role}.get(word, Role.ADMIN)


def _refused(entry: Entry, needs: Role, has: Role, rules: Rules) -> Refused:
    evidence: dict[str, str | int] = {
        "verb": entry.verb.value,
        "needs": needs.name.lower(),
        "has": has.name.lower(),
        "author": entry.author,
        "edited": rules.policy_edited and needs is Role.MAINTAIN,
        "unknown": not rules.policy_known and needs is Role.MAINTAIN,
    }
    return Refused(Refusal.NOT_ALLOWED, evidence)
