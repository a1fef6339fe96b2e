"""Deeds of people by name with plain arguments, for the control port.

`digits`, `7` and `bob` become a repository, a pull request and a person by the name
of the parameter they are given to, so that every method of a person can be called.
"""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

from tests.fakegithub.changes import Refused
from tests.fakegithub.people import Person, Town
from tests.fakegithub.records import App, Json, Repository
from tests.fakegithub.state import Moved

NOT_DEEDS = frozenset({"may", "may_change", "login", "world", "id"})
TOLD = ("id", "number", "name", "login", "sha", "head_sha", "state", "slug")


def deeds() -> dict[str, inspect.Signature]:
    """Everything a person can do, with what it takes."""
    return {
        name: inspect.signature(member)
        for name, member in inspect.getmembers(Person, inspect.isfunction)
        if not name.startswith("_") and name not in NOT_DEEDS
    }


def do(town: Town, login: str, deed: str, given: dict[str, Json]) -> Json:
    """Has a person do something; raises Refused for what cannot be."""
    signature = deeds().get(deed)
    if signature is None:
        raise Refused(f"nobody can {deed!r}; people can {', '.join(sorted(deeds()))}")
    unknown = set(given) - set(signature.parameters)
    if unknown:
        raise Refused(f"{deed} does not take {sorted(unknown)}: {signature}")
    person = town.person(login)
    with town.world.lock:
        meant = _Meaning(town, given)
        arguments = {name: meant.of(name, value) for name, value in given.items()}
    try:
        return told(getattr(person, deed)(**arguments))
    except TypeError as fault:
        raise Refused(f"{deed}: {fault}") from fault


def told(value: Any) -> Json:
    """What came of it: a record's identity, or the value itself."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    names = {one.name for one in fields(value)}
    made = {name: getattr(value, name) for name in TOLD if name in names}
    if hasattr(value, "head") and hasattr(value.head, "sha"):
        made["head_sha"] = value.head.sha
    return made


def repository(town: Town, name: Json) -> Repository:
    """A repository by id, `owner/name`, or name alone where only one has it."""
    found = [
        r
        for r in town.world.repositories.values()
        if name in {r.id, r.name, town.world.full_name(r)}
    ]
    if len(found) == 1:
        return found[0]
    known = town.world.repository(str(name))
    if isinstance(known, Moved):
        return known.repository
    raise Refused(f"there is no one repository {name!r}")


def app(town: Town, name: Json) -> App:
    """An App by id or slug."""
    for found in town.world.apps.values():
        if name in {found.id, found.slug}:
            return found
    raise Refused(f"there is no App {name!r}")


class _Meaning:
    """What plain values mean as arguments of these names."""

    def __init__(self, town: Town, given: dict[str, Json]) -> None:
        self.town = town
        self.place = given.get("repository")
        self.by_name: dict[str, Callable[[Json], Any]] = {
            "repository": self._repository,
            "source": self._repository,
            "repositories": self._repositories,
            "added": self._repositories,
            "removed": self._repositories,
            "person": town.person,
            "owner": town.person,
            "app": lambda value: app(town, value),
            "installation": lambda value: town.world.installations[value],
            "pull": lambda value: self._here().pulls[value],
            "run": lambda value: self._here().runs[value],
            "comment": lambda value: self._here().comments[value],
        }

    def of(self, name: str, value: Json) -> Any:
        """The argument of this name; raises Refused for what is not there."""
        reading = self.by_name.get(name)
        if reading is None or value is None:
            return value
        try:
            return reading(value)
        except KeyError as fault:
            raise Refused(f"there is no {name} {value!r}") from fault

    def _here(self) -> Repository:
        return self._repository(self.place)

    def _repository(self, value: Json) -> Repository:
        return repository(self.town, value)

    def _repositories(self, values: Json) -> list[Repository]:
        return [self._repository(value) for value in values]
