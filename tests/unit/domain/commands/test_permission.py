"""Who may is read from one table; a policy makes it stricter, nothing looser."""

import pytest

from bot.domain.commands import (
    TABLE,
    Allowed,
    Person,
    Refusal,
    Refused,
    Role,
    Rules,
    Verb,
    permit,
    role_of,
)

NO_RULES = Rules()


@pytest.mark.parametrize(
    ("permission", "role_name", "role"),
    [
        ("admin", "admin", Role.ADMIN),
        ("write", "maintain", Role.MAINTAIN),
        ("write", "write", Role.WRITE),
        ("write", "release-managers", Role.WRITE),
        ("read", "triage", Role.TRIAGE),
        ("read", "read", Role.READ),
        ("none", "none", Role.NONE),
        ("none", "maintain", Role.NONE),
        ("read", "maintain", Role.READ),
        ("owner", "admin", None),
        ("", "maintain", None),
    ],
)
def test_the_role_is_what_the_permission_grants_made_finer_by_its_name(
    permission: str, role_name: str, role: Role | None
) -> None:
    assert role_of(permission, role_name) is role


def may(verb: Verb, role: Role | None, *, author: bool = False) -> bool:
    return isinstance(permit(verb, Person(role, author), NO_RULES), Allowed)


@pytest.mark.parametrize("verb", list(Verb))
def test_the_table_says_who_may(verb: Verb) -> None:
    anyone = {Verb.WHY, Verb.STATUS, Verb.HELP}
    maintainers = {Verb.ACCEPT, Verb.UNACCEPT}
    authors = {Verb.CANCEL, Verb.TARGET}
    assert may(verb, Role.NONE) == (verb in anyone)
    assert may(verb, Role.TRIAGE) == (verb in anyone)
    assert may(verb, Role.WRITE) == (verb not in maintainers)
    assert may(verb, Role.MAINTAIN)
    assert may(verb, Role.ADMIN)
    assert may(verb, Role.READ, author=True) == (verb in anyone | authors)


def test_the_ledger_can_say_why_somebody_might() -> None:
    writer = Person(Role.ADMIN)
    assert permit(Verb.WHY, writer, NO_RULES) == Allowed("anyone")
    assert permit(Verb.RUN, writer, NO_RULES) == Allowed("write")
    author = Person(Role.READ, is_author=True)
    assert permit(Verb.CANCEL, author, NO_RULES) == Allowed("author")


def test_a_role_that_could_not_be_read_is_refused_not_allowed() -> None:
    unread = {"verb": "run", "needs": "write"}
    refused = Refused(Refusal.ROLE_UNKNOWN, unread)
    assert permit(Verb.RUN, Person(None), NO_RULES) == refused
    assert may(Verb.HELP, None)
    assert may(Verb.CANCEL, None, author=True)
    assert not may(Verb.RUN, None, author=True)


def test_a_refusal_says_what_is_needed_and_what_there_is() -> None:
    known = {"needs": "write", "has": "read", "edited": False, "unknown": False}
    refused = Refused(Refusal.NOT_ALLOWED, {"verb": "cancel", "author": True, **known})
    assert permit(Verb.CANCEL, Person(Role.READ), NO_RULES) == refused


def test_a_policy_tightens_every_verb_that_starts_trials() -> None:
    rules = Rules({"run": "maintain"})
    writer = Person(Role.WRITE)
    refused = {
        verb for verb in Verb if isinstance(permit(verb, writer, rules), Refused)
    }
    starting = {verb for verb in Verb if TABLE[verb].tightened_by == "run"}
    assert refused == starting | {Verb.ACCEPT, Verb.UNACCEPT}
    assert {Verb.RUN, Verb.MORE, Verb.RETRY, Verb.ABLATE, Verb.SCAN} <= starting


def test_a_policy_never_loosens() -> None:
    loose = Rules({"accept": "read", "run": "none"})
    assert isinstance(permit(Verb.ACCEPT, Person(Role.WRITE), loose), Refused)
    assert isinstance(permit(Verb.RUN, Person(Role.READ), loose), Refused)


def test_a_role_that_nobody_knows_asks_for_the_highest() -> None:
    rules = Rules({"ok": "wizard"})
    assert isinstance(permit(Verb.OK, Person(Role.MAINTAIN), rules), Refused)
    assert permit(Verb.OK, Person(Role.ADMIN), rules) == Allowed("admin")


def test_only_maintainers_command_while_nobody_knows_what_the_policy_asks() -> None:
    rules = Rules(policy_known=False)
    found = permit(Verb.OK, Person(Role.WRITE), rules)
    assert isinstance(found, Refused)
    assert (found.text("needs"), found.evidence["unknown"]) == ("maintain", True)
    assert permit(Verb.OK, Person(Role.MAINTAIN), rules) == Allowed("maintain")
    author = Person(Role.READ, is_author=True)
    assert permit(Verb.CANCEL, author, rules) == Allowed("author")


def test_only_maintainers_command_a_branch_that_edits_the_policy() -> None:
    rules = Rules(policy_edited=True)
    found = permit(Verb.RUN, Person(Role.WRITE), rules)
    assert isinstance(found, Refused)
    assert found.text("needs") == "maintain"
    assert found.evidence["edited"] is True
    assert permit(Verb.RUN, Person(Role.MAINTAIN), rules) == Allowed("maintain")
    assert permit(Verb.WHY, Person(Role.NONE), rules) == Allowed("anyone")
    author = Person(Role.READ, is_author=True)
    assert permit(Verb.CANCEL, author, rules) == Allowed("author")
